package io.k8j.apiserver.service;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Who has which cluster address, over all ranges: ranges may overlap, an address is given out once. Locks itself.
 */
final class AddressPool {
    private final ServiceRanges ranges;
    private final Predicate<String> reserved;
    private final RandomGenerator random;
    private final Set<String> taken = new HashSet<>(); // guarded by this

    /** @param reserved whether somebody keeps an address by an IPAddress object of their own */
    AddressPool(ServiceRanges ranges, Predicate<String> reserved, RandomGenerator random) {
        this.ranges = ranges;
        this.reserved = reserved;
        this.random = random;
    }

    boolean contains(String address) {
        return ranges.contains(address);
    }

    /** Takes a certain address; false if somebody has it. */
    boolean take(String address) {
        if (reserved.test(address)) return false;
        return mark(address);
    }

    /** Notes an address that a stored Service has; false if another one has it, too. */
    synchronized boolean mark(String address) {
        return taken.add(address);
    }

    /** Takes any address; null if none is left in any range. */
    String takeAny() {
        List<AddressRange> ready = ranges.ready();
        for (AddressRange range : ready) {
            String found = any(range, range.band(), range.randomSize());
            if (found == null) found = any(range, 0, Math.min(range.band(), range.randomSize()));
            if (found != null) return found;
        }
        return null;
    }

    private String any(AddressRange range, int from, int to) {
        int count = to - from;
        if (count <= 0) return null;
        int start = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            String address = range.at(from + (start + i) % count);
            if (take(address)) return address;
        }
        return null;
    }

    synchronized void release(String address) {
        taken.remove(address);
    }
}
