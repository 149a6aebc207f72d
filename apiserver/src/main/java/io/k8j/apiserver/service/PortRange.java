package io.k8j.apiserver.service;

import java.util.random.RandomGenerator;

/** NodePorts. */
final class PortRange {
    private final int first;
    private final int last;
    private final NumberPool pool;

    PortRange(int first, int last, RandomGenerator random) {
        this.first = first;
        this.last = last;
        int size = last - first + 1;
        int band = size < 16 ? 0 : Math.min(Math.max(16, size / 32), 128);
        this.pool = new NumberPool(size, band, random);
    }

    String text() {
        return first + "-" + last;
    }

    boolean contains(long port) {
        return port >= first && port <= last;
    }

    boolean take(int port) {
        return pool.take(port - first);
    }

    /** Any port; -1 if none is left. */
    int takeAny() {
        int number = pool.takeAny();
        return number < 0 ? -1 : first + number;
    }

    void release(int port) {
        if (contains(port)) pool.release(port - first);
    }
}
