package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.k8j.model.selector.LabelSelector;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.Indexes;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodCounts;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.framework.Topologies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Spreads Pods evenly over the domains of topologies, as they ask for it, or over nodes and zones by default. */
final class PodTopologySpreadPlugin implements Plugin.PreFilter, Plugin.Filter, Plugin.PreScore, Plugin.Score {
    /** Upstream's defaults for Pods of Services and controllers that have no constraints of their own. */
    static final List<TopologySpreadConstraint> SYSTEM_DEFAULTS =
            List.of(anyway("kubernetes.io/hostname", 3), anyway("topology.kubernetes.io/zone", 5));

    private static final String NAME = "PodTopologySpread";
    private static final String HARD = "DoNotSchedule";
    private static final String SOFT = "ScheduleAnyway";
    private static final long[] NO_COUNTS = {};
    private static final String HOSTNAME = "kubernetes.io/hostname";
    private static final Status SKEWED = Status.unschedulable("node(s) didn't match pod topology spread constraints")
            .by(NAME);
    private static final Status NO_LABEL = Status.unresolvable(
                    "node(s) didn't match pod topology spread constraints (missing required label)")
            .by(NAME);
    private static final CycleState.Key<Spread[]> HARD_STATE = new CycleState.Key<>();
    private static final CycleState.Key<SoftState> SOFT_STATE = new CycleState.Key<>();

    /** A hard constraint with the numbers of Pods by domain. */
    private static final class Spread {
        final SpreadConstraint constraint;
        final Topologies.Domains domains;
        final int[] counts;
        final boolean[] present;
        final int self;
        private int least;
        private boolean leastIsOld = true;

        Spread(SpreadConstraint constraint, Topologies.Domains domains, int self) {
            this.constraint = constraint;
            this.domains = domains;
            this.counts = new int[domains.count()];
            this.present = new boolean[domains.count()];
            this.self = self;
        }

        int least() {
            if (leastIsOld) {
                leastIsOld = false;
                int fewest = Integer.MAX_VALUE;
                int number = 0;
                for (int i = 0; i < counts.length; i++) {
                    if (present[i]) {
                        number++;
                        fewest = Math.min(fewest, counts[i]);
                    }
                }
                least = number < constraint.minDomains() ? 0 : fewest;
            }
            return least;
        }
    }

    private record SoftState(
            List<SpreadConstraint> constraints,
            Topologies.Domains[] domains,
            PodCounts.Counter[] counters,
            long[][] counts,
            double[] weights,
            boolean needsAllLabels) {}

    private final Indexes indexes;
    private final WorkloadSelectors workloads;
    private final List<TopologySpreadConstraint> hardDefaults;
    private final List<TopologySpreadConstraint> softDefaults;
    private final boolean systemDefaults;

    PodTopologySpreadPlugin(
            Indexes indexes,
            WorkloadSelectors workloads,
            List<TopologySpreadConstraint> defaults,
            boolean systemDefaults) {
        this.indexes = indexes;
        this.workloads = workloads;
        this.hardDefaults = ofKind(defaults, HARD);
        this.softDefaults = ofKind(defaults, SOFT);
        this.systemDefaults = systemDefaults;
    }

    private static List<TopologySpreadConstraint> ofKind(List<TopologySpreadConstraint> all, String kind) {
        return all.stream().filter(c -> kind.equals(c.getWhenUnsatisfiable())).toList();
    }

    private static TopologySpreadConstraint anyway(String key, int maxSkew) {
        TopologySpreadConstraint constraint = new TopologySpreadConstraint();
        constraint.setTopologyKey(key);
        constraint.setMaxSkew(maxSkew);
        constraint.setWhenUnsatisfiable(SOFT);
        return constraint;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    private List<SpreadConstraint> constraints(PodInfo pod, boolean hard) {
        if (!pod.pod().getSpec().getTopologySpreadConstraints().isEmpty()) {
            return SpreadConstraint.of(pod, hard);
        }
        List<TopologySpreadConstraint> wanted = hard ? hardDefaults : softDefaults;
        if (wanted.isEmpty()) {
            return List.of();
        }
        LabelSelector selector = workloads.of(pod);
        if (selector.isEmpty() || selector.isNothing()) {
            return List.of();
        }
        List<SpreadConstraint> compiled = new ArrayList<>();
        wanted.forEach(constraint -> compiled.add(SpreadConstraint.of(pod, constraint, selector)));
        return compiled;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        List<SpreadConstraint> constraints = constraints(pod, true);
        if (constraints.isEmpty()) {
            return Status.SKIP;
        }
        Spread[] spreads = new Spread[constraints.size()];
        PodCounts.Counter[] counters = new PodCounts.Counter[spreads.length];
        for (int i = 0; i < spreads.length; i++) {
            SpreadConstraint constraint = constraints.get(i);
            spreads[i] = new Spread(
                    constraint,
                    indexes.topologies().of(constraint.topologyKey()),
                    indexes.counts().has(constraint.counted(), pod) ? 1 : 0);
            counters[i] = indexes.counts().of(constraint.counted());
        }
        boolean[] all = new boolean[spreads.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = spreads[i].constraint.includesAll(pod);
        }
        for (int slot : nodes.allSlots()) {
            if (hasAllLabels(spreads, slot)) {
                for (int i = 0; i < spreads.length; i++) {
                    Spread spread = spreads[i];
                    if (all[i] || spread.constraint.includes(pod, nodes.at(slot))) {
                        int domain = spread.domains.at(slot);
                        spread.counts[domain] += counters[i].at(slot);
                        spread.present[domain] = true;
                    }
                }
            }
        }
        state.write(HARD_STATE, spreads);
        return Status.SUCCESS;
    }

    private static boolean hasAllLabels(Spread[] spreads, int slot) {
        for (Spread spread : spreads) {
            if (spread.domains.at(slot) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        return filter(state.read(HARD_STATE), node.slot());
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, Nodes nodes, int slot) {
        return filter(state.read(HARD_STATE), slot);
    }

    private static Status filter(Spread[] spreads, int slot) {
        for (Spread spread : spreads) {
            int domain = spread.domains.at(slot);
            if (domain < 0) {
                return NO_LABEL;
            }
            if ((long) spread.counts[domain] + spread.self - spread.least() > spread.constraint.maxSkew()) {
                return SKEWED;
            }
        }
        return Status.SUCCESS;
    }

    @Override
    public void podAdded(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        count(state, pod, added, node, 1);
    }

    @Override
    public void podRemoved(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        count(state, pod, removed, node, -1);
    }

    private void count(CycleState state, PodInfo pod, PodInfo other, NodeInfo node, int by) {
        Spread[] spreads = state.read(HARD_STATE);
        if (!hasAllLabels(spreads, node.slot())) {
            return;
        }
        for (Spread spread : spreads) {
            if (indexes.counts().has(spread.constraint.counted(), other) && spread.constraint.includes(pod, node)) {
                spread.counts[spread.domains.of(node)] += by;
                spread.leastIsOld = true;
            }
        }
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        List<SpreadConstraint> constraints = constraints(pod, false);
        if (constraints.isEmpty()) {
            return Status.SKIP;
        }
        boolean needsAll = !systemDefaults
                || !pod.pod().getSpec().getTopologySpreadConstraints().isEmpty();
        int count = constraints.size();
        SoftState soft = new SoftState(
                constraints,
                new Topologies.Domains[count],
                new PodCounts.Counter[count],
                new long[count][],
                new double[count],
                needsAll);
        boolean[][] wanted = new boolean[count][];
        for (int i = 0; i < count; i++) {
            soft.domains[i] = indexes.topologies().of(constraints.get(i).topologyKey());
            soft.counters[i] = indexes.counts().of(constraints.get(i).counted());
            // A node is a domain of its own for the host name: there is nothing to add up.
            boolean isHost = isHost(constraints.get(i));
            soft.counts[i] = isHost ? NO_COUNTS : new long[soft.domains[i].count()];
            wanted[i] = isHost ? null : new boolean[soft.domains[i].count()];
        }
        boolean[] used = weigh(soft, candidates, wanted);
        for (int i = 0; i < count; i++) {
            if (used[i] && soft.counters[i].total() > 0) {
                addUp(soft, i, wanted[i], pod, nodes);
            }
        }
        state.write(SOFT_STATE, soft);
        return Status.SUCCESS;
    }

    private static boolean isHost(SpreadConstraint constraint) {
        return constraint.topologyKey().equals(HOSTNAME);
    }

    private static void addUp(SoftState soft, int at, boolean[] wanted, PodInfo pod, Nodes nodes) {
        SpreadConstraint constraint = soft.constraints.get(at);
        boolean all = constraint.includesAll(pod);
        for (int slot : nodes.allSlots()) {
            int domain = soft.domains[at].at(slot);
            if (domain >= 0
                    && wanted[domain]
                    && !(soft.needsAllLabels && lacksLabel(soft, slot))
                    && (all || constraint.includes(pod, nodes.at(slot)))) {
                soft.counts[at][domain] += soft.counters[at].at(slot);
            }
        }
    }

    /** The more domains, the more a Pod in one of them counts. Tells which constraints have Pods to add up by domain. */
    private static boolean[] weigh(SoftState soft, List<NodeInfo> candidates, boolean[][] wanted) {
        int count = soft.constraints.size();
        int[] sizes = new int[count];
        boolean[] noValue = new boolean[count];
        boolean[] used = new boolean[count];
        int ignored = 0;
        for (NodeInfo node : candidates) {
            if (soft.needsAllLabels && lacksLabel(soft, node.slot())) {
                ignored++;
                continue;
            }
            for (int i = 0; i < count; i++) {
                if (wanted[i] == null) {
                    continue;
                }
                int domain = soft.domains[i].of(node);
                if (domain < 0 && !noValue[i]) {
                    noValue[i] = true; // nodes without the label are one more domain
                    sizes[i]++;
                } else if (domain >= 0 && !wanted[i][domain]) {
                    wanted[i][domain] = true;
                    used[i] = true;
                    sizes[i]++;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            int size = wanted[i] == null ? candidates.size() - ignored : sizes[i];
            soft.weights[i] = Math.log(size + 2.0);
        }
        return used;
    }

    private static boolean lacksLabel(SoftState soft, int slot) {
        for (Topologies.Domains domains : soft.domains) {
            if (domains.at(slot) < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        SoftState soft = state.read(SOFT_STATE);
        if (soft.needsAllLabels && lacksLabel(soft, node.slot())) {
            return -1;
        }
        double score = 0;
        for (int i = 0; i < soft.weights.length; i++) {
            int domain = soft.domains[i].of(node);
            if (domain >= 0) {
                SpreadConstraint constraint = soft.constraints.get(i);
                long number = isHost(constraint) ? soft.counters[i].at(node.slot()) : soft.counts[i][domain];
                score += number * soft.weights[i] + (constraint.maxSkew() - 1);
            }
        }
        return Math.round(score);
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < nodes.size(); i++) {
            if (scores[i] >= 0) {
                least = Math.min(least, scores[i]);
                most = Math.max(most, scores[i]);
            }
        }
        for (int i = 0; i < nodes.size(); i++) {
            if (scores[i] < 0) {
                scores[i] = 0;
            } else {
                scores[i] = most == 0 ? MAX : MAX * (most + least - scores[i]) / most;
            }
        }
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onAssignedPod(
                        ClusterEvent.ADD | ClusterEvent.DELETE | ClusterEvent.POD_LABELS,
                        (pod, before, now) -> isCounted(pod, before) || isCounted(pod, now)),
                EventHint.onPendingPod(
                        ClusterEvent.POD_LABELS | ClusterEvent.POD_TOLERATIONS,
                        (pod, before, now) -> pod.uid().equals(now.uid())),
                EventHint.onNode(
                        ClusterEvent.ADD | ClusterEvent.DELETE | ClusterEvent.NODE_LABELS | ClusterEvent.NODE_TAINTS,
                        (pod, before, now) -> concerns(pod, before) || concerns(pod, now)));
    }

    private boolean isCounted(PodInfo pod, PodInfo other) {
        return other != null
                && constraints(pod, true).stream()
                        .anyMatch(c -> indexes.counts().has(c.counted(), other));
    }

    private boolean concerns(PodInfo pod, io.fabric8.kubernetes.api.model.Node node) {
        if (node == null) {
            return false;
        }
        Map<String, String> labels =
                Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
        return constraints(pod, true).stream().allMatch(c -> labels.containsKey(c.topologyKey()));
    }
}
