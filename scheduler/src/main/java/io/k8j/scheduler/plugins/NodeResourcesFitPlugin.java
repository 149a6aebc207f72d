package io.k8j.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.ObjectKey;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.GroupPlacement;
import io.k8j.scheduler.groups.GroupPlugin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/** Refuses nodes that lack what the Pod requests, and scores by how full they become. */
final class NodeResourcesFitPlugin implements Plugin.Filter, Plugin.Score, GroupPlugin.Score {
    /** How a resource's share becomes a score. */
    interface Strategy {
        /** 0 to 100. */
        long score(long taken, long allocatable);
    }

    /** Prefers empty nodes. */
    static final Strategy LEAST_ALLOCATED =
            (taken, allocatable) -> taken > allocatable ? 0 : (allocatable - taken) * Plugin.Score.MAX / allocatable;

    /** Prefers full nodes. */
    static final Strategy MOST_ALLOCATED =
            (taken, allocatable) -> Math.min(taken, allocatable) * Plugin.Score.MAX / allocatable;

    private static final String NAME = "NodeResourcesFit";
    private static final String TOO_MANY_PODS = "Too many pods";

    private final ResourceNames names;
    private final Strategy strategy;
    private final boolean skipZeroScores;
    private final ScoredResource[] resources;
    private final Set<String> ignored;
    private final Set<String> ignoredGroups;
    private final IntPredicate devices;
    private final Map<List<Object>, Status> refusals = new HashMap<>(); // of the scheduling thread

    /**
     * @param skipZeroScores whether resources with a score of 0 do not count, as in RequestedToCapacityRatio
     * @param devices whether devices stand for an extended resource, where a node has none of it
     */
    NodeResourcesFitPlugin(
            ResourceNames names,
            Strategy strategy,
            boolean skipZeroScores,
            List<ScoredResource> resources,
            Set<String> ignored,
            Set<String> ignoredGroups,
            IntPredicate devices) {
        this.names = names;
        this.strategy = strategy;
        this.skipZeroScores = skipZeroScores;
        this.resources = resources.toArray(ScoredResource[]::new);
        this.ignored = ignored;
        this.ignoredGroups = ignoredGroups;
        this.devices = devices;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        boolean tooMany = node.pods().size() + 1 > node.allowedPods();
        int[] wanted = pod.resources();
        long[] amounts = pod.amounts();
        boolean fits = !tooMany;
        for (int i = 0; i < wanted.length; i++) {
            if (amounts[i] > node.allocatable(wanted[i]) - node.requested(wanted[i])
                    && !isElsewhere(wanted[i], node.allocatable(wanted[i]))) {
                fits = false;
                break;
            }
        }
        return fits ? Status.SUCCESS : refusal(pod, node, tooMany);
    }

    private Status refusal(PodInfo pod, NodeInfo node, boolean tooMany) {
        List<Object> reasons = new ArrayList<>();
        boolean never = false;
        if (tooMany) {
            reasons.add(TOO_MANY_PODS);
        }
        for (int i = 0; i < pod.resources().length; i++) {
            int id = pod.resources()[i];
            long amount = pod.amounts()[i];
            if (amount > node.allocatable(id) - node.requested(id) && !isElsewhere(id, node.allocatable(id))) {
                reasons.add(id);
                never |= amount > node.allocatable(id);
            }
        }
        reasons.add(never);
        Status known = refusals.get(reasons);
        if (known == null) {
            known = refusal(reasons, never);
            refusals.put(List.copyOf(reasons), known);
        }
        return known;
    }

    private Status refusal(List<Object> reasons, boolean never) {
        List<String> sentences = new ArrayList<>();
        for (Object reason : reasons) {
            if (reason instanceof String sentence) {
                sentences.add(sentence);
            } else if (reason instanceof Integer id) {
                sentences.add("Insufficient " + names.name(id));
            }
        }
        Status.Code code = never ? Status.Code.UNSCHEDULABLE_AND_UNRESOLVABLE : Status.Code.UNSCHEDULABLE;
        return new Status(code, sentences, NAME);
    }

    /** Whether others see to the resource: nobody by configuration, or devices that stand for it. */
    private boolean isElsewhere(int id, long allocatable) {
        return isIgnored(id) || allocatable == 0 && devices.test(id);
    }

    private boolean isIgnored(int id) {
        if ((ignored.isEmpty() && ignoredGroups.isEmpty()) || id <= ResourceNames.EPHEMERAL_STORAGE) {
            return false;
        }
        String name = names.name(id);
        return ResourceNames.isExtended(name)
                && (ignored.contains(name) || ignoredGroups.contains(name.substring(0, name.indexOf('/'))));
    }

    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        long sum = 0;
        long weights = 0;
        for (ScoredResource resource : resources) {
            long allocatable = resource.allocatable(pod, node);
            if (allocatable == 0) {
                continue;
            }
            long score = strategy.score(resource.takenWithDefaults(pod, node), allocatable);
            if (skipZeroScores && score == 0) {
                continue;
            }
            sum += score * resource.weight();
            weights += resource.weight();
        }
        if (weights == 0) {
            return 0;
        }
        return skipZeroScores ? Math.round((double) sum / weights) : sum / weights;
    }

    /** Prefers placements that become full, whatever is preferred for nodes. */
    @Override
    public long score(ObjectKey group, GroupPlacement placement, List<PodInfo> proposed) {
        long sum = 0;
        long weights = 0;
        for (ScoredResource resource : resources) {
            long taken =
                    proposed.stream().mapToLong(resource::requestWithDefaults).sum();
            long allocatable = 0;
            for (NodeInfo node : placement.nodes()) {
                if (resource.scalar() && taken == 0 || node.allocatable(resource.id()) == 0) continue;
                allocatable += node.allocatable(resource.id());
                taken += resource.takenWithDefaults(node);
            }
            if (allocatable == 0) continue;
            sum += MOST_ALLOCATED.score(taken, allocatable) * resource.weight();
            weights += resource.weight();
        }
        return weights == 0 ? 0 : sum / weights;
    }

    @Override
    public List<EventHint> events() {
        return List.of(
                EventHint.onAssignedPod(
                        ClusterEvent.DELETE | ClusterEvent.POD_SCALED_DOWN,
                        (pod, before, now) -> frees(pod, before, now)),
                EventHint.onPendingPod(
                        ClusterEvent.POD_SCALED_DOWN,
                        (pod, before, now) -> pod.uid().equals(now.uid())),
                EventHint.onNode(
                        ClusterEvent.ADD | ClusterEvent.NODE_ALLOCATABLE,
                        (pod, before, now) -> couldFit(pod, now) && (before == null || hasMore(pod, before, now))),
                new EventHint(
                        new ClusterEvent(ClusterEvent.Resource.DEVICE_CLASS, ClusterEvent.ADD | ClusterEvent.UPDATE),
                        (pod, before, now) -> asksForDevices(pod)));
    }

    private boolean asksForDevices(PodInfo pod) {
        for (int id : pod.resources()) {
            if (id > ResourceNames.EPHEMERAL_STORAGE && devices.test(id)) {
                return true;
            }
        }
        return false;
    }

    private static boolean frees(PodInfo pod, PodInfo before, PodInfo now) {
        if (now == null) {
            return true; // a place among the node's Pods, too
        }
        for (int id : pod.resources()) {
            if (now.request(id) < before.request(id)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasMore(PodInfo pod, Node before, Node now) {
        Map<String, Quantity> had = allocatable(before);
        Map<String, Quantity> has = allocatable(now);
        if (count(has.get("pods")) > count(had.get("pods"))) {
            return true;
        }
        for (int id : pod.resources()) {
            String name = names.name(id);
            if (names.amount(id, has.get(name)) > names.amount(id, had.get(name))) return true;
        }
        return false;
    }

    private long count(Quantity amount) {
        return names.amount(ResourceNames.MEMORY, amount); // whole units, as bytes are
    }

    private static Map<String, Quantity> allocatable(Node node) {
        return node.getStatus() == null || node.getStatus().getAllocatable() == null
                ? Map.of()
                : node.getStatus().getAllocatable();
    }

    private boolean couldFit(PodInfo pod, Node node) {
        if (node.getStatus() == null || node.getStatus().getAllocatable() == null) {
            return false;
        }
        for (int i = 0; i < pod.resources().length; i++) {
            int id = pod.resources()[i];
            long has = names.amount(id, node.getStatus().getAllocatable().get(names.name(id)));
            if (pod.amounts()[i] > has && !isElsewhere(id, has)) {
                return false;
            }
        }
        return true;
    }
}
