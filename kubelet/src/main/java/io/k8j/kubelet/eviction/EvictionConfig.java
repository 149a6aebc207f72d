package io.k8j.kubelet.eviction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of node-pressure eviction.
 *
 * @param thresholds when there is too little (--eviction-hard, --eviction-soft, --eviction-soft-grace-period,
 *     --eviction-minimum-reclaim)
 * @param maxPodGraceSeconds the longest time that a Pod gets to end at a soft threshold (--eviction-max-pod-grace-period)
 * @param transition for how long a pressure condition stays after the pressure (--eviction-pressure-transition-period)
 */
public record EvictionConfig(List<Threshold> thresholds, long maxPodGraceSeconds, Duration transition) {
    /** Upstream's. */
    public static final String HARD = "memory.available<100Mi,nodefs.available<10%,nodefs.inodesFree<5%,"
            + "imagefs.available<15%,imagefs.inodesFree<5%";

    public static final EvictionConfig DEFAULTS = parse(HARD, "", Map.of(), Map.of(), 0, Duration.ofMinutes(5));

    public EvictionConfig {
        thresholds = List.copyOf(thresholds);
        if (maxPodGraceSeconds < 0) {
            throw new IllegalArgumentException(
                    "eviction-max-pod-grace-period: %d must not be negative".formatted(maxPodGraceSeconds));
        }
        if (transition.isNegative()) {
            throw new IllegalArgumentException(
                    "eviction-pressure-transition-period: %s must not be negative".formatted(transition));
        }
    }

    /**
     * Reads the flags as upstream does.
     *
     * @param hard {@code SIGNAL<AMOUNT,…}; empty for no threshold
     * @param soft likewise
     * @param softGrace for each signal of {@code soft} how long it may be met
     * @param reclaim amounts by signal
     * @throws IllegalArgumentException in one sentence
     */
    public static EvictionConfig parse(
            String hard,
            String soft,
            Map<String, Duration> softGrace,
            Map<String, String> reclaim,
            long maxPodGraceSeconds,
            Duration transition) {
        Map<Signal, Amount> reclaims = new LinkedHashMap<>();
        reclaim.forEach((signal, amount) -> reclaims.put(signal(signal), Amount.parse(amount)));
        List<Threshold> all = new ArrayList<>();
        statements(hard)
                .forEach((signal, least) -> all.add(
                        new Threshold(signal, least, Duration.ZERO, reclaims.getOrDefault(signal, Amount.NONE))));
        statements(soft).forEach((signal, least) -> {
            Duration grace = softGrace.get(signal.text());
            if (grace == null) {
                throw new IllegalArgumentException(
                        "grace period must be specified for the soft eviction threshold " + signal.text());
            }
            if (grace.isNegative() || grace.isZero()) {
                throw new IllegalArgumentException(
                        "invalid eviction grace period specified: %s, must be a positive value"
                                .formatted(signal.text()));
            }
            all.add(new Threshold(signal, least, grace, reclaims.getOrDefault(signal, Amount.NONE)));
        });
        softGrace.keySet().forEach(EvictionConfig::signal);
        return new EvictionConfig(all, maxPodGraceSeconds, transition);
    }

    private static Map<Signal, Amount> statements(String text) {
        Map<Signal, Amount> statements = new LinkedHashMap<>();
        for (String statement : text.split(",", -1)) {
            if (statement.isBlank()) continue;
            String[] parts = statement.strip().split("<", -1);
            if (parts.length != 2) {
                throw new IllegalArgumentException(
                        "invalid eviction threshold syntax %s, expected <eviction-signal><operator><value>"
                                .formatted(statement.strip()));
            }
            if (statements.put(signal(parts[0]), Amount.parse(parts[1])) != null) {
                throw new IllegalArgumentException("duplicate eviction threshold signal " + parts[0]);
            }
        }
        return statements;
    }

    private static Signal signal(String text) {
        return Signal.of(text).orElseThrow(() -> new IllegalArgumentException("unsupported eviction signal " + text));
    }

    /** Bytes of memory that Pods may not have, so that the hard threshold is not met by them alone. */
    public long kept(Signal signal, long capacity) {
        return thresholds.stream()
                .filter(threshold -> threshold.signal() == signal && !threshold.isSoft())
                .mapToLong(threshold -> threshold.least().of(capacity))
                .findFirst()
                .orElse(0);
    }
}
