package io.k8j.scheduler.plugins.volumes;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.Client;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Selectors;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.scheduler.framework.ClusterEvent;
import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.EventHint;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Nodes;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PluginContext;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import io.k8j.scheduler.plugins.ChangeSignal;
import io.k8j.scheduler.plugins.Claims;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets Pods go only where their volumes are or can be, and gives claims that wait for their first Pod a volume: a free
 * one, or a new one by telling the provisioner the node.
 */
public final class VolumeBindingPlugin implements Plugin.PreFilter, Plugin.Filter, Plugin.Reserve, Plugin.PreBind {
    private static final String NAME = "VolumeBinding";
    private static final Status ELSEWHERE = Status.unresolvable("node(s) didn't match PersistentVolume's node affinity")
            .by(NAME);
    private static final Status NONE_FREE = Status.unresolvable(
                    "node(s) didn't find available persistent volumes to bind")
            .by(NAME);
    private static final Status NO_VOLUME = Status.unresolvable(
                    "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")
            .by(NAME);
    private static final Status NO_SPACE =
            Status.unresolvable("node(s) did not have enough free storage").by(NAME);
    private static final CycleState.Key<Needs> NEEDS = new CycleState.Key<>();
    private static final CycleState.Key<Plan> PLAN = new CycleState.Key<>();

    /** The Pod's claims by what must be done about them. */
    private record Needs(List<PersistentVolumeClaim> bound, List<PersistentVolumeClaim> waiting) {}

    private record Match(PersistentVolume volume, PersistentVolumeClaim claim) {}

    /** What a node means for the waiting claims. */
    private record Plan(List<Match> matches, List<PersistentVolumeClaim> provisioned, Status refusal) {
        boolean isEmpty() {
            return matches.isEmpty() && provisioned.isEmpty();
        }
    }

    private final Client client;
    private final Claims claims;
    private final Informer<CSIDriver> drivers;
    private final Informer<CSIStorageCapacity> capacities;
    private final Duration timeout;
    private final Map<String, String> taken = new HashMap<>(); // volume to Pod; of the scheduling thread
    private final ChangeSignal claimChanges = new ChangeSignal();

    public VolumeBindingPlugin(PluginContext context, Claims claims, Duration timeout) {
        this.client = context.client();
        this.claims = claims;
        this.drivers = context.informers().of(CSIDriver.class);
        this.capacities = context.informers().of(CSIStorageCapacity.class);
        this.timeout = timeout;
        StorageEvents.report(context, claims, claimChanges);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Status preFilter(CycleState state, PodInfo pod, Nodes nodes) {
        List<Claims.Use> uses = Claims.usesOf(pod);
        if (uses.isEmpty()) {
            state.write(PLAN, new Plan(List.of(), List.of(), null));
            return Status.SKIP;
        }
        Needs needs = new Needs(new ArrayList<>(), new ArrayList<>());
        for (Claims.Use use : uses) {
            PersistentVolumeClaim claim = claims.find(pod, use);
            String problem = problem(pod, use, claim);
            if (problem != null) {
                return Status.unresolvable(problem);
            }
            if (Claims.isBound(claim)) {
                needs.bound.add(claim);
            } else if (claims.waitsForConsumer(claim)
                    && Claims.volumeName(claim).isEmpty()) {
                needs.waiting.add(claim);
            } else {
                return Status.unresolvable("pod has unbound immediate PersistentVolumeClaims");
            }
        }
        state.write(NEEDS, needs);
        return Status.SUCCESS;
    }

    /** Null if the claim can be used. */
    private static String problem(PodInfo pod, Claims.Use use, PersistentVolumeClaim claim) {
        if (claim == null) {
            return use.ephemeral()
                    ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"%s\""
                            .formatted(use.name())
                    : "persistentvolumeclaim \"%s\" not found".formatted(use.name());
        }
        if (claim.getStatus() != null && "Lost".equals(claim.getStatus().getPhase())) {
            return "persistentvolumeclaim \"%s\" bound to non-existent persistentvolume \"%s\""
                    .formatted(use.name(), Claims.volumeName(claim));
        }
        if (claim.getMetadata().getDeletionTimestamp() != null) {
            return "persistentvolumeclaim \"%s\" is being deleted".formatted(use.name());
        }
        if (use.ephemeral() && !Claims.isOwnedBy(claim, pod)) {
            return "PVC %s/%s was not created for pod %s (pod is not owner)"
                    .formatted(pod.namespace(), use.name(), pod.key());
        }
        return null;
    }

    @Override
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        Needs needs = state.read(NEEDS);
        for (PersistentVolumeClaim claim : needs.bound) {
            PersistentVolume volume = claims.volumeOf(claim);
            if (volume == null) {
                return NO_VOLUME;
            }
            if (!VolumeMatch.reaches(volume, node)) {
                return ELSEWHERE;
            }
        }
        Plan plan = plan(needs, node);
        return plan.refusal == null ? Status.SUCCESS : plan.refusal;
    }

    private Plan plan(Needs needs, NodeInfo node) {
        Plan plan = new Plan(new ArrayList<>(), new ArrayList<>(), null);
        Set<String> used = new HashSet<>(taken.keySet());
        for (PersistentVolumeClaim claim : needs.waiting) {
            String selected = Claims.annotations(claim).get(Claims.SELECTED_NODE);
            if (selected != null && !selected.equals(node.name())) {
                return new Plan(List.of(), List.of(), NONE_FREE);
            }
            PersistentVolume volume = selected != null
                    ? null
                    : VolumeMatch.smallest(claim, claims.volumes().all(), used, node);
            if (volume != null) {
                used.add(volume.getMetadata().getName());
                plan.matches.add(new Match(volume, claim));
                continue;
            }
            StorageClass storageClass = claims.classOf(claim);
            if (storageClass == null
                    || Claims.NO_PROVISIONER.equals(storageClass.getProvisioner())
                    || !VolumeMatch.allows(storageClass, node)) {
                return new Plan(List.of(), List.of(), NONE_FREE);
            }
            if (!hasSpace(storageClass, claim, node)) {
                return new Plan(List.of(), List.of(), NO_SPACE);
            }
            plan.provisioned.add(claim);
        }
        return plan;
    }

    /** True also for drivers that do not tell how much space they have. */
    private boolean hasSpace(StorageClass storageClass, PersistentVolumeClaim claim, NodeInfo node) {
        CSIDriver driver =
                drivers.get(ObjectKey.of(storageClass.getProvisioner())).orElse(null);
        if (driver == null || !Boolean.TRUE.equals(driver.getSpec().getStorageCapacity())) {
            return true;
        }
        long wanted = VolumeMatch.bytes(VolumeMatch.requested(claim));
        return capacities.all().stream()
                .anyMatch(capacity -> storageClass.getMetadata().getName().equals(capacity.getStorageClassName())
                        && Selectors.matches(capacity.getNodeTopology(), node.labels())
                        && VolumeMatch.bytes(
                                        capacity.getMaximumVolumeSize() != null
                                                ? capacity.getMaximumVolumeSize()
                                                : capacity.getCapacity())
                                >= wanted
                        && capacity.getCapacity() != null);
    }

    @Override
    public Status reserve(CycleState state, PodInfo pod, NodeInfo node) {
        Needs needs = state.read(NEEDS);
        if (needs == null) {
            return Status.SUCCESS;
        }
        Plan plan = plan(needs, node);
        if (plan.refusal != null) {
            return plan.refusal;
        }
        taken.keySet().removeIf(this::isGivenOrGone);
        plan.matches.forEach(match -> taken.put(match.volume.getMetadata().getName(), pod.uid()));
        state.write(PLAN, plan);
        return Status.SUCCESS;
    }

    /** Then its claim is in its spec for all to see. */
    private boolean isGivenOrGone(String volume) {
        PersistentVolume now = claims.volumes().get(ObjectKey.of(volume)).orElse(null);
        return now == null || now.getSpec().getClaimRef() != null;
    }

    @Override
    public void unreserve(CycleState state, PodInfo pod, String node) {
        taken.values().removeIf(uid -> uid.equals(pod.uid()));
    }

    @Override
    public boolean skips(CycleState state, PodInfo pod) {
        Plan plan = state.read(PLAN);
        return plan == null || plan.isEmpty();
    }

    @Override
    public Status preBind(CycleState state, PodInfo pod, String node) throws InterruptedException {
        Plan plan = state.read(PLAN);
        try {
            for (Match match : plan.matches) {
                give(match);
            }
            for (PersistentVolumeClaim claim : plan.provisioned) {
                if (!node.equals(Claims.annotations(claim).get(Claims.SELECTED_NODE))) {
                    client.resources(PersistentVolumeClaim.class)
                            .patch(
                                    ObjectKey.of(claim),
                                    PatchType.MERGE,
                                    Map.of("metadata", Map.of("annotations", Map.of(Claims.SELECTED_NODE, node))),
                                    "");
                }
            }
        } catch (ApiException | TransportException e) {
            return Status.error(e.getMessage());
        }
        List<PersistentVolumeClaim> all = new ArrayList<>(plan.provisioned);
        plan.matches.forEach(match -> all.add(match.claim));
        return claimChanges.await(timeout, () -> all.stream().allMatch(this::isBoundNow))
                ? Status.SUCCESS
                : Status.error("binding volumes: context deadline exceeded");
    }

    private boolean isBoundNow(PersistentVolumeClaim claim) {
        return claims.claims().get(ObjectKey.of(claim)).filter(Claims::isBound).isPresent();
    }

    private void give(Match match) {
        PersistentVolumeClaim claim = match.claim;
        if (match.volume.getSpec().getClaimRef() != null
                && claim.getMetadata()
                        .getUid()
                        .equals(match.volume.getSpec().getClaimRef().getUid())) {
            return;
        }
        client.resources(PersistentVolume.class)
                .update(new PersistentVolumeBuilder(match.volume)
                        .editMetadata()
                        .addToAnnotations("pv.kubernetes.io/bound-by-controller", "yes")
                        .endMetadata()
                        .editSpec()
                        .withNewClaimRef()
                        .withApiVersion("v1")
                        .withKind("PersistentVolumeClaim")
                        .withNamespace(claim.getMetadata().getNamespace())
                        .withName(claim.getMetadata().getName())
                        .withUid(claim.getMetadata().getUid())
                        .withResourceVersion(claim.getMetadata().getResourceVersion())
                        .endClaimRef()
                        .endSpec()
                        .build());
    }

    @Override
    public List<EventHint> events() {
        int any = ClusterEvent.ADD | ClusterEvent.UPDATE;
        return List.of(
                EventHint.always(ClusterEvent.Resource.STORAGE_CLASS, any),
                StorageEvents.onOwnClaim(any),
                EventHint.always(ClusterEvent.Resource.VOLUME, any),
                EventHint.always(
                        ClusterEvent.Resource.NODE,
                        ClusterEvent.ADD | ClusterEvent.NODE_LABELS | ClusterEvent.NODE_TAINTS),
                EventHint.always(ClusterEvent.Resource.CSI_DRIVER, any | ClusterEvent.DELETE),
                EventHint.always(ClusterEvent.Resource.CSI_CAPACITY, any));
    }
}
