package io.k8j.metrics;

import io.k8j.metrics.Points.PodName;
import io.k8j.metrics.Points.Point;
import io.k8j.model.usage.NodeUsage;
import io.k8j.model.usage.PodUsage;
import io.k8j.model.usage.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The last two points of each container and node, and what follows from them. Safe for all threads: one writes, any number
 * read the state before or after a round.
 */
final class PointStore {
    /** A container this young tells too little of itself. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    /** Before {@code last} came {@code previous}, of the same life of the container. */
    private record Pair(Point last, Point previous) {}

    private record State(Map<String, Pair> nodes, Map<PodName, Map<String, Pair>> pods) {}

    private final Duration resolution;
    private volatile State state = new State(Map.of(), Map.of());

    PointStore(Duration resolution) {
        this.resolution = resolution;
    }

    /** Takes over a round; what is not in it is forgotten. */
    void store(Points points) {
        State before = state;
        Map<String, Pair> nodes = new HashMap<>();
        points.nodes().forEach((name, point) -> nodes.put(name, next(before.nodes.get(name), point)));
        Map<PodName, Map<String, Pair>> pods = new HashMap<>();
        points.pods().forEach((pod, containers) -> {
            Map<String, Pair> known = before.pods.getOrDefault(pod, Map.of());
            Map<String, Pair> now = new HashMap<>();
            containers.forEach((name, point) -> now.put(name, container(known.get(name), point)));
            pods.put(pod, now);
        });
        state = new State(nodes, pods);
    }

    private Pair container(Pair before, Point point) {
        Duration age = Duration.between(point.start(), point.timestamp());
        if (age.compareTo(FRESH) >= 0 && age.compareTo(resolution) < 0) {
            return new Pair(point, new Point(point.start(), point.start(), 0, point.memoryBytes()));
        }
        boolean restarted = before != null && !point.start().isBefore(before.last.timestamp());
        return next(restarted ? null : before, point);
    }

    private static Pair next(Pair before, Point point) {
        if (before == null) return new Pair(point, null);
        if (point.timestamp().isAfter(before.last.timestamp())) return new Pair(point, before.last);
        boolean older = before.previous != null && before.previous.timestamp().isBefore(point.timestamp());
        return new Pair(point, older ? before.previous : null);
    }

    /** What a node uses; empty before its second point. */
    Optional<NodeUsage> node(String name) {
        Pair pair = state.nodes.get(name);
        return usage(pair).map(usage -> new NodeUsage(pair.last.timestamp(), window(pair), usage));
    }

    /** What a Pod uses; empty before the second point of all its containers. */
    Optional<PodUsage> pod(String namespace, String name) {
        Map<String, Pair> containers = state.pods.get(new PodName(namespace, name));
        if (containers == null) return Optional.empty();
        TreeMap<String, Usage> uses = new TreeMap<>();
        Instant earliest = null;
        Duration window = Duration.ZERO;
        for (Map.Entry<String, Pair> container : containers.entrySet()) {
            Pair pair = container.getValue();
            if (pair.previous == null) return Optional.empty();
            Optional<Usage> usage = usage(pair);
            if (usage.isEmpty()) continue;
            uses.put(container.getKey(), usage.get());
            if (earliest == null || earliest.isAfter(pair.last.timestamp())) {
                earliest = pair.last.timestamp();
                window = window(pair);
            }
        }
        return earliest == null ? Optional.empty() : Optional.of(new PodUsage(earliest, window, uses));
    }

    private static Duration window(Pair pair) {
        return Duration.between(pair.previous.timestamp(), pair.last.timestamp());
    }

    /** Empty if there is nothing to compare with, or if a counter went backwards. */
    private static Optional<Usage> usage(Pair pair) {
        if (pair == null || pair.previous == null) return Optional.empty();
        boolean backwards =
                pair.last.start().isBefore(pair.previous.start()) || pair.last.cpuNanos() < pair.previous.cpuNanos();
        if (backwards) return Optional.empty();
        double seconds = window(pair).toNanos() / 1e9;
        long cpu = (long) ((pair.last.cpuNanos() - pair.previous.cpuNanos()) / seconds);
        return Optional.of(new Usage(cpu, pair.last.memoryBytes()));
    }
}
