package io.k8j.controllers.quota;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatus;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.OwnWrites;
import io.k8j.controllers.support.Rests;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.time.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Counts anew what each quota's namespace uses. Admission counts up; this also counts down. */
public final class ResourceQuotaController {
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Informer<ResourceQuota> quotas;
    private final Informer<Service> services;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<ResourceClaim> deviceClaims;
    private final ObjectCounts counts;
    private final OwnWrites ownWrites = new OwnWrites();
    private final ControllerLoop<ObjectKey> loop;

    private ResourceQuotaController(ControllerContext context) {
        this.context = context;
        this.quotas = context.informer(ResourceQuota.class);
        this.services = context.informer(Service.class);
        this.claims = context.informer(PersistentVolumeClaim.class);
        this.deviceClaims = context.informer(ResourceClaim.class);
        this.counts = new ObjectCounts(context.client().transport(), context.catalog(), this::enqueueAll);
        this.loop = new ControllerLoop<>("resource_quota_controller", context.time(), this::reconcile);
        quotas.onChange(Handlers.any(quota -> loop.queue().add(ObjectKey.of(quota))));
        context.pods().informer().onChange(Handlers.of(this::changed, this::podUpdated, this::changed));
        services.onChange(Handlers.any(this::changed));
        claims.onChange(Handlers.any(this::changed));
        deviceClaims.onChange(Handlers.any(this::changed));
    }

    public static Controller create(ControllerContext context) {
        ResourceQuotaController controller = new ResourceQuotaController(context);
        return Controller.of(controller.loop, WORKERS).closing(controller.counts::close);
    }

    /** What a Pod counts for changes with its spec, of which the generation tells, or when it ends. */
    private void podUpdated(Pod before, Pod now) {
        if (Pods.isFinished(before) != Pods.isFinished(now)
                || !Objects.equals(
                        before.getMetadata().getGeneration(), now.getMetadata().getGeneration())) {
            changed(now);
        }
    }

    private void changed(HasMetadata object) {
        enqueueAll(Nulls.namespace(object));
    }

    private void enqueueAll(String namespace) {
        quotas.inNamespace(namespace).forEach(quota -> loop.queue().add(ObjectKey.of(quota)));
    }

    private Outcome reconcile(ObjectKey key) throws InterruptedException {
        Optional<ResourceQuota> found = quotas.get(key);
        if (found.isEmpty()) {
            ownWrites.forget(key);
            return Outcome.DONE;
        }
        ResourceQuota quota = found.get();
        if (ownWrites.isBehind(quota)) {
            return Outcome.DONE;
        }
        Map<String, io.fabric8.kubernetes.api.model.Quantity> hard =
                Nulls.map(quota.getSpec().getHard());
        Map<String, Quantity> used = used(quota, key.namespace());
        Map<String, io.fabric8.kubernetes.api.model.Quantity> shown = new LinkedHashMap<>();
        for (String name : new TreeMap<>(hard).keySet()) {
            Quantity amount = used.getOrDefault(name, Quantity.ZERO);
            shown.put(name, io.fabric8.kubernetes.api.model.Quantity.parse(amount.toString()));
        }
        ResourceQuotaStatus status = quota.getStatus() == null ? new ResourceQuotaStatus() : quota.getStatus();
        if (!hard.equals(Nulls.map(status.getHard())) || !shown.equals(Nulls.map(status.getUsed()))) {
            ownWrites.note(context.resources(ResourceQuota.class)
                    .updateStatus(quota.toBuilder()
                            .withNewStatus()
                            .withHard(hard)
                            .withUsed(shown)
                            .endStatus()
                            .build()));
        }
        Duration wait = untilNextLook(key.namespace());
        boolean regular = wait.equals(context.config().resourceQuotaSyncPeriod());
        return Outcome.again(regular ? Pace.UPKEEP : Pace.EXACT, wait);
    }

    /** The period, or less if some Pod that is being deleted ceases to count earlier. */
    private Duration untilNextLook(String namespace) {
        Instant now = context.now();
        Duration period = context.config().resourceQuotaSyncPeriod();
        return context.pods().inNamespace(namespace).stream()
                .flatMap(pod -> PodUsage.overdueAt(pod).stream())
                .filter(now::isBefore)
                .map(time -> Duration.between(now, time).plusMillis(1))
                .min(Comparator.naturalOrder())
                .filter(wait -> wait.compareTo(period) < 0)
                .orElse(period);
    }

    private Map<String, Quantity> used(ResourceQuota quota, String namespace) throws InterruptedException {
        Map<String, Quantity> used = new TreeMap<>();
        Instant now = context.now();
        List<Pod> pods = context.pods().inNamespace(namespace);
        loop.queue().rest(ObjectKey.of(quota), Rests.after(pods.size()));
        for (Pod pod : pods) {
            if (PodUsage.isInScope(quota, pod)) {
                PodUsage.of(pod, now).forEach((name, amount) -> used.merge(name, amount, Quantity::add));
            }
        }
        claims.inNamespace(namespace)
                .filter(claim -> ClaimUsage.isInScope(quota, claim))
                .forEach(claim ->
                        ClaimUsage.of(claim).forEach((name, amount) -> used.merge(name, amount, Quantity::add)));
        boolean scoped = !Nulls.list(quota.getSpec().getScopes()).isEmpty()
                || quota.getSpec().getScopeSelector() != null;
        if (scoped) {
            return used; // no scope is about anything else
        }
        services.inNamespace(namespace).forEach(service -> addService(service, used));
        deviceClaims
                .inNamespace(namespace)
                .forEach(claim ->
                        DeviceUsage.of(claim).forEach((name, amount) -> used.merge(name, amount, Quantity::add)));
        for (String name : Nulls.map(quota.getSpec().getHard()).keySet()) {
            if (ObjectCounts.isCount(name)) {
                counts.count(name, namespace).ifPresent(count -> used.put(name, Quantity.of(count)));
            }
        }
        return used;
    }

    private static void addService(Service service, Map<String, Quantity> used) {
        String type = Nulls.or(service.getSpec().getType(), "ClusterIP");
        long ports = service.getSpec().getPorts().size();
        if (type.equals("NodePort")) {
            used.merge("services.nodeports", Quantity.of(ports), Quantity::add);
        } else if (type.equals("LoadBalancer")) {
            used.merge("services.loadbalancers", Quantity.of(1), Quantity::add);
            if (Boolean.FALSE.equals(service.getSpec().getAllocateLoadBalancerNodePorts())) {
                ports = service.getSpec().getPorts().stream()
                        .filter(port -> port.getNodePort() != null && port.getNodePort() != 0)
                        .count();
            }
            used.merge("services.nodeports", Quantity.of(ports), Quantity::add);
        }
    }
}
