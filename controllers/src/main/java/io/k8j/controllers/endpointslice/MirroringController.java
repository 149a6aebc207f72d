package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.endpoints.ServicePods;
import io.k8j.controllers.endpoints.TriggerTimes;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Owners;
import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Copies Endpoints that people write for Services without selector into EndpointSlices. */
public final class MirroringController {
    private static final String NAME = "endpointslicemirroring-controller.k8s.io";
    private static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
    private static final int MOST_PER_SUBSET = 1000;

    private final Informer<Endpoints> endpoints;
    private final Informer<Service> services;
    private final Informer.Index<EndpointSlice> byService;
    private final SliceWriter writer;
    private final EventRecorder events;
    private final ControllerLoop<ObjectKey> loop;

    private MirroringController(ControllerContext context) {
        this.endpoints = context.informer(Endpoints.class);
        this.services = context.informer(Service.class);
        Informer<EndpointSlice> slices = context.informer(EndpointSlice.class);
        this.byService = slices.index(MirroringController::serviceOf);
        this.writer = new SliceWriter(context.resources(EndpointSlice.class));
        this.events = context.recorder("endpoint-slice-mirroring-controller");
        this.loop = new ControllerLoop<>("endpoint_slice_mirroring", context.time(), this::reconcile);
        endpoints.onChange(Handlers.any(e -> loop.queue().add(ObjectKey.of(e))));
        services.onChange(Handlers.any(s -> loop.queue().add(ObjectKey.of(s))));
        slices.onChange(Handlers.any(slice -> {
            if (!serviceOf(slice).isEmpty()) {
                loop.queue()
                        .add(new ObjectKey(
                                Nulls.namespace(slice), Nulls.labels(slice).get(SliceWriter.SERVICE_NAME)));
            }
        }));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new MirroringController(context).loop, 2);
    }

    private static List<String> serviceOf(EndpointSlice slice) {
        String service = Nulls.labels(slice).get(SliceWriter.SERVICE_NAME);
        return service == null || !NAME.equals(Nulls.labels(slice).get(SliceWriter.MANAGED_BY))
                ? List.of()
                : List.of(Nulls.namespace(slice) + "/" + service);
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Endpoints> found = endpoints.get(key).filter(MirroringController::isMirrored);
        Optional<Service> service = services.get(key).filter(s -> !ServicePods.hasSelector(s));
        List<EndpointSlice> present = byService.get(key.toString());
        if (found.isEmpty() || service.isEmpty()) {
            writer.delete(present);
            return Outcome.DONE;
        }
        mirror(found.get(), present);
        return Outcome.DONE;
    }

    private void mirror(Endpoints source, List<EndpointSlice> present) {
        Map<String, String> labels = new TreeMap<>(Nulls.labels(source));
        labels.put(SliceWriter.SERVICE_NAME, Nulls.name(source));
        labels.put(SliceWriter.MANAGED_BY, NAME);
        Map<String, String> annotations = new TreeMap<>(Nulls.annotations(source));
        annotations.remove(TriggerTimes.ANNOTATION);
        annotations.remove(LAST_APPLIED);
        Predicate<EndpointSlice> rewritten = slice -> !Nulls.labels(slice).equals(labels)
                || !Nulls.annotations(slice).equals(annotations)
                || !Owners.isControlledBy(slice, source);
        UnaryOperator<EndpointSlice> dress = slice -> slice.toBuilder()
                .editMetadata()
                .withLabels(labels)
                .withAnnotations(annotations)
                .withOwnerReferences(Owners.referenceTo(source))
                .endMetadata()
                .build();
        MirroredAddresses addresses = MirroredAddresses.of(source, MOST_PER_SUBSET);
        complain(source, addresses);
        List<EndpointSlice> others = new ArrayList<>(present);
        try {
            for (Map.Entry<String, List<SlicePlan.Contents>> wanted :
                    addresses.byFamily().entrySet()) {
                List<EndpointSlice> own = present.stream()
                        .filter(slice -> wanted.getKey().equals(slice.getAddressType()))
                        .toList();
                others.removeAll(own);
                SlicePlan plan = SlicePlan.of(wanted.getKey(), wanted.getValue(), own, rewritten, MOST_PER_SUBSET);
                plan.recycle();
                writer.write(source, plan, dress, present);
            }
        } catch (ApiException e) {
            if (PodControl.isNamespaceTerminating(e)) {
                return;
            }
            throw e;
        }
        writer.delete(others);
    }

    private void complain(Endpoints source, MirroredAddresses addresses) {
        if (addresses.invalid() > 0) {
            events.warning(
                    source,
                    "InvalidIPAddress",
                    "Skipped %d invalid IP addresses when mirroring to EndpointSlices".formatted(addresses.invalid()));
        }
        if (addresses.skipped() > addresses.invalid()) {
            events.warning(
                    source,
                    "TooManyAddressesToMirror",
                    "A max of %d addresses can be mirrored to EndpointSlices per Endpoints subset. %d addresses were skipped"
                            .formatted(MOST_PER_SUBSET, addresses.skipped()));
        }
    }

    private static boolean isMirrored(Endpoints endpoints) {
        return !"true".equals(Nulls.labels(endpoints).get(SKIP))
                && !Nulls.annotations(endpoints).containsKey(LEADER);
    }
}
