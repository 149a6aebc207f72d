package io.k8j.apiserver.http;

/** Answers one request. Runs on a virtual thread; may block. */
@FunctionalInterface
public interface ExchangeHandler {
    void handle(Exchange exchange);
}
