package io.k8j.scheduler;

import java.util.concurrent.atomic.AtomicLong;

/** How often one plugin was asked at one extension point. Counted by the scheduling thread alone, read by any. */
final class Evaluations {
    private final String plugin;
    private final String point;
    private final AtomicLong count = new AtomicLong();

    Evaluations(String plugin, String point) {
        this.plugin = plugin;
        this.point = point;
    }

    /** No other thread writes, so this needs no barrier that would cost something for each node. */
    void add(long more) {
        count.lazySet(count.getPlain() + more);
    }

    String plugin() {
        return plugin;
    }

    String point() {
        return point;
    }

    long count() {
        return count.get();
    }
}
