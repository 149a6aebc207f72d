package io.k8j.model.feature;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which features are on. Immutable.
 *
 * @see <a href="https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/">Feature gates</a>
 */
public final class FeatureGates {
    /** Workload and PodGroup, {@code spec.schedulingGroup} of Pods, and scheduling them group by group. */
    public static final String GENERIC_WORKLOAD = "GenericWorkload";
    /** All or nothing for PodGroups that ask for it. */
    public static final String GANG_SCHEDULING = "GangScheduling";
    /** Groups make room and are removed as one. */
    public static final String WORKLOAD_AWARE_PREEMPTION = "WorkloadAwarePreemption";
    /** Groups that stay within one domain of a topology. */
    public static final String TOPOLOGY_AWARE_WORKLOADS = "TopologyAwareWorkloadScheduling";
    /** Devices that the Pods of a group share. */
    public static final String GROUP_CLAIMS = "DRAWorkloadResourceClaims";
    /** Jobs make a Workload and a PodGroup for their Pods. */
    public static final String WORKLOAD_WITH_JOB = "WorkloadWithJob";

    /** Pods that make room are removed while the scheduler goes on. */
    public static final String ASYNC_PREEMPTION = "SchedulerAsyncPreemption";

    /** With nothing else to do, Pods need not wait out their pause. */
    public static final String POP_FROM_BACKOFF = "SchedulerPopFromBackoffQ";
    /** Pods tell their node while their binding is prepared. */
    public static final String NOMINATED_FOR_EXPECTATION = "NominatedNodeNameForExpectation";
    /** Pods that have a node no longer tell where they were to go. */
    public static final String CLEARING_NOMINATED_NODE = "ClearingNominatedNodeNameAfterBinding";

    /** Nodes are chosen by what their kubelets say they can do. */
    public static final String NODE_DECLARED_FEATURES = "NodeDeclaredFeatures";

    /** Objects can be stored anew in the form in which they would be stored now. */
    public static final String STORAGE_VERSION_MIGRATOR = "StorageVersionMigrator";

    /** Autoscalers may have tolerances of their own. */
    public static final String HPA_CONFIGURABLE_TOLERANCE = "HPAConfigurableTolerance";

    /** Autoscalers may scale to zero, and back. */
    public static final String HPA_SCALE_TO_ZERO = "HPAScaleToZero";

    /** Nothing is changed. */
    public static final FeatureGates DEFAULTS = new FeatureGates(Map.of());

    /** Gates that change something here when they are switched. */
    private static final Set<String> ACTED_ON = Set.of(
            GENERIC_WORKLOAD,
            GANG_SCHEDULING,
            WORKLOAD_AWARE_PREEMPTION,
            TOPOLOGY_AWARE_WORKLOADS,
            GROUP_CLAIMS,
            WORKLOAD_WITH_JOB,
            ASYNC_PREEMPTION,
            POP_FROM_BACKOFF,
            NOMINATED_FOR_EXPECTATION,
            CLEARING_NOMINATED_NODE,
            NODE_DECLARED_FEATURES,
            STORAGE_VERSION_MIGRATOR,
            HPA_CONFIGURABLE_TOLERANCE,
            HPA_SCALE_TO_ZERO);

    private static final String ALL_ALPHA = "AllAlpha";
    private static final String ALL_BETA = "AllBeta";

    private final Map<String, Boolean> changed;

    private FeatureGates(Map<String, Boolean> changed) {
        this.changed = Map.copyOf(changed);
    }

    /**
     * Reads the pairs of {@code --feature-gates}.
     *
     * @param pairs names with Go's words for true and false
     * @throws IllegalArgumentException with upstream's sentence, if a gate is unknown, locked or lacks another one
     */
    public static FeatureGates of(Map<String, String> pairs) {
        if (pairs.isEmpty()) return DEFAULTS;
        Map<String, Boolean> wanted = new TreeMap<>();
        pairs.forEach((name, value) -> wanted.put(name.strip(), bool(name.strip(), value.strip())));
        Map<String, Boolean> changed = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        wanted.forEach((name, on) -> {
            FeatureGate gate = GateTable.ALL.get(name);
            if (gate == null) throw new IllegalArgumentException("unrecognized feature gate: " + name);
            if (gate.locked() && gate.enabled() != on) {
                problems.add("cannot set feature gate %s to %s, feature is locked to %s"
                        .formatted(name, on, gate.enabled()));
            } else {
                changed.put(name, on);
            }
        });
        refuse(problems);
        everyOf(ALL_ALPHA, "ALPHA", wanted, changed);
        everyOf(ALL_BETA, "BETA", wanted, changed);
        FeatureGates gates = new FeatureGates(changed);
        refuse(gates.unmetNeeds());
        return gates;
    }

    /** A gate that is named wins over its stage. */
    private static void everyOf(String name, String stage, Map<String, Boolean> wanted, Map<String, Boolean> changed) {
        Boolean on = wanted.get(name);
        if (on == null) return;
        for (FeatureGate gate : GateTable.ALL.values()) {
            boolean special = gate.name().equals(ALL_ALPHA) || gate.name().equals(ALL_BETA);
            if (!special && gate.stage().equals(stage)) changed.putIfAbsent(gate.name(), on);
        }
    }

    /** The same with one gate, and those that need it, off. */
    public FeatureGates without(String name) {
        Map<String, Boolean> fewer = new LinkedHashMap<>(changed);
        for (FeatureGate gate : GateTable.ALL.values()) {
            if (gate.name().equals(name) || needs(gate, name)) fewer.put(gate.name(), false);
        }
        return new FeatureGates(fewer);
    }

    private static boolean needs(FeatureGate gate, String name) {
        return gate.needs().stream().anyMatch(need -> need.equals(name) || needs(GateTable.ALL.get(need), name));
    }

    private List<String> unmetNeeds() {
        List<String> problems = new ArrayList<>();
        for (FeatureGate gate : GateTable.ALL.values()) {
            if (gate.needs().isEmpty() || !isOn(gate.name())) continue;
            List<String> off = gate.needs().stream().filter(need -> !isOn(need)).toList();
            if (!off.isEmpty()) {
                problems.add("%s is enabled, but depends on features that are disabled: [%s]"
                        .formatted(gate.name(), String.join(" ", off)));
            }
        }
        return problems;
    }

    private static void refuse(List<String> problems) {
        if (problems.isEmpty()) return;
        throw new IllegalArgumentException(
                problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]");
    }

    private static boolean bool(String name, String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw new IllegalArgumentException(
                        "invalid value of %s=%s, err: strconv.ParseBool: parsing \"%s\": invalid syntax"
                                .formatted(name, value, value));
        };
    }

    /** @throws IllegalArgumentException if there is no such gate */
    public boolean isOn(String name) {
        FeatureGate gate = GateTable.ALL.get(name);
        if (gate == null) throw new IllegalArgumentException("unrecognized feature gate: " + name);
        Boolean set = changed.get(name);
        return set == null ? gate.enabled() : set;
    }

    /** Gates that were switched away from their default and change nothing here. */
    public List<String> withoutEffect() {
        return changed.keySet().stream()
                .filter(name -> isOn(name) != GateTable.ALL.get(name).enabled() && !ACTED_ON.contains(name))
                .filter(name -> !name.equals(ALL_ALPHA) && !name.equals(ALL_BETA))
                .sorted()
                .toList();
    }

    /** Every gate that is known, in a fixed order. */
    public static Collection<FeatureGate> known() {
        return GateTable.ALL.values();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureGates gates && changed.equals(gates.changed);
    }

    @Override
    public int hashCode() {
        return changed.hashCode();
    }

    @Override
    public String toString() {
        return "FeatureGates" + new TreeMap<>(changed);
    }
}
