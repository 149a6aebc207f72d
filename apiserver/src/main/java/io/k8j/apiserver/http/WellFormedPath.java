package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;

/** Refuses paths that cannot be decoded. */
final class WellFormedPath implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        if (exchange.path() == null || exchange.path().indexOf('\0') >= 0) {
            throw ApiException.badRequest("the request's path is not well-formed");
        }
        next.proceed(exchange);
    }
}
