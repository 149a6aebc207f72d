package io.k8j.e2e.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One recorded request and its answer.
 *
 * @param body         what was sent, or empty
 * @param warning      the Warning header, or empty
 * @param answer       the answer's body; a string if it was no single JSON document
 */
record Exchange(
        String file,
        String name,
        String method,
        String path,
        Optional<String> contentType,
        Optional<String> accept,
        Optional<String> body,
        int status,
        String answerContentType,
        String warning,
        JsonNode answer) {
    /** Reads a scenario, such as {@code 04-validation}. */
    static List<Exchange> read(String file) throws IOException {
        try (InputStream in = Exchange.class.getResourceAsStream("/recorded/" + file + ".jsonl")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> of(file, JsonMapper.shared().readTree(line)))
                    .toList();
        }
    }

    private static Exchange of(String file, JsonNode line) {
        JsonNode request = line.path("request");
        JsonNode response = line.path("response");
        JsonNode body = request.path("body");
        return new Exchange(
                file,
                line.path("name").asString(),
                request.path("method").asString(),
                request.path("path").asString(),
                text(request.path("contentType")),
                text(request.path("accept")),
                body.isString() ? text(body) : body.isNull() ? Optional.empty() : Optional.of(body.toString()),
                response.path("status").asInt(),
                text(response.path("contentType")).orElse(""),
                text(response.path("warning")).orElse(""),
                response.path("body"));
    }

    private static Optional<String> text(JsonNode node) {
        return node.isString() ? Optional.of(node.asString()) : Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
