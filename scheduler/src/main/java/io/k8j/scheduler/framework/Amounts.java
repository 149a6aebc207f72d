package io.k8j.scheduler.framework;

import java.util.Arrays;

/** Amounts by resource number, growing as needed. Absent and 0 are the same, but {@link #has} tells what was named. */
final class Amounts {
    private long[] values = new long[4];
    private long named; // bit per resource number below 64

    void add(int id, long amount) {
        set(id, get(id) + amount);
    }

    void max(int id, long amount) {
        set(id, Math.max(get(id), amount));
    }

    void set(int id, long amount) {
        if (id >= values.length) {
            values = Arrays.copyOf(values, id + 4);
        }
        values[id] = amount;
        named |= 1L << Math.min(id, 63);
    }

    long get(int id) {
        return id < values.length ? values[id] : 0;
    }

    boolean has(int id) {
        return (named & 1L << Math.min(id, 63)) != 0;
    }

    void addAll(Amounts other) {
        for (int id = 0; id < other.values.length; id++) {
            if (other.has(id)) {
                add(id, other.values[id]);
            }
        }
    }

    void maxAll(Amounts other) {
        for (int id = 0; id < other.values.length; id++) {
            if (other.has(id)) {
                max(id, other.values[id]);
            }
        }
    }

    int length() {
        return values.length;
    }
}
