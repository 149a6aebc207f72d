package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.yaml.Yaml;
import java.util.Arrays;
import java.util.Map;

/** Sends documents that are trees. */
public final class TreeDocuments {
    private TreeDocuments() {}

    /**
     * Sends in the form the client accepts. There are no tables of documents, nor other transformed forms.
     *
     * @throws ApiException 406 if the client accepts none
     */
    public static void send(Exchange exchange, int code, Map<String, Object> tree) {
        for (MediaTypes.Clause clause : MediaTypes.accept(exchange.headers("Accept"))) {
            if (!clause.parameter("as").isEmpty()) continue;
            for (String form : MediaTypes.SUPPORTED) {
                if (!clause.matches(form)) continue;
                Answers.sendTree(exchange, code, tree, form);
                return;
            }
        }
        throw MediaTypes.names(exchange.header("Accept"), MediaTypes.SUPPORTED)
                ? ApiException.notAcceptable(MediaTypes.SUPPORTED)
                : ApiException.noRepresentation(MediaTypes.SUPPORTED);
    }

    /**
     * The media type in which a client wants a document in another form than its own; null if it does not ask for that
     * form, or in none of our media types. Clauses that ask for other forms do not count.
     *
     * @param form group, version and kind of the form, which the client names by {@code g}, {@code v} and {@code as}
     */
    public static String wantedAs(Exchange exchange, GroupVersionKind form) {
        for (MediaTypes.Clause clause : MediaTypes.accept(exchange.headers("Accept"))) {
            boolean asked = clause.parameter("as").equals(form.kind())
                    && clause.parameter("g").equals(form.group())
                    && clause.parameter("v").equals(form.version());
            if (!asked) continue;
            for (String type : MediaTypes.SUPPORTED) if (clause.matches(type)) return type;
        }
        return null;
    }

    /** A text and the end of its line. */
    public static byte[] line(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    /** A tree in one of our media types. */
    public static byte[] bytes(Map<String, Object> tree, String mediaType) {
        return switch (mediaType) {
            case MediaTypes.YAML -> Yaml.write(tree);
            case MediaTypes.PROTOBUF -> ProtobufBodies.write(tree);
            default -> Json.write(tree);
        };
    }
}
