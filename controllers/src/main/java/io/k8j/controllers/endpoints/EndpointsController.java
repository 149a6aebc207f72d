package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Rests;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes the Endpoints of Services that have a selector. */
public final class EndpointsController {
    private static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final int CAPACITY = 1000;
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Resources<Endpoints> endpoints;
    private final Informer<Endpoints> informer;
    private final ServiceWatch services;
    private final TriggerTimes triggers = new TriggerTimes();
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private EndpointsController(ControllerContext context) {
        this.context = context;
        this.endpoints = context.resources(Endpoints.class);
        this.informer = context.informer(Endpoints.class);
        this.events = context.recorder("endpoint-controller");
        this.loop = new ControllerLoop<>("endpoint", context.time(), this::reconcile);
        this.services = new ServiceWatch(context, loop.queue()::add);
        informer.onChange(
                Handlers.of(e -> {}, (before, now) -> {}, gone -> loop.queue().add(ObjectKey.of(gone))));
    }

    public static Controller create(ControllerContext context) {
        EndpointsController controller = new EndpointsController(context);
        return Controller.of(controller.loop, WORKERS, controller::checkLeftovers);
    }

    /** What was left behind by Services that were deleted while nobody looked. */
    private void checkLeftovers() {
        for (Endpoints left : informer.all()) {
            if (!Nulls.annotations(left).containsKey(LEADER)) {
                loop.queue().add(ObjectKey.of(left));
            }
        }
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Service> found = services.services().get(key);
        if (found.isEmpty()) {
            // Also those that people have written for it.
            if (informer.get(key).isPresent()) {
                endpoints.deleteIfPresent(key, DeleteOptions.DEFAULT);
            }
            triggers.forget(key);
            return Outcome.DONE;
        }
        Service service = found.get();
        if (!ServicePods.hasSelector(service) || ServicePods.isExternalName(service)) {
            return Outcome.DONE;
        }
        List<Pod> pods = context.pods().inNamespace(key.namespace()).stream()
                .filter(pod -> ServicePods.selects(service, pod))
                .toList();
        loop.queue().rest(key, Rests.after(pods.size()));
        TriggerTimes.Look trigger = triggers.look(service, pods);
        List<EndpointSubset> all = EndpointsPlan.subsets(service, pods);
        Optional<List<EndpointSubset>> truncated = EndpointsPlan.truncated(all, CAPACITY);
        write(service, informer.get(key), truncated.orElse(all), truncated.isPresent(), trigger.time());
        triggers.keep(trigger);
        return Outcome.DONE;
    }

    private static boolean says(List<EndpointSubset> present, List<EndpointSubset> wanted) {
        return wanted.equals(Nulls.list(present)) || wanted.equals(Subsets.repacked(Nulls.list(present)));
    }

    private void write(
            Service service,
            Optional<Endpoints> present,
            List<EndpointSubset> subsets,
            boolean truncated,
            Optional<Instant> trigger) {
        Map<String, String> labels = new TreeMap<>(Nulls.labels(service));
        labels.put(MANAGED_BY, "endpoint-controller");
        labels.remove(HEADLESS);
        if (ServicePods.isHeadless(service)) {
            labels.put(HEADLESS, "");
        }
        boolean sameCapacity = present.map(e -> Nulls.annotations(e).containsKey(OVER_CAPACITY))
                        .orElse(false)
                == truncated;
        if (present.isPresent()
                && sameCapacity
                && says(present.get().getSubsets(), subsets)
                && labels.equals(Nulls.labels(present.get()))) {
            return;
        }
        EndpointsBuilder builder = present.map(Endpoints::toBuilder)
                .orElseGet(() -> new EndpointsBuilder()
                        .withNewMetadata()
                        .withNamespace(Nulls.namespace(service))
                        .withName(Nulls.name(service))
                        .endMetadata());
        builder.editMetadata()
                .withLabels(labels)
                .removeFromAnnotations(TriggerTimes.ANNOTATION)
                .removeFromAnnotations(OVER_CAPACITY)
                .endMetadata();
        trigger.ifPresent(time -> builder.editMetadata()
                .addToAnnotations(TriggerTimes.ANNOTATION, Times.text(time))
                .endMetadata());
        if (truncated) {
            builder.editMetadata().addToAnnotations(OVER_CAPACITY, "truncated").endMetadata();
        }
        Endpoints wanted = builder.withSubsets(subsets).build();
        try {
            if (present.isPresent()) {
                endpoints.update(wanted);
            } else {
                endpoints.create(wanted);
            }
        } catch (ApiException e) {
            if (PodControl.isNamespaceTerminating(e)) {
                return;
            }
            if (!e.isConflict() && !e.isAlreadyExists()) {
                events.warning(
                        wanted,
                        present.isPresent() ? "FailedToUpdateEndpoint" : "FailedToCreateEndpoint",
                        (present.isPresent()
                                        ? "Failed to update endpoint %s/%s: %s"
                                        : "Failed to create endpoint for service %s/%s: %s")
                                .formatted(Nulls.namespace(service), Nulls.name(service), e.getMessage()));
            }
            throw e;
        }
    }
}
