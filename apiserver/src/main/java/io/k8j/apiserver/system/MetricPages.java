package io.k8j.apiserver.system;

import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Pages in Prometheus' text format.
 *
 * @param parts what appends each page, by its path
 */
public record MetricPages(Map<String, Consumer<StringBuilder>> parts) implements Dispatcher.Documents {
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    public MetricPages {
        parts = Map.copyOf(parts);
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        return Optional.ofNullable(parts.get(exchange.path())).map(part -> e -> {
            StringBuilder text = new StringBuilder(16 * 1024);
            part.accept(text);
            e.respond(200, TYPE, text.toString().getBytes(StandardCharsets.UTF_8));
        });
    }
}
