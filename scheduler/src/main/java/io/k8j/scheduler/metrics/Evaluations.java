package io.k8j.scheduler.metrics;

import java.util.concurrent.atomic.AtomicLong;

/** How often one plugin was asked at one extension point. Counted by the scheduling thread alone, read by any. */
public final class Evaluations {
    private final String plugin;
    private final String point;
    private final AtomicLong count = new AtomicLong();

    public Evaluations(String plugin, String point) {
        this.plugin = plugin;
        this.point = point;
    }

    /** No other thread writes, so this needs no barrier that would cost something for each node. */
    public void add(long more) {
        count.lazySet(count.getPlain() + more);
    }

    public String plugin() {
        return plugin;
    }

    public String point() {
        return point;
    }

    public long count() {
        return count.get();
    }
}
