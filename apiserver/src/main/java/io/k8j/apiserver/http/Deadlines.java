package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoDuration;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives up requests that take too long: their client gets 504 and their thread is interrupted. The server's own limit is
 * looked after by one timer for all requests, so that a request costs only its entry in a set; a shorter limit that the
 * client asks for has a timer of its own.
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
    private final Time time;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private volatile Time.Timer next = () -> {};
    private volatile boolean closed;

    Deadlines(Duration limit, Time time) {
        this.limit = limit;
        this.time = time;
        if (!limit.isZero()) look();
    }

    @Override
    public void handle(Exchange exchange, Next chain) throws InterruptedException {
        if (exchange.facts().longRunning()) {
            chain.proceed(exchange);
            return;
        }
        Duration asked = asked(exchange.query("timeout"));
        boolean shorter = asked != null && !asked.isZero() && (limit.isZero() || asked.compareTo(limit) < 0);
        if (!shorter && limit.isZero()) {
            chain.proceed(exchange);
            return;
        }
        Running entry =
                new Running(exchange, Thread.currentThread(), System.nanoTime() + (shorter ? asked : limit).toNanos());
        Time.Timer timer = shorter ? time.after(asked, () -> giveUp(entry)) : null;
        running.add(entry);
        try {
            chain.proceed(exchange);
        } finally {
            running.remove(entry);
            if (timer != null) timer.cancel();
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

    private void look() {
        if (closed) return;
        long now = System.nanoTime();
        for (Running entry : running) {
            if (now - entry.until() >= 0) giveUp(entry);
        }
        next = time.after(LOOK, this::look);
    }

    private void giveUp(Running entry) {
        if (!running.remove(entry)) return;
        // Sending may take a moment, and timers must not wait.
        Thread.ofVirtual().start(() -> {
            entry.exchange().expire();
            entry.thread().interrupt();
        });
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
