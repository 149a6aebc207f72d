package io.k8j.apiserver.system;

import io.k8j.apiserver.flowcontrol.FlowController;
import io.k8j.apiserver.flowcontrol.FlowDumps;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.Exchange;
import io.k8j.apiserver.http.ExchangeHandler;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code /debug/api_priority_and_fairness/…}: who waits and who runs at this moment. Not in the list of paths, as upstream;
 * like any path it is authorized by its name, so only administrators may.
 */
public final class FlowDocuments implements Dispatcher.Documents {
    private static final String START = "/debug/api_priority_and_fairness/";

    private final FlowController controller;

    public FlowDocuments(FlowController controller) {
        this.controller = controller;
    }

    @Override
    public Optional<ExchangeHandler> find(Exchange exchange) {
        return switch (exchange.path()) {
            case START + "dump_priority_levels" -> text(e -> FlowDumps.levels(controller));
            case START + "dump_queues" -> text(e -> FlowDumps.queues(controller));
            case START + "dump_requests" -> text(e -> FlowDumps.requests(controller, withDetails(e)));
            default -> Optional.empty();
        };
    }

    private static boolean withDetails(Exchange exchange) {
        String wanted = exchange.query("includeRequestDetails");
        return wanted != null && !wanted.isEmpty();
    }

    private static Optional<ExchangeHandler> text(Function<Exchange, String> page) {
        return Optional.of(exchange -> exchange.respond(
                200, "text/plain; charset=utf-8", page.apply(exchange).getBytes(StandardCharsets.UTF_8)));
    }
}
