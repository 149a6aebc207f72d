package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;

/** Lets requests in until the server stops, and counts them; those that go on for long are not waited for. */
record RefuseWhenStopping(Drain drain) implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        if (exchange.path() != null && exchange.facts().longRunning()) {
            next.proceed(exchange);
            return;
        }
        if (!drain.enter()) {
            exchange.setResponseHeader("Retry-After", "1");
            exchange.setResponseHeader("X-Content-Type-Options", "nosniff");
            throw ApiException.unavailable("apiserver is shutting down");
        }
        try {
            next.proceed(exchange);
        } finally {
            drain.leave();
        }
    }
}
