package io.k8j.apiserver.http;

import java.util.List;
import java.util.Map;

/** Sends documents that are trees. */
public final class Trees {
    private Trees() {}

    /** Sends in the form the client accepts. */
    public static void send(Exchange exchange, int code, Map<String, Object> tree) {
        String form = MediaTypes.JSON;
        for (MediaTypes.Clause clause : MediaTypes.accept(exchange.headers("Accept"))) {
            List<String> fitting =
                    MediaTypes.SUPPORTED.stream().filter(clause::matches).toList();
            if (!fitting.isEmpty()) {
                form = fitting.getFirst();
                break;
            }
        }
        Answers.sendTree(exchange, code, tree, form);
    }

    /** Sends as JSON under another name. */
    public static void send(Exchange exchange, int code, Map<String, Object> tree, String contentType) {
        Answers.sendJson(exchange, code, contentType, io.k8j.model.json.Json.write(tree));
    }
}
