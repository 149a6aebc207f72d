package io.k8j.scheduler.plugins.preemption;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.Candidate;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.GroupPlugin;
import io.k8j.scheduler.groups.PodGroups;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Makes room for a Pod by removing Pods of lower priority from the node where that does the least harm. */
public final class DefaultPreemptionPlugin implements Plugin.PreEnqueue, Plugin.PostFilter, GroupPlugin.MakeRoom {
    private final FrameworkHandle framework;
    private final Nodes nodes;
    private final Informer<PodDisruptionBudget> budgets;
    private final Random random;
    private final int minCandidatesPercentage;
    private final int minCandidates;
    private final VictimMemory memory;
    private final AtomicLong budgetChanges = new AtomicLong();
    private final PodGroups groups;
    private final Evictor evictor;
    private final GroupPreemption ofGroups;

    public DefaultPreemptionPlugin(
            PluginContext context, Random random, int minCandidatesPercentage, int minCandidates) {
        this.framework = context.framework();
        this.nodes = context.nodes();
        this.budgets = context.informers().of(PodDisruptionBudget.class);
        this.budgets.onChange(counting(budgetChanges));
        this.memory = new VictimMemory(nodes);
        this.random = random;
        this.minCandidatesPercentage = minCandidatesPercentage;
        this.minCandidates = minCandidates;
        this.groups = context.groups();
        this.evictor = new Evictor(context, context.gates().isOn(FeatureGates.ASYNC_PREEMPTION));
        this.ofGroups = new GroupPreemption(context, evictor);
    }

    @Override
    public String name() {
        return "DefaultPreemption";
    }

    private static Informer.Handler<PodDisruptionBudget> counting(AtomicLong changes) {
        return new Informer.Handler<>() {
            @Override
            public void added(PodDisruptionBudget budget) {
                changes.incrementAndGet();
            }

            @Override
            public void updated(PodDisruptionBudget before, PodDisruptionBudget now) {
                changes.incrementAndGet();
            }

            @Override
            public void deleted(PodDisruptionBudget last) {
                changes.incrementAndGet();
            }
        };
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        ObjectKey key = groups.preemptAsOne() ? groups.of(pod) : null;
        if (key != null) {
            PodGroup group = groups.get(key);
            return group != null && evictor.isBusyFor(group.getMetadata().getUid())
                    ? Status.unresolvable("waiting for the preemption for this pod group to be finished")
                    : Status.SUCCESS;
        }
        return evictor.isBusyFor(pod.uid())
                ? Status.unresolvable("waiting for the preemption for this pod to be finished")
                : Status.SUCCESS;
    }

    @Override
    public Result postFilter(CycleState state, PodInfo pod, NodeStatuses statuses) {
        framework.countPreemption();
        String handled = refusalOfGroup(pod);
        if (handled != null) return new Result(Status.unschedulable("preemption: " + handled), null);
        String reason = ineligibility(pod, statuses);
        if (reason != null) {
            return new Result(Status.unschedulable("preemption: " + reason), null);
        }
        NodeStatuses found = new NodeStatuses(Status.unresolvable("Preemption is not helpful for scheduling"));
        List<Victims> candidates = candidates(state, pod, statuses.resolvable(nodes), found);
        if (candidates.isEmpty()) {
            String message = new Diagnosis(nodes.count(), found).message();
            return new Result(Status.unschedulable("preemption: " + message), "");
        }
        Result none = framework.hasExtenders() ? narrowed(pod, candidates) : null;
        if (none != null) {
            return none;
        }
        Victims chosen = candidates.stream().min(Victims.LEAST_HARM).orElseThrow();
        framework.countVictims(chosen.pods().size());
        Status evicted = evict(pod, chosen);
        return evicted.isSuccess()
                ? new Result(evicted, chosen.node().name())
                : new Result(Status.error("preemption: " + evicted.message()), null);
    }

    /** Why room is not made for this Pod alone; null if it may be. */
    private String refusalOfGroup(PodInfo pod) {
        ObjectKey key = groups.of(pod);
        if (key == null) return null;
        if (groups.areTopologyAware()) {
            PodGroup group = groups.get(key);
            if (group == null) return "pod group for pod not found";
            if (group.getSpec().schedulingConstraints() != null) {
                return "not eligible due to placement-based pod group scheduling limitation";
            }
        }
        return groups.preemptAsOne() ? "not eligible due to workload aware preemption enabled" : null;
    }

    private Status evict(PodInfo pod, Victims chosen) {
        String node = chosen.node().name();
        for (PodInfo lesser : framework.nominated(node)) {
            if (lesser.priority() < pod.priority()) {
                framework.withdrawNomination(lesser);
            }
        }
        return evictor.evict(Preemptor.of(pod), chosen.pods(), node);
    }

    /** Lets the extenders choose among the candidates; a result if none is left. */
    private Result narrowed(PodInfo pod, List<Victims> candidates) {
        Candidate.Narrowed narrowed = framework.narrow(
                pod,
                candidates.stream()
                        .map(v -> new Candidate(v.node(), v.pods(), v.violations()))
                        .toList());
        if (!narrowed.status().isSuccess()) {
            return new Result(Status.error("preemption: " + narrowed.status().message()), null);
        }
        if (narrowed.left().isEmpty()) {
            return new Result(Status.unschedulable("preemption: no candidate node for preemption"), "");
        }
        candidates.clear();
        narrowed.left().forEach(c -> candidates.add(new Victims(c.node(), c.victims(), c.violations())));
        return null;
    }

    /** Null if the Pod may remove others. */
    private String ineligibility(PodInfo pod, NodeStatuses statuses) {
        if ("Never".equals(pod.pod().getSpec().getPreemptionPolicy())) {
            return "not eligible due to preemptionPolicy=Never.";
        }
        NodeInfo nominated = pod.nominatedNode().isEmpty() ? null : nodes.get(pod.nominatedNode());
        if (nominated != null
                && statuses.get(nominated).code() != Status.Code.UNSCHEDULABLE_AND_UNRESOLVABLE
                && nominated.pods().stream().anyMatch(p -> p.priority() < pod.priority() && isLeavingForAnother(p))) {
            return "not eligible due to a terminating pod on the nominated node.";
        }
        return null;
    }

    private static boolean isLeavingForAnother(PodInfo pod) {
        return pod.isBeingDeleted()
                && pod.pod().getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("DisruptionTarget")
                                && "True".equals(c.getStatus())
                                && Evictor.BY_SCHEDULER.equals(c.getReason()));
    }

    private List<Victims> candidates(CycleState state, PodInfo pod, List<NodeInfo> possible, NodeStatuses found) {
        List<Victims> harmless = new ArrayList<>();
        List<Victims> violating = new ArrayList<>();
        if (possible.isEmpty()) {
            return harmless;
        }
        int count = possible.size();
        int wanted = Math.min(count, Math.max(minCandidates, count * minCandidatesPercentage / 100));
        int offset = random.nextInt(count);
        VictimMemory.Of known = framework.decidesLocally(state) ? memory.of(pod, budgetChanges.get()) : null;
        nodes.beginSimulation();
        try {
            for (int i = 0; i < count; i++) {
                if (!harmless.isEmpty() && harmless.size() + violating.size() >= wanted) {
                    break;
                }
                NodeInfo node = possible.get((offset + i) % count);
                Object answer = victims(state, pod, node, known);
                if (answer instanceof Victims victims) {
                    (victims.violations() == 0 ? harmless : violating).add(victims);
                } else if (answer instanceof Status status) {
                    found.put(node, status);
                }
            }
        } finally {
            nodes.endSimulation();
        }
        harmless.addAll(violating);
        return harmless;
    }

    private Object victims(CycleState state, PodInfo pod, NodeInfo node, VictimMemory.Of known) {
        if (known == null || node.name().equals(pod.nominatedNode())) {
            return victims(state, pod, node);
        }
        Object answer = known.get(node);
        if (answer == null) {
            answer = victims(state, pod, node);
            known.put(node, answer);
        }
        return answer;
    }

    /** The Victims, or the Status that says why there are none. Leaves the node as it was. */
    private Object victims(CycleState state, PodInfo pod, NodeInfo node) {
        List<PodInfo> lower = new ArrayList<>();
        for (PodInfo other : node.pods()) {
            if (other.priority() < pod.priority()) {
                lower.add(other);
            }
        }
        if (lower.isEmpty()) {
            return Status.unresolvable("No preemption victims found for incoming pod");
        }
        Set<PodInfo> away = new HashSet<>();
        for (PodInfo other : lower) {
            framework.removePod(state, pod, other, node);
            away.add(other);
        }
        try {
            Status status = framework.filter(state, pod, node);
            if (!status.isSuccess()) {
                return status;
            }
            lower.sort(Victims.IMPORTANCE);
            Disruptions disruptions = Disruptions.of(lower, budgets.all());
            List<PodInfo> victims = new ArrayList<>();
            reprieve(state, pod, node, disruptions.violating(), away, victims);
            int violations = victims.size();
            reprieve(state, pod, node, disruptions.others(), away, victims);
            if (victims.isEmpty()) {
                return Status.error("expected at least one victim pod on node \"%s\"".formatted(node.name()));
            }
            victims.sort(Victims.IMPORTANCE);
            return new Victims(node, victims, violations);
        } finally {
            away.forEach(other -> framework.addPod(state, pod, other, node));
        }
    }

    /** Lets Pods stay, the most important first, as long as the new one still fits. */
    private void reprieve(
            CycleState state,
            PodInfo pod,
            NodeInfo node,
            List<PodInfo> others,
            Set<PodInfo> away,
            List<PodInfo> victims) {
        for (PodInfo other : others) {
            framework.addPod(state, pod, other, node);
            if (framework.filter(state, pod, node).isSuccess()) {
                away.remove(other);
            } else {
                framework.removePod(state, pod, other, node);
                victims.add(other);
            }
        }
    }

    @Override
    public Status makeRoom(PodGroup group, List<PodInfo> members, Supplier<Status> schedule) {
        return ofGroups.makeRoom(group, members, schedule);
    }
}
