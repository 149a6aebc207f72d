package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoDuration;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives up requests that take too long: their client gets 504 and their thread is interrupted. The server's own limit is
 * looked after by one thread for all requests, so that a request costs only its entry in a set; a shorter limit that the
 * client asks for has a thread of its own. Requests take the machine's time, also where the cluster's clock stands still.
 */
final class Deadlines implements RequestFilter, AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private record Running(Exchange exchange, Thread thread, long until) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final Duration limit; // zero for none
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private final Thread lookout;

    Deadlines(Duration limit) {
        this.limit = limit;
        this.lookout = Thread.ofVirtual().name("deadlines").unstarted(this::lookOut);
        if (!limit.isZero()) lookout.start();
    }

    @Override
    public void handle(Exchange exchange, Next chain) throws InterruptedException {
        if (exchange.facts().longRunning()) {
            chain.proceed(exchange);
            return;
        }
        Duration asked = asked(exchange.query("timeout"));
        boolean shorter = asked != null && asked.isPositive() && (limit.isZero() || asked.compareTo(limit) < 0);
        if (!shorter && limit.isZero()) {
            chain.proceed(exchange);
            return;
        }
        Running entry =
                new Running(exchange, Thread.currentThread(), System.nanoTime() + (shorter ? asked : limit).toNanos());
        running.add(entry);
        Thread own = shorter ? Thread.startVirtualThread(() -> waitFor(entry, asked)) : null;
        try {
            chain.proceed(exchange);
        } finally {
            running.remove(entry);
            if (own != null) own.interrupt();
        }
    }

    /** What the client asks for; null for nothing. */
    private static Duration asked(String text) {
        if (text == null || text.isEmpty()) return null;
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("invalid timeout specified in the request URL - " + e.getMessage());
        }
    }

    private void lookOut() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                long now = System.nanoTime();
                for (Running entry : running) {
                    if (now - entry.until() >= 0) giveUp(entry);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void waitFor(Running entry, Duration asked) {
        try {
            Thread.sleep(asked);
            giveUp(entry);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // answered in time
        }
    }

    private void giveUp(Running entry) {
        if (!running.remove(entry)) return;
        // Sending may take a moment, and the other requests must not wait.
        Thread.ofVirtual().start(() -> {
            entry.exchange().expire();
            entry.thread().interrupt();
        });
    }

    @Override
    public void close() {
        lookout.interrupt();
    }
}
