package io.k8j.bench;

/**
 * Counts durations in classes that are at most 2 % wide, so that percentiles cost no memory per request. Not
 * thread-safe: each event loop has its own.
 */
final class Latencies {
    private static final double STEP = Math.log(1.02);
    private static final int CLASSES = 1400;

    private final long[] counts = new long[CLASSES];
    private long total;
    private long largest;
    private double sum;

    void record(long nanos) {
        long micros = Math.max(1, nanos / 1000);
        counts[Math.min(CLASSES - 1, (int) (Math.log(micros) / STEP))]++;
        total++;
        sum += nanos;
        largest = Math.max(largest, nanos);
    }

    long count() {
        return total;
    }

    /** Milliseconds below which this share of the durations lies; 0 if there are none. */
    double percentile(double share) {
        if (total == 0) {
            return 0;
        }
        long wanted = Math.max(1, (long) Math.ceil(total * share));
        long seen = 0;
        for (int i = 0; i < CLASSES; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.min(Math.exp((i + 1) * STEP) / 1000, largest / 1e6);
            }
        }
        return largest / 1e6;
    }

    double largestMillis() {
        return largest / 1e6;
    }
}
