package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.endpoints.ServicePods;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The endpoints of a Service, without hints, by set of ports.
 *
 * @param contents what its slices should hold
 * @param homeless Pods that are left out, because their nodes do not exist
 */
record ServiceSlices(List<SlicePlan.Contents> contents, List<Pod> homeless) {
    static final String ZONE = "topology.kubernetes.io/zone";

    static ServiceSlices of(Service service, String family, List<Pod> pods, Function<ObjectKey, Optional<Node>> nodes) {
        boolean publishAll = Nulls.isTrue(service.getSpec().getPublishNotReadyAddresses());
        Map<Set<EndpointPort>, SlicePlan.Contents> byPorts = new LinkedHashMap<>();
        List<Pod> homeless = new ArrayList<>();
        for (Pod pod : pods) {
            if (!ServicePods.isCandidate(pod, true)) {
                continue;
            }
            Optional<Node> node = Pods.isScheduled(pod)
                    ? nodes.apply(ObjectKey.of(pod.getSpec().getNodeName()))
                    : Optional.empty();
            if (node.isEmpty() && !publishAll) {
                homeless.add(pod);
                continue;
            }
            List<String> ips = ServicePods.ips(pod).stream()
                    .filter(address -> family.equals(address.indexOf(':') >= 0 ? "IPv6" : "IPv4"))
                    .toList();
            if (!ips.isEmpty()) {
                List<EndpointPort> ports = ports(service, pod);
                byPorts.computeIfAbsent(new HashSet<>(ports), k -> new SlicePlan.Contents(ports, new ArrayList<>()))
                        .endpoints()
                        .add(endpoint(service, pod, ips, node));
            }
        }
        return new ServiceSlices(List.copyOf(byPorts.values()), homeless);
    }

    static List<String> families(Service service) {
        List<String> families = Nulls.list(service.getSpec().getIpFamilies());
        if (!families.isEmpty()) {
            return families;
        }
        String ip = Nulls.or(service.getSpec().getClusterIP(), "");
        return List.of(ip.indexOf(':') >= 0 ? "IPv6" : "IPv4");
    }

    private static List<EndpointPort> ports(Service service, Pod pod) {
        List<EndpointPort> ports = new ArrayList<>();
        for (ServicePort port : Nulls.list(service.getSpec().getPorts())) {
            ServicePods.targetPort(pod, port)
                    .ifPresent(number -> ports.add(new EndpointPort(
                            port.getAppProtocol(),
                            Nulls.or(port.getName(), ""),
                            number,
                            Nulls.or(port.getProtocol(), "TCP"))));
        }
        return ports;
    }

    private static Endpoint endpoint(Service service, Pod pod, List<String> ips, Optional<Node> node) {
        boolean serving = Pods.isReady(pod);
        boolean terminating = Nulls.isDeleting(pod);
        boolean ready = Nulls.isTrue(service.getSpec().getPublishNotReadyAddresses()) || (serving && !terminating);
        return new EndpointBuilder()
                .withAddresses(ips)
                .withNewConditions(ready, serving, terminating)
                .withTargetRef(ServicePods.reference(pod))
                .withNodeName(Pods.isScheduled(pod) ? pod.getSpec().getNodeName() : null)
                .withZone(
                        node.map(n -> Nulls.or(Nulls.labels(n).get(ZONE), null)).orElse(null))
                .withHostname(ServicePods.hostname(service, pod))
                .build();
    }
}
