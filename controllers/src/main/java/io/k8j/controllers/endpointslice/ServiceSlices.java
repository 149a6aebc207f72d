package io.k8j.controllers.endpointslice;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHintsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.ForNode;
import io.fabric8.kubernetes.api.model.discovery.v1.ForZone;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.endpoints.ServicePods;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The endpoints of a Service, by address type and set of ports. */
final class ServiceSlices {
    private static final String ZONE = "topology.kubernetes.io/zone";

    private ServiceSlices() {}

    static List<SlicePlan.Contents> wanted(Service service, List<Pod> pods, Function<ObjectKey, Optional<Node>> nodes) {
        List<SlicePlan.Contents> wanted = new ArrayList<>();
        for (String family : families(service)) {
            Map<List<EndpointPort>, List<Endpoint>> byPorts = new LinkedHashMap<>();
            for (Pod pod : pods) {
                Optional<String> ip = ServicePods.ips(pod).stream()
                        .filter(address -> family.equals(address.indexOf(':') >= 0 ? "IPv6" : "IPv4"))
                        .findFirst();
                if (ip.isPresent() && ServicePods.isCandidate(pod, true)) {
                    byPorts.computeIfAbsent(ports(service, pod), k -> new ArrayList<>())
                            .add(endpoint(service, pod, ip.get(), nodes));
                }
            }
            if (byPorts.isEmpty()) {
                byPorts.put(List.of(), List.of());
            }
            byPorts.forEach((ports, endpoints) -> wanted.add(new SlicePlan.Contents(family, ports, endpoints)));
        }
        return wanted;
    }

    private static List<String> families(Service service) {
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
        ports.sort(Comparator.comparing(EndpointPort::getName).thenComparing(EndpointPort::getPort));
        return ports;
    }

    private static Endpoint endpoint(Service service, Pod pod, String ip, Function<ObjectKey, Optional<Node>> nodes) {
        boolean serving = Pods.isReady(pod);
        boolean terminating = Nulls.isDeleting(pod);
        boolean ready = Nulls.isTrue(service.getSpec().getPublishNotReadyAddresses()) || (serving && !terminating);
        String node = Pods.isScheduled(pod) ? pod.getSpec().getNodeName() : null;
        String zone = node == null
                ? null
                : nodes.apply(ObjectKey.of(node))
                        .map(n -> Nulls.labels(n).get(ZONE))
                        .orElse(null);
        EndpointBuilder endpoint = new EndpointBuilder()
                .withAddresses(ip)
                .withNewConditions(ready, serving, terminating)
                .withTargetRef(ServicePods.reference(pod))
                .withNodeName(node)
                .withZone(zone)
                .withHostname(ServicePods.hostname(service, pod));
        String distribution = Nulls.or(service.getSpec().getTrafficDistribution(), "");
        if (ready && !distribution.isEmpty() && zone != null) {
            EndpointHintsBuilder hints = new EndpointHintsBuilder().withForZones(new ForZone(zone));
            if (distribution.equals("PreferSameNode")) {
                hints.withForNodes(new ForNode(node));
            }
            endpoint.withHints(hints.build());
        } else if (ready && distribution.equals("PreferSameNode") && node != null) {
            endpoint.withHints(
                    new EndpointHintsBuilder().withForNodes(new ForNode(node)).build());
        }
        return endpoint.build();
    }
}
