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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The subsets of a Service's Endpoints. */
final class EndpointsPlan {
    private static final Comparator<EndpointAddress> BY_IP = Comparator.comparing(EndpointAddress::getIp)
            .thenComparing(address -> address.getTargetRef() == null
                    ? ""
                    : Nulls.or(address.getTargetRef().getUid(), ""));
    private static final Comparator<EndpointPort> BY_PORT = Comparator.comparing(
                    (EndpointPort port) -> Nulls.or(port.getName(), ""))
            .thenComparing(EndpointPort::getPort)
            .thenComparing(port -> Nulls.or(port.getProtocol(), ""));

    private record Group(List<EndpointPort> ports, List<EndpointAddress> ready, List<EndpointAddress> notReady) {}

    private EndpointsPlan() {}

    static List<EndpointSubset> subsets(Service service, List<Pod> pods) {
        boolean publishAll = Nulls.isTrue(service.getSpec().getPublishNotReadyAddresses());
        Map<String, Group> groups = new TreeMap<>();
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
            Group group = groups.computeIfAbsent(
                    ports.toString(), k -> new Group(ports, new ArrayList<>(), new ArrayList<>()));
            (publishAll || Pods.isReady(pod) ? group.ready : group.notReady).add(address);
        }
        List<EndpointSubset> subsets = new ArrayList<>();
        for (Group group : groups.values()) {
            group.ready.sort(BY_IP);
            group.notReady.sort(BY_IP);
            subsets.add(new EndpointSubsetBuilder()
                    .withAddresses(group.ready)
                    .withNotReadyAddresses(group.notReady)
                    .withPorts(group.ports)
                    .build());
        }
        return subsets;
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
        ports.sort(BY_PORT);
        return ports;
    }

    /** At most so many addresses, the ready ones first; each group loses its share. */
    static Optional<List<EndpointSubset>> truncated(List<EndpointSubset> subsets, int limit) {
        int ready = subsets.stream().mapToInt(s -> s.getAddresses().size()).sum();
        int notReady =
                subsets.stream().mapToInt(s -> s.getNotReadyAddresses().size()).sum();
        if (ready + notReady <= limit) {
            return Optional.empty();
        }
        int readyLeft = Math.min(ready, limit);
        int notReadyLeft = limit - readyLeft;
        List<EndpointSubset> shorter = new ArrayList<>();
        for (EndpointSubset subset : subsets) {
            List<EndpointAddress> some = first(subset.getAddresses(), readyLeft);
            List<EndpointAddress> others = first(subset.getNotReadyAddresses(), notReadyLeft);
            readyLeft -= some.size();
            notReadyLeft -= others.size();
            if (!some.isEmpty() || !others.isEmpty()) {
                shorter.add(subset.toBuilder()
                        .withAddresses(some)
                        .withNotReadyAddresses(others)
                        .build());
            }
        }
        return Optional.of(shorter);
    }

    private static List<EndpointAddress> first(List<EndpointAddress> addresses, int count) {
        return addresses.subList(0, Math.min(count, addresses.size()));
    }
}
