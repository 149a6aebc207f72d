package io.k8j.apiserver.http;

/** One step of the way of a request. It answers, refuses by throwing an ApiException, or hands on. */
public interface RequestFilter {
    void handle(Exchange exchange, Next next) throws InterruptedException;

    /** The rest of the chain. */
    @FunctionalInterface
    interface Next {
        void proceed(Exchange exchange) throws InterruptedException;
    }
}
