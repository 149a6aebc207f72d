package io.k8j.scheduler.devices;

import java.util.Comparator;

/** Names a pool of a driver; by driver, then by name. */
record PoolId(String driver, String pool) implements Comparable<PoolId> {
    private static final Comparator<PoolId> ORDER =
            Comparator.comparing(PoolId::driver).thenComparing(PoolId::pool);

    @Override
    public int compareTo(PoolId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return driver + "/" + pool;
    }
}
