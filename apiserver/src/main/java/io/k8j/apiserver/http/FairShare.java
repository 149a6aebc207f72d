package io.k8j.apiserver.http;

import io.k8j.apiserver.flowcontrol.FlowController;
import java.nio.charset.StandardCharsets;

/** Gives each request its seats, lets it wait for them, or refuses it with 429. Needs to know the user. */
record FairShare(FlowController controller) implements RequestFilter {
    private static final byte[] REFUSAL =
            "Too many requests, please try again later.\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        RequestFacts facts = exchange.facts();
        boolean watch = facts.verb().equals("watch");
        if (facts.longRunning() && !watch) {
            next.proceed(exchange);
            return;
        }
        long begin = System.nanoTime();
        FlowController.Place place = controller.admit(
                facts.attributes(exchange.user(), exchange.path()), exchange::query, exchange::onDisconnect);
        exchange.waited(System.nanoTime() - begin);
        exchange.setResponseHeader("X-Kubernetes-PF-FlowSchema-UID", place.schemaUid());
        exchange.setResponseHeader("X-Kubernetes-PF-PriorityLevel-UID", place.levelUid());
        if (!place.admitted()) {
            refuse(exchange, place.retryAfterSeconds());
            return;
        }
        try {
            next.proceed(exchange); // a watch comes back when it has begun
        } finally {
            place.ticket().release(watch);
        }
    }

    static void refuse(Exchange exchange, long retryAfterSeconds) {
        exchange.setResponseHeader("Retry-After", Long.toString(retryAfterSeconds));
        exchange.setResponseHeader("X-Content-Type-Options", "nosniff");
        exchange.respond(429, "text/plain; charset=utf-8", REFUSAL);
    }
}
