package io.k8j.scheduler.plugins.devices;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.group.PodGroup;
import io.k8j.model.time.Time;
import io.k8j.scheduler.devices.Allocator;
import io.k8j.scheduler.devices.BindingConditions;
import io.k8j.scheduler.devices.ClaimTracker;
import io.k8j.scheduler.devices.ClaimWriter;
import io.k8j.scheduler.devices.ExtendedResources;
import io.k8j.scheduler.devices.PodClaims;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.FrameworkHandle;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.NodeSelection;
import io.k8j.scheduler.framework.NodeStatuses;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.ResourceNames;
import io.k8j.scheduler.framework.Scores;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.groups.PodGroups;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds devices for the ResourceClaims of Pods. Pods without claims pass with a look at an empty list. */
public final class DynamicResourcesPlugin
        implements Plugin.PreEnqueue,
                Plugin.PreFilter,
                Plugin.Filter,
                Plugin.PostFilter,
                Plugin.PreScore,
                Plugin.Score,
                Plugin.Reserve,
                Plugin.PreBind {
    private static final Logger LOG = LoggerFactory.getLogger(DynamicResourcesPlugin.class);
    private static final CycleState.Key<DeviceNeeds> NEEDS = new CycleState.Key<>();
    private static final Status ELSEWHERE = Status.unresolvable("resourceclaim not available on the node");

    private final ClaimTracker tracker;
    private final PodGroups groups;
    private final ClaimWriter writer;
    private final FrameworkHandle framework;
    private final Time time;
    private final RandomGenerator random;
    private final ResourceNames names;
    private final Duration filterTimeout;
    private final Duration bindingTimeout;
    private final DeviceBinding binding;
    /** Pods that wait for their claims to be made. */
    private final Map<String, PodInfo> gated = new LinkedHashMap<>();

    /**
     * @param filterTimeout for all nodes together; zero for none
     * @param bindingTimeout for drivers to prepare devices
     */
    public DynamicResourcesPlugin(
            PluginContext context, RandomGenerator random, Duration filterTimeout, Duration bindingTimeout) {
        this.tracker = ClaimTracker.of(context);
        this.groups = context.groups();
        this.writer = new ClaimWriter(context.client());
        this.framework = context.framework();
        this.time = context.client().time();
        this.random = random;
        this.names = context.names();
        this.filterTimeout = filterTimeout;
        this.bindingTimeout = bindingTimeout;
        this.binding = new DeviceBinding(tracker, writer, framework, context.events(), bindingTimeout);
        tracker.onClaim(this::claimChanged);
    }

    private void claimChanged(ResourceClaim claim) {
        binding.claimChanged();
        if (gated.isEmpty()) {
            return;
        }
        String namespace = claim.getMetadata().getNamespace();
        List<PodInfo> waiting = gated.values().stream()
                .filter(pod -> pod.namespace().equals(namespace))
                .toList();
        waiting.forEach(pod -> gated.remove(pod.uid())); // those that still wait come again
        waiting.forEach(framework::reconsider);
    }

    @Override
    public String name() {
        return "DynamicResources";
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    private PodClaims claimsOf(PodInfo pod) {
        return PodClaims.of(pod, tracker::claim, groups.sharing(pod));
    }

    @Override
    public Status preEnqueue(PodInfo pod) {
        PodClaims claims = claimsOf(pod);
        if (claims.problem() == null) {
            if (!gated.isEmpty()) {
                gated.remove(pod.uid());
            }
            return Status.SUCCESS;
        }
        gated.put(pod.uid(), pod);
        return Status.unresolvable(claims.problem());
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        PodClaims claims = claimsOf(pod);
        if (claims.problem() != null) {
            return Status.unresolvable(claims.problem());
        }
        SortedMap<String, String> extended = tracker.byResource().of(pod);
        if (claims.claims().isEmpty() && extended.isEmpty()) {
            return Status.SKIP;
        }
        DeviceNeeds needs = new DeviceNeeds(claims, extended, extended.isEmpty() ? null : newUid());
        if (!extended.isEmpty() && tracker.extendedOf(pod) != null) {
            startOver(pod, tracker.extendedOf(pod));
            return Status.unresolvable("cannot schedule extended resource claim");
        }
        for (ResourceClaim claim : needs.claims) {
            AllocationResult allocation = ClaimTracker.allocation(claim);
            String sharer = allocation == null ? needs.groupOf(claim) : null;
            if (sharer != null && tracker.pendingOf(claim, sharer) != null) {
                allocation = tracker.pendingOf(claim, sharer);
                needs.joined.put(claim, allocation);
            }
            needs.reach.add(allocation == null ? null : NodeSelection.of(allocation.getNodeSelector()));
            if (allocation == null) {
                String problem = DeviceProblems.of(claim, tracker);
                if (problem != null) {
                    return Status.unresolvable(problem);
                }
                needs.toAllocate.add(claim);
            }
        }
        if (!needs.toAllocate.isEmpty() || !extended.isEmpty()) {
            long limit = filterTimeout.isZero() ? Duration.ofDays(1).toNanos() : filterTimeout.toNanos();
            needs.allocator = tracker.allocator(time.nanoTime() + limit, random);
        }
        state.write(NEEDS, needs);
        return Status.SUCCESS;
    }

    private String newUid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    /** A claim that an earlier attempt left behind goes before the Pod is tried again. */
    private void startOver(PodInfo pod, ResourceClaim left) {
        framework.writers().execute(() -> {
            attempt("delete", left, () -> writer.delete(left));
            framework.post(() -> framework.retry(pod));
        });
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        DeviceNeeds needs = state.read(NEEDS);
        List<Integer> unavailable = unavailable(needs, node);
        if (needs.allocator != null) {
            DeviceNeeds.Choice choice = choice(needs, pod, node);
            switch (needs.allocator.allocate(node.name(), node.labels(), choice.claims())) {
                case Allocator.Outcome.Fault(String message) -> {
                    return Status.error(message);
                }
                case Allocator.Outcome.NotHere(String reason) -> {
                    return Status.unresolvable(reason);
                }
                case Allocator.Outcome.Found(List<AllocationResult> results) ->
                    needs.found.put(node.name(), choice.with(results));
            }
        }
        needs.unavailable.addAll(unavailable);
        return unavailable.isEmpty() ? Status.SUCCESS : ELSEWHERE;
    }

    /** The claims to allocate on a node: with one for the extended resources that the node has not got itself. */
    private DeviceNeeds.Choice choice(DeviceNeeds needs, PodInfo pod, NodeInfo node) {
        SortedMap<String, String> missing = new TreeMap<>();
        needs.extended.forEach((resource, deviceClass) -> {
            if (node.allocatable(names.id(resource)) == 0) {
                missing.put(resource, deviceClass);
            }
        });
        if (missing.isEmpty()) {
            return new DeviceNeeds.Choice(needs.toAllocate, null, List.of(), List.of());
        }
        ExtendedResources.Asked asked = ExtendedResources.asked(pod.pod(), missing);
        ResourceClaim claim = ExtendedResources.claim(pod.pod(), needs.extendedUid, asked);
        List<ResourceClaim> claims = new ArrayList<>(needs.toAllocate);
        claims.add(claim);
        return new DeviceNeeds.Choice(claims, claim, asked.mappings(), List.of());
    }

    private List<Integer> unavailable(DeviceNeeds needs, NodeInfo node) {
        List<Integer> unavailable = List.of();
        for (int i = 0; i < needs.claims.size(); i++) {
            NodeSelection reach = needs.reach.get(i);
            ResourceClaim claim = needs.claims.get(i);
            boolean reached = reach == null || reach.matches(node.name(), node.labels());
            if (!reached || BindingConditions.concern(claim) && isLost(claim)) {
                unavailable = unavailable.isEmpty() ? new ArrayList<>() : unavailable;
                unavailable.add(i);
            }
        }
        return unavailable;
    }

    /** Whether the claim's devices failed, or took too long, to get ready. */
    private boolean isLost(ResourceClaim claim) {
        return switch (BindingConditions.of(claim)) {
            case BindingConditions.State.Ready ready -> false;
            case BindingConditions.State.Failed failed -> true;
            case BindingConditions.State.Waiting waiting ->
                BindingConditions.isLate(claim, bindingTimeout, time.instant());
        };
    }

    @Override
    public Result postFilter(CycleState state, PodInfo pod, NodeStatuses statuses) {
        DeviceNeeds needs = state.read(NEEDS);
        if (needs == null) {
            return new Result(Status.unschedulable("no new claims to deallocate"), null);
        }
        for (int index : needs.unavailable) {
            ResourceClaim claim = needs.claims.get(index);
            boolean unused = claim.getStatus().getReservedFor().stream()
                    .allMatch(consumer -> pod.uid().equals(consumer.getUid()));
            if (unused) {
                framework.writers().execute(() -> attempt("deallocate", claim, () -> writer.deallocate(claim)));
                return new Result(Status.unschedulable("deallocation of ResourceClaim completed"), null);
            }
        }
        return new Result(
                Status.unschedulable(
                        letGroupStartOver(pod, needs)
                                ? "ResourceClaim unreserved for PodGroup"
                                : "still not schedulable"),
                null);
    }

    /** A group of which no Pod has a node yet may get other devices than those of an earlier attempt. */
    private boolean letGroupStartOver(PodInfo pod, DeviceNeeds needs) {
        PodGroup group = groups.sharing(pod);
        if (group == null || groups.hasPlaced(ObjectKey.of(group))) return false;
        String uid = group.getMetadata().getUid();
        for (ResourceClaim claim : needs.claims) {
            if (uid.equals(needs.groupOf(claim))
                    && ClaimTracker.allocation(claim) != null
                    && PodClaims.isReservedFor(claim, uid)) {
                framework.writers().execute(() -> attempt("release", claim, () -> writer.release(claim, uid)));
                return true;
            }
        }
        return false;
    }

    private static void attempt(String what, ResourceClaim claim, Runnable write) {
        try {
            write.run();
        } catch (ApiException | TransportException e) {
            LOG.atWarn()
                    .addKeyValue("claim", ObjectKey.of(claim))
                    .addKeyValue("action", what)
                    .addKeyValue("cause", e.getMessage())
                    .log("claim not written");
        }
    }

    @Override
    public Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates) {
        DeviceNeeds needs = state.read(NEEDS);
        return needs == null || needs.allocator == null ? Status.SKIP : Status.SUCCESS;
    }

    /** Earlier alternatives of requests are better. */
    @Override
    public long score(CycleState state, PodInfo pod, NodeInfo node) {
        DeviceNeeds needs = state.read(NEEDS);
        DeviceNeeds.Choice choice = needs.found.get(node.name());
        return choice == null ? 0 : choice.score();
    }

    @Override
    public void normalize(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {
        Scores.normalize(scores, nodes.size(), false);
    }

    @Override
    public Status reserve(CycleState state, PodInfo pod, NodeInfo node) {
        DeviceNeeds needs = state.read(NEEDS);
        if (needs == null) return Status.SUCCESS;
        if (needs.allocator != null) {
            DeviceNeeds.Choice choice = needs.found.get(node.name());
            if (choice == null) {
                return Status.error("claim allocation not found for node");
            }
            needs.chosen = choice;
            for (int i = 0; i < choice.claims().size(); i++) {
                pend(needs, choice.claims().get(i), choice.results().get(i));
            }
        }
        needs.joined.forEach((claim, allocation) -> pend(needs, claim, allocation));
        return Status.SUCCESS;
    }

    private void pend(DeviceNeeds needs, ResourceClaim claim, AllocationResult allocation) {
        String group = needs.groupOf(claim);
        if (group == null) {
            tracker.pend(claim, allocation);
        } else {
            tracker.pendForGroup(claim, allocation, group);
        }
        needs.reserved.put(claim.getMetadata().getUid(), allocation);
    }

    @Override
    public void unreserve(CycleState state, PodInfo pod, String node) {
        DeviceNeeds needs = state.read(NEEDS);
        if (needs == null) {
            return;
        }
        for (ResourceClaim claim : needs.claims) {
            if (needs.reserved.containsKey(claim.getMetadata().getUid())) {
                tracker.takeBack(claim);
            }
            if (ClaimTracker.allocation(claim) != null && PodClaims.isReservedFor(claim, pod.uid())) {
                framework.writers().execute(() -> attempt("release", claim, () -> writer.release(claim, pod.uid())));
            }
        }
        if (needs.chosen != null && needs.chosen.extended() != null) {
            tracker.takeBack(needs.chosen.extended());
            ResourceClaim stored = needs.extendedStored;
            if (stored != null) {
                framework.writers().execute(() -> attempt("delete", stored, () -> writer.delete(stored)));
            }
        }
        needs.reserved.clear();
        needs.chosen = null;
        needs.extendedStored = null;
    }

    @Override
    public boolean skips(CycleState state, PodInfo pod) {
        return state.read(NEEDS) == null;
    }

    @Override
    public Status preBind(CycleState state, PodInfo pod, String node) throws InterruptedException {
        return binding.bind(state.read(NEEDS), pod, node);
    }

    @Override
    public List<EventHint> events() {
        return DeviceHints.of(this::claimsOf);
    }
}
