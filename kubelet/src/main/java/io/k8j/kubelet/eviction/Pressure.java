package io.k8j.kubelet.eviction;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides from what was observed which conditions the node has and which thresholds call for an eviction. Remembers since
 * when each threshold is met. Owned by one thread; asks no clock.
 */
final class Pressure {
    /**
     * What follows from an observation.
     *
     * @param conditions types of the Node's conditions that are true
     * @param due thresholds that are met for longer than their grace, the most urgent first
     */
    record Verdict(Set<String> conditions, List<Threshold> due) {}

    private final EvictionConfig config;
    private List<Threshold> met = List.of();
    private final Map<Threshold, Instant> since = new HashMap<>();
    private final Map<String, Instant> conditionSeen = new HashMap<>();

    Pressure(EvictionConfig config) {
        this.config = config;
    }

    Verdict look(Map<Signal, Observation> seen, Instant now) {
        List<Threshold> before = met;
        met = config.thresholds().stream()
                .filter(threshold -> {
                    Observation one = seen.get(threshold.signal());
                    return one != null && threshold.isMet(one, before.contains(threshold));
                })
                .toList();
        since.keySet().retainAll(met);
        met.forEach(threshold -> since.putIfAbsent(threshold, now));
        met.forEach(threshold -> conditionSeen.put(threshold.signal().condition(), now));
        Set<String> conditions = conditionSeen.entrySet().stream()
                .filter(entry -> entry.getValue().equals(now)
                        || Duration.between(entry.getValue(), now).compareTo(config.transition()) < 0)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
        List<Threshold> due = new ArrayList<>(met.stream()
                .filter(threshold -> Duration.between(since.get(threshold), now).compareTo(threshold.grace()) >= 0)
                .toList());
        due.sort(java.util.Comparator.comparing(Threshold::signal).thenComparing(Threshold::grace));
        return new Verdict(conditions, due);
    }

    /** Whether a threshold is met still, now that something was given back. */
    static boolean isMetStill(Threshold threshold, Map<Signal, Observation> seen) {
        Observation one = seen.get(threshold.signal());
        return one != null && threshold.isMet(one, true);
    }
}
