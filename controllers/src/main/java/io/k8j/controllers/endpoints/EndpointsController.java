package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Handlers;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Rests;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes the Endpoints of Services that have a selector. */
public final class EndpointsController {
    static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
    private static final String OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
    private static final String MANAGED_BY = "endpoints.kubernetes.io/managed-by";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final int CAPACITY = 1000;
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Resources<Endpoints> endpoints;
    private final Informer<Endpoints> informer;
    private final ServiceWatch services;
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
        return Controller.of(new EndpointsController(context).loop, WORKERS);
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Service> found = services.services().get(key);
        if (found.isEmpty()) {
            if (informer.get(key)
                    .filter(e -> Nulls.labels(e).containsKey(MANAGED_BY))
                    .isPresent()) {
                endpoints.deleteIfPresent(key, DeleteOptions.DEFAULT);
            }
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
        List<EndpointSubset> all = EndpointsPlan.subsets(service, pods);
        Optional<List<EndpointSubset>> truncated = EndpointsPlan.truncated(all, CAPACITY);
        write(service, informer.get(key), truncated.orElse(all), truncated.isPresent());
        return Outcome.DONE;
    }

    private void write(Service service, Optional<Endpoints> present, List<EndpointSubset> subsets, boolean truncated) {
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
                && subsets.equals(Nulls.list(present.get().getSubsets()))
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
                .addToAnnotations(TRIGGER_TIME, Times.text(context.now()))
                .removeFromAnnotations(OVER_CAPACITY)
                .endMetadata();
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
                        service,
                        present.isPresent() ? "FailedToUpdateEndpoint" : "FailedToCreateEndpoint",
                        "Failed to %s endpoint %s/%s: %s"
                                .formatted(
                                        present.isPresent() ? "update" : "create",
                                        Nulls.namespace(service),
                                        Nulls.name(service),
                                        e.getMessage()));
            }
            throw e;
        }
    }
}
