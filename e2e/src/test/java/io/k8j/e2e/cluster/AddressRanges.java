package io.k8j.e2e.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Picks address ranges for a cluster, so that several can run on one machine at the same time, those of other checkouts
 * among them: two with the same ranges would take each other's packets.
 */
final class AddressRanges {
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final int LOWEST = 60;
    private static final int PAIRS = 95;

    private AddressRanges() {}

    /** The second number of the first of two neighbouring ranges 10.N.0.0/16, to which this machine has no route. */
    static int pick(String seed) throws IOException {
        return pick(seed, Files.isReadable(ROUTES) ? Files.readAllLines(ROUTES) : List.of());
    }

    static int pick(String seed, List<String> routes) {
        Set<Integer> taken = new HashSet<>();
        for (String route : routes) {
            // The address is in hexadecimal, its last number first.
            String[] fields = route.split("\\s+");
            if (fields.length > 1 && fields[1].endsWith("0A"))
                taken.add(Integer.parseInt(fields[1].substring(4, 6), 16));
        }
        int first = Math.floorMod(seed.hashCode(), PAIRS);
        for (int i = 0; i < PAIRS; i++) {
            int second = LOWEST + 2 * ((first + i) % PAIRS);
            if (!taken.contains(second) && !taken.contains(second + 1)) return second;
        }
        throw new IllegalStateException("all ranges below 10.0.0.0/8 are taken on this machine");
    }
}
