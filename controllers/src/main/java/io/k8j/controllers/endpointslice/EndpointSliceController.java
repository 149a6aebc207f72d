package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.endpoints.ServicePods;
import io.k8j.controllers.endpoints.ServiceWatch;
import io.k8j.controllers.endpoints.TriggerTimes;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Rests;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Writes the EndpointSlices of Services that have a selector. */
public final class EndpointSliceController {
    private static final String NAME = "endpointslice-controller.k8s.io";
    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final int SLICE_SIZE = 100;
    private static final int WORKERS = 5;

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final Informer.Index<EndpointSlice> byService;
    private final ServiceWatch services;
    private final SliceWriter writer;
    private final EventRecorder events;
    private final TriggerTimes triggers = new TriggerTimes();
    private final TopologyHints topology;
    private final ControllerLoop<ObjectKey> loop;

    private EndpointSliceController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        Informer<EndpointSlice> slices = context.informer(EndpointSlice.class);
        this.byService = slices.index(EndpointSliceController::serviceOf);
        this.writer = new SliceWriter(context.resources(EndpointSlice.class));
        this.events = context.recorder("endpoint-slice-controller");
        this.topology = new TopologyHints(nodes::all, events);
        this.loop = new ControllerLoop<>("endpoint_slice", context.time(), this::reconcile);
        this.services = new ServiceWatch(context, loop.queue()::add);
        slices.onChange(Handlers.any(this::sliceChanged));
        nodes.onChange(Handlers.of(this::nodeAppeared, this::nodeUpdated, node -> enqueueOverloaded()));
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
        enqueueServicesOn(node);
        enqueueOverloaded();
    }

    private void nodeUpdated(Node before, Node now) {
        boolean moved = !Nulls.or(Nulls.labels(before).get(ServiceSlices.ZONE), "")
                .equals(Nulls.or(Nulls.labels(now).get(ServiceSlices.ZONE), ""));
        if (moved) {
            enqueueServicesOn(now);
        }
        if (moved || Zones.isReady(before) != Zones.isReady(now)) {
            enqueueOverloaded();
        }
    }

    private void enqueueOverloaded() {
        topology.overloaded().forEach(loop.queue()::add);
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
        if (found.isEmpty()) {
            triggers.forget(key);
            topology.forget(key);
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
        TriggerTimes.Look trigger = triggers.look(service, pods);
        try {
            write(service, pods, trigger.time());
            triggers.keep(trigger);
        } catch (ApiException e) {
            if (PodControl.isNamespaceTerminating(e)) {
                return Outcome.DONE;
            }
            if (!e.isConflict() && !e.isAlreadyExists()) {
                complain(service, e.getMessage());
            }
            throw e;
        }
        return Outcome.DONE;
    }

    private void complain(Service service, String what) {
        events.warning(
                service,
                "FailedToUpdateEndpointSlices",
                "Error updating Endpoint Slices for Service %s: %s".formatted(ObjectKey.of(service), what));
    }

    private void write(Service service, List<Pod> pods, Optional<Instant> trigger) {
        List<EndpointSlice> present = byService.get(ObjectKey.of(service).toString()).stream()
                .filter(slice -> !Nulls.isDeleting(slice))
                .toList();
        Map<String, String> labels = labels(service);
        UnaryOperator<EndpointSlice> dress = slice -> dressed(slice, labels, trigger);
        List<EndpointSlice> others = new ArrayList<>(present);
        List<Pod> homeless = List.of();
        for (String family : ServiceSlices.families(service)) {
            List<EndpointSlice> own = present.stream()
                    .filter(slice -> family.equals(slice.getAddressType()) && isOwned(slice, service))
                    .toList();
            others.removeAll(own);
            ServiceSlices wanted = ServiceSlices.of(service, family, pods, nodes::get);
            homeless = wanted.homeless();
            SlicePlan plan = plan(service, family, wanted, own, labels);
            writer.write(service, plan, dress, present);
        }
        writer.delete(others);
        if (!homeless.isEmpty()) { // they come in when their node does
            complain(service, homelessText(service, homeless));
        }
    }

    private SlicePlan plan(
            Service service, String family, ServiceSlices wanted, List<EndpointSlice> own, Map<String, String> labels) {
        Predicate<EndpointSlice> rewritten = slice -> !Nulls.labels(slice).equals(labels);
        SlicePlan plan = SlicePlan.of(family, wanted.contents(), own, rewritten, SLICE_SIZE);
        plan.keepOne(family, rewritten);
        if (TopologyHints.wanted(service)) {
            topology.add(plan, service, family);
        } else {
            topology.forget(service, family);
            if (TrafficHints.wanted(service)) {
                TrafficHints.add(plan, service);
            } else {
                TrafficHints.remove(plan);
            }
        }
        plan.recycle();
        return plan;
    }

    private static String homelessText(Service service, List<Pod> pods) {
        List<String> texts = pods.stream()
                .map(pod -> "skipping Pod %s for Service %s: Node %s Not Found"
                        .formatted(
                                Nulls.name(pod),
                                ObjectKey.of(service),
                                Nulls.or(pod.getSpec().getNodeName(), "")))
                .toList();
        return texts.size() == 1 ? texts.getFirst() : texts.toString(); // as aggregated errors look
    }

    private static boolean isOwned(EndpointSlice slice, Service service) {
        return Nulls.list(slice.getMetadata().getOwnerReferences()).stream()
                .anyMatch(owner -> Nulls.uid(service).equals(owner.getUid()));
    }

    private static EndpointSlice dressed(EndpointSlice slice, Map<String, String> labels, Optional<Instant> trigger) {
        EndpointSliceBuilder builder = slice.toBuilder();
        builder.editMetadata()
                .withLabels(labels)
                .removeFromAnnotations(TriggerTimes.ANNOTATION)
                .endMetadata();
        trigger.ifPresent(time -> builder.editMetadata()
                .addToAnnotations(TriggerTimes.ANNOTATION, Times.text(time))
                .endMetadata());
        return builder.build();
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
