package io.k8j.apiserver.service;

import java.util.BitSet;
import java.util.random.RandomGenerator;

/** Gives out numbers from 0 to size - 1: random ones above the band for chosen numbers first. Locks itself. */
final class NumberPool {
    private final int size;
    private final int chosenBand;
    private final RandomGenerator random;
    private final BitSet taken = new BitSet(); // guarded by this

    NumberPool(int size, int chosenBand, RandomGenerator random) {
        this.size = size;
        this.chosenBand = Math.min(chosenBand, size);
        this.random = random;
    }

    /** Takes a certain number; false if somebody has it. */
    synchronized boolean take(int number) {
        if (taken.get(number)) return false;
        taken.set(number);
        return true;
    }

    /** Takes any number; -1 if none is left. */
    synchronized int takeAny() {
        int found = anyIn(chosenBand, size);
        if (found < 0) found = anyIn(0, chosenBand);
        if (found >= 0) taken.set(found);
        return found;
    }

    synchronized void release(int number) {
        taken.clear(number);
    }

    synchronized int free() {
        return size - taken.cardinality();
    }

    private int anyIn(int from, int to) {
        if (from >= to) return -1;
        int start = from + random.nextInt(to - from);
        int found = taken.nextClearBit(start);
        if (found < to) return found;
        found = taken.nextClearBit(from);
        return found < start ? found : -1;
    }
}
