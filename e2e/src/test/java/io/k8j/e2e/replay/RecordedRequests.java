package io.k8j.e2e.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The recorded requests as samples of what clients send. */
public final class RecordedRequests {
    /**
     * A request with a body.
     *
     * @param body a missing node if the body is no JSON
     */
    public record Sample(String method, String path, String contentType, String text, JsonNode body) {}

    private RecordedRequests() {}

    /** All recorded requests that have a body. */
    public static List<Sample> withBodies() {
        return Stream.of("02-defaulting", "04-validation", "05-patches", "06-apply", "08-deletion")
                .flatMap(file -> read(file).stream())
                .filter(exchange -> exchange.body().isPresent())
                .map(RecordedRequests::sample)
                .toList();
    }

    private static List<Exchange> read(String file) {
        try {
            return Exchange.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Sample sample(Exchange exchange) {
        String text = exchange.body().orElseThrow();
        boolean json = text.startsWith("{") || text.startsWith("[");
        return new Sample(
                exchange.method(),
                exchange.path(),
                exchange.contentType().orElse("application/json"),
                text,
                json ? parse(text) : JsonMapper.shared().missingNode());
    }

    private static JsonNode parse(String text) {
        try {
            return JsonMapper.shared().readTree(text);
        } catch (tools.jackson.core.JacksonException broken) {
            return JsonMapper.shared().missingNode(); // some recorded bodies are broken on purpose
        }
    }
}
