package io.k8j.controllers.nodelifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How fast nodes may be emptied: slowly, and slower still when so many are down that the fault is likely elsewhere. The
 * numbers are upstream's. Used by one thread.
 */
final class ZoneLimits {
    private static final double RATE = 0.1;
    private static final double SECONDARY_RATE = 0.01;
    private static final int LARGE = 50;
    private static final double UNHEALTHY_SHARE = 0.55;

    /** Counts of one zone. */
    record Census(int ready, int notReady) {
        Census plus(boolean isReady) {
            return new Census(ready + (isReady ? 1 : 0), notReady + (isReady ? 0 : 1));
        }

        boolean isDown() {
            return ready == 0 && notReady > 0;
        }

        double rate(boolean allDown) {
            if (allDown) {
                return 0;
            }
            int all = ready + notReady;
            boolean partly = !isDown() && notReady > 2 && (double) notReady / all >= UNHEALTHY_SHARE;
            return partly ? (all > LARGE ? SECONDARY_RATE : 0) : RATE;
        }
    }

    private static final class Bucket {
        double tokens = 1;
        Instant last;
    }

    private final Map<String, Bucket> buckets = new HashMap<>();
    private Map<String, Census> zones = Map.of();

    void count(Map<String, Census> now) {
        zones = now;
    }

    /** Whether all zones are down: then it is us who are cut off, and nobody may be evicted. */
    boolean allDown() {
        return !zones.isEmpty() && zones.values().stream().allMatch(Census::isDown);
    }

    /** Takes the right to taint one node of the zone. */
    boolean take(String zone, Instant now) {
        if (zones.isEmpty()) {
            return false; // not counted yet
        }
        double rate = zones.getOrDefault(zone, new Census(0, 0)).rate(allDown());
        Bucket bucket = buckets.computeIfAbsent(zone, k -> new Bucket());
        if (bucket.last != null) {
            double seconds = Duration.between(bucket.last, now).toMillis() / 1000.0;
            bucket.tokens = Math.min(1, bucket.tokens + Math.max(0, seconds) * rate);
        }
        bucket.last = now;
        if (rate == 0 || bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }
}
