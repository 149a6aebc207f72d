package io.k8j.kubelet.pods;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Moments before which something that has failed is not tried again, whatever else wakes its Pod meanwhile. Measured on the
 * steady clock. Thread-safe.
 */
final class Retries {
    private final Time time;
    private final Map<String, Long> due = new ConcurrentHashMap<>();

    Retries(Time time) {
        this.time = time;
    }

    /** How long it has to wait yet; zero if it may be tried. */
    Duration left(String key) {
        Long moment = due.get(key);
        long left = moment == null ? 0 : moment - time.nanoTime();
        return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    }

    /** It has failed, and may be tried again after the pause. */
    void after(String key, Duration pause) {
        due.put(key, time.nanoTime() + pause.toNanos());
    }

    /** It has not failed. */
    void forget(String key) {
        due.remove(key);
    }

    /** What kept things from working may have gone: all may be tried at once. */
    void clear() {
        due.clear();
    }
}
