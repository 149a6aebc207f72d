package io.k8j.kubelet.fleet;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives each Pod an address: from its node's range, or from a common one if the node has none or it is used up. A Pod
 * keeps its address until it is forgotten. Safe for all threads.
 */
final class PodAddresses {
    /** Addresses of one range; the first one, the network's own, is never given. */
    private static final class Pool {
        final long base;
        final int size;
        final BitSet used = new BitSet();

        Pool(String range) {
            String[] parts = range.split("/");
            int bits = Integer.parseInt(parts[1]);
            long mask = bits == 0 ? 0 : 0xffffffffL << (32 - bits) & 0xffffffffL;
            base = number(parts[0]) & mask;
            size = (int) Math.min(Integer.MAX_VALUE, 1L << (32 - bits));
            used.set(0);
        }

        /** Null if all are used. */
        String take() {
            int free = used.nextClearBit(0);
            if (free >= size - 1) return null; // the last one is the broadcast address
            used.set(free);
            return text(base + free);
        }

        boolean use(String address) {
            long at = number(address) - base;
            if (at < 0 || at >= size) return false;
            used.set((int) at);
            return true;
        }

        void give(String address) {
            long at = number(address) - base;
            if (at > 0 && at < size) used.clear((int) at);
        }
    }

    private record Given(String address, Pool pool) {}

    private final String common;
    private final Map<String, Pool> pools = new HashMap<>(); // guarded by this
    private final Map<String, Given> byUid = new HashMap<>(); // guarded by this

    PodAddresses(String common) {
        this.common = common;
    }

    /** @throws IllegalArgumentException if it is no IPv4 range */
    static void check(String range) {
        try {
            String[] parts = range.split("/");
            number(parts[0]);
            int bits = Integer.parseInt(parts[1]);
            if (parts.length == 2 && bits >= 1 && bits <= 30) return;
        } catch (RuntimeException e) {
            // said below
        }
        throw new IllegalArgumentException("podRange %s: must be an IPv4 range such as 10.64.0.0/10".formatted(range));
    }

    /** @param nodeRange may be null */
    synchronized String of(String uid, String nodeRange) {
        Given known = byUid.get(uid);
        if (known != null) return known.address();
        Given given = take(nodeRange);
        if (given == null) given = take(common);
        if (given == null) throw new IllegalStateException("all addresses of %s are used".formatted(common));
        byUid.put(uid, given);
        return given.address();
    }

    private Given take(String range) {
        if (range == null || range.contains(":")) return null;
        Pool pool = pools.computeIfAbsent(range, Pool::new);
        String address = pool.take();
        return address == null ? null : new Given(address, pool);
    }

    /** Takes note of an address that a Pod has already. */
    synchronized void keep(String uid, String address, String nodeRange) {
        if (address.contains(":") || byUid.containsKey(uid)) return;
        for (String range : new String[] {nodeRange, common}) {
            if (range == null || range.contains(":")) continue;
            Pool pool = pools.computeIfAbsent(range, Pool::new);
            if (pool.use(address)) {
                byUid.put(uid, new Given(address, pool));
                return;
            }
        }
    }

    synchronized void forget(String uid) {
        Given given = byUid.remove(uid);
        if (given != null) given.pool().give(given.address());
    }

    private static long number(String address) {
        long number = 0;
        String[] parts = address.split("\\.");
        if (parts.length != 4) throw new IllegalArgumentException("no IPv4 address: " + address);
        for (String part : parts) {
            int octet = Integer.parseInt(part);
            if (octet < 0 || octet > 255) throw new IllegalArgumentException("no IPv4 address: " + address);
            number = number << 8 | octet;
        }
        return number;
    }

    private static String text(long number) {
        return (number >> 24 & 255) + "." + (number >> 16 & 255) + "." + (number >> 8 & 255) + "." + (number & 255);
    }
}
