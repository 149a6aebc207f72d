package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import java.nio.charset.StandardCharsets;

/** Refuses paths that cannot be decoded. */
final class WellFormedPath implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        if (exchange.path() == null) {
            // Go's servers answer this before any program hears of it.
            exchange.endConnection();
            exchange.respond(400, "text/plain; charset=utf-8", "400 Bad Request".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        if (exchange.path().indexOf('\0') >= 0) {
            throw ApiException.badRequest("the request's path is not well-formed");
        }
        next.proceed(exchange);
    }
}
