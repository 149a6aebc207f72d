package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.endpoints.ServicePods;
import io.k8j.controllers.endpoints.ServiceWatch;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Handlers;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Rests;
import io.k8j.model.api.ApiException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes the EndpointSlices of Services that have a selector. */
public final class EndpointSliceController {
    private static final String NAME = "endpointslice-controller.k8s.io";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final int SLICE_SIZE = 100;
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final Informer.Index<EndpointSlice> byService;
    private final ServiceWatch services;
    private final SliceWriter writer;
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private EndpointSliceController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        Informer<EndpointSlice> slices = context.informer(EndpointSlice.class);
        this.byService = slices.index(EndpointSliceController::serviceOf);
        this.writer = new SliceWriter(context.resources(EndpointSlice.class));
        this.events = context.recorder("endpoint-slice-controller");
        this.loop = new ControllerLoop<>("endpoint_slice", context.time(), this::reconcile);
        this.services = new ServiceWatch(context, loop.queue()::add);
        slices.onChange(Handlers.any(this::sliceChanged));
        nodes.onChange(Handlers.of(this::nodeAppeared, this::nodeUpdated, node -> {}));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new EndpointSliceController(context).loop, WORKERS);
    }

    private static List<String> serviceOf(EndpointSlice slice) {
        String service = Nulls.labels(slice).get(SliceWriter.SERVICE_NAME);
        return service == null || !NAME.equals(Nulls.labels(slice).get(SliceWriter.MANAGED_BY))
                ? List.of()
                : List.of(Nulls.namespace(slice) + "/" + service);
    }

    /** Brings back what others have changed or deleted. Own writes lead to one more run, which changes nothing. */
    private void sliceChanged(EndpointSlice slice) {
        if (!serviceOf(slice).isEmpty()) {
            loop.queue()
                    .add(new ObjectKey(
                            Nulls.namespace(slice), Nulls.labels(slice).get(SliceWriter.SERVICE_NAME)));
        }
    }

    private void nodeAppeared(Node node) {
        if (Nulls.labels(node).containsKey(ZONE)) {
            enqueueServicesOn(node);
        }
    }

    private void nodeUpdated(Node before, Node now) {
        if (!Nulls.or(Nulls.labels(before).get(ZONE), "")
                .equals(Nulls.or(Nulls.labels(now).get(ZONE), ""))) {
            enqueueServicesOn(now);
        }
    }

    private void enqueueServicesOn(Node node) {
        for (Pod pod : context.pods().onNode(Nulls.name(node))) {
            services.services()
                    .inNamespace(Nulls.namespace(pod))
                    .filter(service -> ServicePods.selects(service, pod))
                    .forEach(service -> loop.queue().add(ObjectKey.of(service)));
        }
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Service> found = services.services().get(key);
        if (found.isEmpty() || Nulls.isDeleting(found.get())) {
            return Outcome.DONE; // the garbage collector takes the slices
        }
        Service service = found.get();
        if (!ServicePods.hasSelector(service) || ServicePods.isExternalName(service)) {
            return Outcome.DONE;
        }
        List<Pod> pods = context.pods().inNamespace(key.namespace()).stream()
                .filter(pod -> ServicePods.selects(service, pod))
                .toList();
        loop.queue().rest(key, Rests.after(pods.size()));
        List<EndpointSlice> present = byService.get(key.toString());
        SlicePlan plan = SlicePlan.of(ServiceSlices.wanted(service, pods, nodes::get), present, SLICE_SIZE);
        try {
            writer.write(service, labels(service), plan, present, context.now());
        } catch (ApiException e) {
            if (PodControl.isNamespaceTerminating(e)) {
                return Outcome.DONE;
            }
            if (!e.isConflict() && !e.isAlreadyExists()) {
                events.warning(
                        service,
                        "FailedToUpdateEndpointSlices",
                        "Error updating Endpoint Slices for Service %s: %s".formatted(key, e.getMessage()));
            }
            throw e;
        }
        return Outcome.DONE;
    }

    private static Map<String, String> labels(Service service) {
        Map<String, String> labels = new TreeMap<>(Nulls.labels(service));
        labels.remove(HEADLESS);
        if (ServicePods.isHeadless(service)) {
            labels.put(HEADLESS, "");
        }
        labels.put(SliceWriter.SERVICE_NAME, Nulls.name(service));
        labels.put(SliceWriter.MANAGED_BY, NAME);
        return labels;
    }
}
