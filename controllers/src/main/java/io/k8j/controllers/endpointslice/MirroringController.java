package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.endpoints.ServicePods;
import io.k8j.controllers.support.Handlers;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Copies Endpoints that people write for Services without selector into EndpointSlices. */
public final class MirroringController {
    private static final String NAME = "endpointslicemirroring-controller.k8s.io";
    private static final String SKIP = "endpointslice.kubernetes.io/skip-mirror";
    private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
    private static final int MOST_PER_SUBSET = 1000;

    private final ControllerContext context;
    private final Informer<Endpoints> endpoints;
    private final Informer<Service> services;
    private final Informer.Index<EndpointSlice> byService;
    private final SliceWriter writer;
    private final ControllerLoop<ObjectKey> loop;

    private MirroringController(ControllerContext context) {
        this.context = context;
        this.endpoints = context.informer(Endpoints.class);
        this.services = context.informer(Service.class);
        Informer<EndpointSlice> slices = context.informer(EndpointSlice.class);
        this.byService = slices.index(MirroringController::serviceOf);
        this.writer = new SliceWriter(context.resources(EndpointSlice.class));
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
            for (EndpointSlice slice : present) {
                context.resources(EndpointSlice.class)
                        .deleteIfPresent(ObjectKey.of(slice), DeleteOptions.ofUid(Nulls.uid(slice)));
            }
            return Outcome.DONE;
        }
        SlicePlan plan = SlicePlan.of(wanted(found.get()), present, MOST_PER_SUBSET);
        Map<String, String> labels = new TreeMap<>(Nulls.labels(found.get()));
        labels.put(SliceWriter.SERVICE_NAME, key.name());
        labels.put(SliceWriter.MANAGED_BY, NAME);
        writer.write(found.get(), labels, plan, present, context.now());
        return Outcome.DONE;
    }

    private static boolean isMirrored(Endpoints endpoints) {
        return !"true".equals(Nulls.labels(endpoints).get(SKIP))
                && !Nulls.annotations(endpoints).containsKey(LEADER)
                && !Nulls.isDeleting(endpoints);
    }

    private static List<SlicePlan.Contents> wanted(Endpoints endpoints) {
        Map<String, Map<List<EndpointPort>, List<Endpoint>>> byFamily = new LinkedHashMap<>();
        for (EndpointSubset subset : Nulls.list(endpoints.getSubsets())) {
            List<EndpointPort> ports = Nulls.list(subset.getPorts()).stream()
                    .map(p -> new EndpointPort(
                            p.getAppProtocol(), Nulls.or(p.getName(), ""), p.getPort(), p.getProtocol()))
                    .toList();
            add(byFamily, ports, subset.getAddresses(), true);
            add(byFamily, ports, subset.getNotReadyAddresses(), false);
        }
        List<SlicePlan.Contents> wanted = new ArrayList<>();
        byFamily.forEach((family, byPorts) ->
                byPorts.forEach((ports, addresses) -> wanted.add(new SlicePlan.Contents(family, ports, addresses))));
        return wanted;
    }

    private static void add(
            Map<String, Map<List<EndpointPort>, List<Endpoint>>> byFamily,
            List<EndpointPort> ports,
            List<EndpointAddress> addresses,
            boolean ready) {
        for (EndpointAddress address : Nulls.list(addresses)) {
            String family = address.getIp().indexOf(':') >= 0 ? "IPv6" : "IPv4";
            List<Endpoint> list = byFamily.computeIfAbsent(family, k -> new LinkedHashMap<>())
                    .computeIfAbsent(ports, k -> new ArrayList<>());
            if (list.size() < MOST_PER_SUBSET) {
                list.add(new EndpointBuilder()
                        .withAddresses(address.getIp())
                        .withNewConditions(ready, null, null)
                        .withHostname(address.getHostname())
                        .withNodeName(address.getNodeName())
                        .withTargetRef(address.getTargetRef())
                        .build());
            }
        }
    }
}
