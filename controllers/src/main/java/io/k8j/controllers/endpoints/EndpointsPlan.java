package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointAddressBuilder;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.EndpointSubsetBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The subsets of a Service's Endpoints. */
final class EndpointsPlan {
    private record Group(List<EndpointPort> ports, List<EndpointAddress> ready, List<EndpointAddress> notReady) {}

    private EndpointsPlan() {}

    static List<EndpointSubset> subsets(Service service, List<Pod> pods) {
        boolean publishAll = Nulls.isTrue(service.getSpec().getPublishNotReadyAddresses());
        Map<List<EndpointPort>, Group> groups = new LinkedHashMap<>();
        for (Pod pod : pods) {
            if (!ServicePods.isCandidate(pod, publishAll)) {
                continue;
            }
            Optional<String> ip = address(service, pod);
            if (ip.isEmpty()) {
                continue;
            }
            List<EndpointPort> ports = ports(service, pod);
            if (ports.isEmpty()
                    && !(ServicePods.isHeadless(service)
                            && service.getSpec().getPorts().isEmpty())) {
                continue;
            }
            EndpointAddress address = new EndpointAddressBuilder()
                    .withIp(ip.get())
                    .withNodeName(pod.getSpec().getNodeName())
                    .withTargetRef(ServicePods.reference(pod))
                    .withHostname(ServicePods.hostname(service, pod))
                    .build();
            Group group = groups.computeIfAbsent(ports, k -> new Group(ports, new ArrayList<>(), new ArrayList<>()));
            (publishAll || Pods.isReady(pod) ? group.ready : group.notReady).add(address);
        }
        return Subsets.repacked(groups.values().stream()
                .map(group -> new EndpointSubsetBuilder()
                        .withAddresses(group.ready)
                        .withNotReadyAddresses(group.notReady)
                        .withPorts(group.ports)
                        .build())
                .toList());
    }

    private static Optional<String> address(Service service, Pod pod) {
        List<String> families = Nulls.list(service.getSpec().getIpFamilies());
        boolean ipv6 = !families.isEmpty() && families.getFirst().equals("IPv6");
        return ServicePods.ips(pod).stream()
                .filter(ip -> families.isEmpty() || ip.indexOf(':') >= 0 == ipv6)
                .findFirst();
    }

    private static List<EndpointPort> ports(Service service, Pod pod) {
        List<EndpointPort> ports = new ArrayList<>();
        for (ServicePort port : Nulls.list(service.getSpec().getPorts())) {
            ServicePods.targetPort(pod, port)
                    .ifPresent(number -> ports.add(new EndpointPort(
                            port.getAppProtocol(),
                            Nulls.isEmpty(port.getName()) ? null : port.getName(),
                            number,
                            Nulls.or(port.getProtocol(), "TCP"))));
        }
        return ports;
    }

    /** At most so many addresses, the ready ones first; each subset keeps its share of them, rounded up. */
    static Optional<List<EndpointSubset>> truncated(List<EndpointSubset> subsets, int limit) {
        int ready = subsets.stream().mapToInt(s -> s.getAddresses().size()).sum();
        int notReady =
                subsets.stream().mapToInt(s -> s.getNotReadyAddresses().size()).sum();
        if (ready + notReady <= limit) {
            return Optional.empty();
        }
        boolean readyOnly = ready > limit;
        int room = readyOnly ? limit : limit - ready;
        int all = readyOnly ? ready : notReady;
        int left = room;
        List<EndpointSubset> shorter = new ArrayList<>();
        for (EndpointSubset subset : subsets) {
            List<EndpointAddress> some = readyOnly ? subset.getAddresses() : subset.getNotReadyAddresses();
            int share = Math.min(left, Math.min(some.size(), Math.ceilDiv(some.size() * room, all)));
            left -= share;
            List<EndpointAddress> kept = some.subList(0, share);
            shorter.add(subset.toBuilder()
                    .withAddresses(readyOnly ? kept : subset.getAddresses())
                    .withNotReadyAddresses(readyOnly ? List.of() : kept)
                    .build());
        }
        return Optional.of(shorter);
    }
}
