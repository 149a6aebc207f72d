package io.k8j.kubelet.probes;

import io.fabric8.kubernetes.api.model.Probe;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.function.Supplier;

/** Repeats one probe in its period and counts results against the thresholds. Each run has a virtual thread. */
final class ProbeLoop implements AutoCloseable {
    /** Takes each result. */
    @FunctionalInterface
    interface Listener {
        void result(boolean good, boolean crossed, ProbeResult result);
    }

    /** After something has happened, clocks pass over nothing for longer than that. */
    private static final Duration LONGEST_DULL = Duration.ofMinutes(1);

    private final Supplier<ProbeResult> action;
    private final Time time;
    private final ProbeMetrics.Counter counter;
    private final Listener listener;
    private final Duration period;
    private final int successThreshold;
    private final int failureThreshold;
    private Time.Timer timer = () -> {}; // guarded by this
    private boolean closed; // guarded by this
    private Boolean last; // owned by the run under way
    private int inARow;

    ProbeLoop(Probe probe, Supplier<ProbeResult> action, Time time, ProbeMetrics.Counter counter, Listener listener) {
        this.action = action;
        this.time = time;
        this.counter = counter;
        this.listener = listener;
        this.period = Duration.ofSeconds(orElse(probe.getPeriodSeconds(), 10));
        this.successThreshold = orElse(probe.getSuccessThreshold(), 1);
        this.failureThreshold = orElse(probe.getFailureThreshold(), 3);
    }

    private static int orElse(Integer value, int usual) {
        return value == null || value == 0 ? usual : value;
    }

    void start(Duration delay) {
        start(Pace.EXACT, delay);
    }

    private synchronized void start(Pace pace, Duration delay) {
        if (closed) return;
        timer = time.after(pace, delay, () -> Thread.ofVirtual().name("probe").start(this::run));
    }

    private void run() {
        synchronized (this) {
            if (closed) return;
        }
        long begun = time.nanoTime();
        ProbeResult result = action.get();
        synchronized (this) {
            if (closed) return;
            counter.count(result.kind(), time.nanoTime() - begun);
        }
        boolean settled = false;
        if (result.kind() == ProbeResult.Kind.ERROR) {
            listener.result(false, false, result); // what could not be asked counts neither for nor against
        } else {
            boolean good = result.good();
            inARow = last != null && last == good ? inARow + 1 : 1;
            last = good;
            settled = inARow >= (good ? successThreshold : failureThreshold);
            listener.result(good, settled, result);
        }
        Duration rest = period.minusNanos(time.nanoTime() - begun);
        // What was found often enough is found again as long as nothing happens, so a clock may pass over it.
        boolean dull = settled && period.compareTo(LONGEST_DULL) <= 0;
        start(dull ? Pace.LOOK : Pace.EXACT, rest.isNegative() ? Duration.ZERO : rest);
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.cancel();
        counter.forget();
    }
}
