package io.k8j.apiserver.http;

import java.util.concurrent.Semaphore;

/**
 * Bounds requests that are served at once, those that only read apart from those that change something; used instead of
 * {@link FairShare}. Long-running requests do not count, and administrators are never refused.
 */
final class MaxInFlight implements RequestFilter {
    private final Semaphore reading; // null for no bound
    private final Semaphore changing;

    /** @param reading 0 for no bound */
    MaxInFlight(int reading, int changing) {
        this.reading = reading == 0 ? null : new Semaphore(reading);
        this.changing = changing == 0 ? null : new Semaphore(changing);
    }

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        RequestFacts facts = exchange.facts();
        Semaphore seats = facts.isReadOnly() ? reading : changing;
        if (facts.longRunning() || seats == null) {
            next.proceed(exchange);
            return;
        }
        if (seats.tryAcquire()) {
            try {
                next.proceed(exchange);
            } finally {
                seats.release();
            }
            return;
        }
        if (exchange.user().groups().contains("system:masters")) {
            next.proceed(exchange);
            return;
        }
        FairShare.refuse(exchange, 1);
    }
}
