package io.k8j.apiserver.http;

import io.k8j.apiserver.metrics.AccessMetrics;
import io.k8j.model.api.ApiException;

/** Counts who logs in and who fails to: one half stands before authentication and sees failures, the other behind it. */
record CountLogins(AccessMetrics metrics, boolean behind) implements RequestFilter {
    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        if (behind) {
            metrics.login("success", exchange.user().name(), System.nanoTime() - exchange.loginBegan());
            next.proceed(exchange);
            return;
        }
        exchange.loginBegins();
        try {
            next.proceed(exchange);
        } catch (ApiException refusal) {
            if (exchange.user() == null) {
                metrics.login("failure", null, System.nanoTime() - exchange.loginBegan());
            }
            throw refusal;
        }
    }
}
