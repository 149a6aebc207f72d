package io.k8j.apiserver.flowcontrol;

import io.k8j.model.metrics.Histogram;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one FlowSchema in one priority level. */
final class FlowStats {
    private static final double[] DURATIONS = {0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30};
    private static final double[] SEATS = {1, 2, 4, 8, 16, 32, 64, 100};
    private static final double[] LENGTHS = {0, 10, 25, 50, 100, 250, 500, 1000};

    final LongAdder dispatched = new LongAdder();
    final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();
    final AtomicInteger waitingRequests = new AtomicInteger();
    final AtomicInteger waitingSeats = new AtomicInteger();
    final AtomicInteger executingRequests = new AtomicInteger();
    final AtomicInteger executingSeats = new AtomicInteger();
    final Histogram waited = new Histogram(DURATIONS);
    final Histogram waitedInVain = new Histogram(DURATIONS);
    final Histogram executed = new Histogram(DURATIONS);
    final Histogram watchesBegun = new Histogram(DURATIONS);
    final Histogram seats = new Histogram(SEATS);
    final Histogram lengths = new Histogram(LENGTHS);

    void reject(String reason) {
        rejected.computeIfAbsent(reason, r -> new LongAdder()).increment();
    }
}
