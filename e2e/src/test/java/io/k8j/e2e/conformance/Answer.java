package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the API server answered.
 *
 * @param body empty unless it is a JSON object
 */
record Answer(int code, Map<String, Object> body, String text, HttpHeaders headers) {
    /** Itself, if the request succeeded. */
    Answer ok() {
        assertThat(code).as(text).isBetween(200, 299);
        return this;
    }

    /** Itself, if the request was refused in this way. */
    Answer refused(int wanted) {
        assertThat(code).as(text).isEqualTo(wanted);
        assertThat(at("kind")).as(text).isEqualTo("Status");
        return this;
    }

    /** A field as text; {@code null} if it is missing or not text. */
    String at(String... path) {
        Object value = Trees.get(body, path);
        return value == null ? null : String.valueOf(value);
    }

    Object tree(String... path) {
        return Trees.get(body, path);
    }

    /** A number; 0 if it is missing. */
    long number(String... path) {
        return Trees.get(body, path) instanceof Number number ? number.longValue() : 0;
    }

    String message() {
        return at("message");
    }

    /** The elements of a list, or of an answer's {@code items}. */
    List<Map<String, Object>> items(String... path) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (Object item : Trees.list(body, path.length == 0 ? new String[] {"items"} : path)) {
            found.add(Trees.map(item));
        }
        return found;
    }

    /** The names of a list's elements. */
    List<String> names() {
        return items().stream()
                .map(item -> Trees.string(item, "metadata", "name"))
                .toList();
    }

    /** A copy of the object, to be changed and sent back. */
    Map<String, Object> copy() {
        return Trees.deepCopy(body);
    }

    /** Shown when an assertion fails. */
    @Override
    public String toString() {
        return code + " " + text;
    }
}
