package io.k8j.model.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads an object's bytes only so far as a change needs them: below some of its fields, lists and objects stay bytes
 * ({@link RawJson}). A Pod's containers and managed fields are most of it, and a binding touches neither.
 *
 * <p>Made for bytes that {@link Json#write} has written; what it does not expect is read completely. Safe for all threads.
 */
public final class PartialJson {
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};

    private final byte[] json;
    private int at;

    private PartialJson(byte[] json) {
        this.json = json;
    }

    /**
     * @param shallow fields of the object below which lists and objects with content are left as bytes
     * @return a tree that is the caller's to change
     */
    public static Map<String, Object> read(byte[] json, Set<String> shallow) {
        PartialJson reader = new PartialJson(json);
        Map<String, Object> tree = reader.object(shallow);
        return tree != null && reader.at == json.length ? tree : Json.parseObject(json);
    }

    /** From an opening brace to behind the closing one; null if it is written otherwise than expected. */
    private Map<String, Object> object(Set<String> shallow) {
        if (at >= json.length || json[at] != '{') return null;
        Map<String, Object> tree = new LinkedHashMap<>();
        at++;
        if (at < json.length && json[at] == '}') {
            at++;
            return tree;
        }
        while (at < json.length && json[at] == '"') {
            String name = plainString();
            if (name == null || at >= json.length || json[at] != ':') return null;
            at++;
            Object value = shallow == null ? shallowValue() : value(shallow.contains(name));
            if (value == this || at >= json.length) return null;
            tree.put(name, value);
            byte next = json[at++];
            if (next == '}') return tree;
            if (next != ',') return null;
        }
        return null;
    }

    /** A field of the whole object; this reader itself if it is written otherwise than expected. */
    private Object value(boolean isShallow) {
        if (isShallow && at < json.length && json[at] == '{') {
            Map<String, Object> below = object(null);
            return below == null ? this : below;
        }
        int from = at;
        if (at < json.length && json[at] == '"') {
            String text = plainString();
            if (text != null) return text;
        }
        return skipValue() ? parsed(from) : this;
    }

    /** A field of a shallow one. */
    private Object shallowValue() {
        int from = at;
        if (at < json.length && json[at] == '"') {
            String text = plainString();
            if (text != null) return text;
        }
        if (!skipValue()) return this;
        boolean nested = json[from] == '{' || json[from] == '[';
        return nested && at - from > 2 ? new RawJson(json, from, at) : parsed(from);
    }

    private Object parsed(int from) {
        int length = at - from;
        if (length == 1 && json[from] >= '0' && json[from] <= '9') return (long) (json[from] - '0');
        if (is(TRUE, from)) return Boolean.TRUE;
        if (is(FALSE, from)) return Boolean.FALSE;
        return Json.parse(Arrays.copyOfRange(json, from, at));
    }

    private boolean is(byte[] word, int from) {
        return Arrays.equals(json, from, at, word, 0, word.length);
    }

    /** A string without escapes, from quote to behind quote; null, and nothing read, if it has some. */
    private String plainString() {
        for (int i = at + 1; i < json.length; i++) {
            if (json[i] == '\\') return null;
            if (json[i] == '"') {
                String text = new String(json, at + 1, i - at - 1, StandardCharsets.UTF_8);
                at = i + 1;
                return text;
            }
        }
        return null;
    }

    /** To behind a value of any kind; false if it does not end. */
    private boolean skipValue() {
        int end = JsonBytes.afterValue(json, at);
        if (end < 0) return false;
        at = end;
        return true;
    }
}
