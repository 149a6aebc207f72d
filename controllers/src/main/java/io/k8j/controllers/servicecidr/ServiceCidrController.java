package io.k8j.controllers.servicecidr;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.networking.v1.IPAddress;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says of each ServiceCIDR whether addresses may be taken from it, and lets one go only when no Service is left with an
 * address that nobody else has. One worker.
 *
 * @see <a href="https://kubernetes.io/docs/reference/networking/virtual-ips/#ip-address-objects">IP address objects</a>
 */
public final class ServiceCidrController {
    private static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";
    private static final String READY = "Kubernetes Service CIDR is ready";
    private static final String TERMINATING =
            "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";

    /** How long a range that goes is waited for, so that no API server gives out an address of it any more. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final ControllerContext context;
    private final Informer<ServiceCIDR> cidrs;
    private final Informer<IPAddress> addresses;
    private final ControllerLoop<ObjectKey> loop;

    private ServiceCidrController(ControllerContext context) {
        this.context = context;
        this.cidrs = context.informer(ServiceCIDR.class);
        this.addresses = context.informer(IPAddress.class);
        this.loop = new ControllerLoop<>("servicecidrs", context.time(), this::reconcile);
        cidrs.onChange(Handlers.any(changed -> cidrs.all().stream()
                .filter(other -> CidrSet.overlap(changed, other))
                .forEach(this::enqueue)));
        addresses.onChange(Handlers.of(added -> {}, (before, now) -> {}, this::freed));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new ServiceCidrController(context).loop, 1);
    }

    private void enqueue(ServiceCIDR cidr) {
        loop.queue().add(ObjectKey.of(cidr));
    }

    /** An address that is free again may let its ranges go. */
    private void freed(IPAddress address) {
        if (CidrSet.isAllocated(address)) {
            cidrs.all().stream()
                    .filter(cidr -> Nulls.isDeleting(cidr) && CidrSet.contains(cidr, Nulls.name(address)))
                    .forEach(this::enqueue);
        }
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<ServiceCIDR> found = cidrs.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        ServiceCIDR cidr = found.get();
        if (Nulls.isDeleting(cidr)) {
            return leave(key, cidr);
        }
        if (!Nulls.list(cidr.getMetadata().getFinalizers()).contains(FINALIZER)) {
            context.resources(ServiceCIDR.class)
                    .patch(key, PatchType.STRATEGIC, Map.of("metadata", Map.of("finalizers", List.of(FINALIZER))), "");
        }
        report(key, cidr, "True", "", READY);
        return Outcome.DONE;
    }

    private Outcome leave(ObjectKey key, ServiceCIDR cidr) {
        if (!Nulls.list(cidr.getMetadata().getFinalizers()).contains(FINALIZER)) {
            return Outcome.DONE;
        }
        if (!CidrSet.canGo(cidr, cidrs.all(), addresses.all())) {
            report(key, cidr, "False", "Terminating", TERMINATING);
            return Outcome.DONE;
        }
        Instant end = Times.parse(cidr.getMetadata().getDeletionTimestamp()).plus(GRACE);
        if (context.now().isBefore(end)) {
            return Outcome.again(Duration.between(context.now(), end));
        }
        context.resources(ServiceCIDR.class)
                .patch(
                        key,
                        PatchType.STRATEGIC,
                        Map.of("metadata", Map.of("$deleteFromPrimitiveList/finalizers", List.of(FINALIZER))),
                        "");
        return Outcome.DONE;
    }

    private void report(ObjectKey key, ServiceCIDR cidr, String status, String reason, String message) {
        List<Condition> conditions = cidr.getStatus() == null
                ? List.of()
                : Nulls.list(cidr.getStatus().getConditions());
        for (Condition known : conditions) {
            if ("Ready".equals(known.getType()) && status.equals(known.getStatus())) {
                return;
            }
        }
        Map<String, Object> ready = new LinkedHashMap<>();
        ready.put("type", "Ready");
        ready.put("status", status);
        ready.put("reason", reason);
        ready.put("message", message);
        ready.put(
                "lastTransitionTime",
                context.now().truncatedTo(ChronoUnit.SECONDS).toString());
        context.resources(ServiceCIDR.class)
                .patch(key, PatchType.STRATEGIC, Map.of("status", Map.of("conditions", List.of(ready))), "status");
    }
}
