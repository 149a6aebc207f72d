package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointPort;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.EndpointSubsetBuilder;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The one form of subsets that say the same. */
public final class Subsets {
    private static final Comparator<EndpointAddress> BY_IP =
            Comparator.comparing(EndpointAddress::getIp).thenComparing(Subsets::uid);
    private static final Comparator<EndpointPort> BY_PORT = Comparator.comparing(
                    (EndpointPort port) -> Nulls.or(port.getName(), ""))
            .thenComparing(EndpointPort::getPort)
            .thenComparing(port -> Nulls.or(port.getProtocol(), ""));

    private record Address(String ip, String uid) {
        static Address of(EndpointAddress address) {
            return new Address(address.getIp(), Subsets.uid(address));
        }
    }

    private Subsets() {}

    /**
     * Each port once, with all addresses that have it; ports with the same addresses share a subset. An address that is
     * named twice for a port is there once, not ready if it is once said to be so. Sorted, so that equal contents give
     * equal lists.
     */
    public static List<EndpointSubset> repacked(List<EndpointSubset> subsets) {
        Map<Address, EndpointAddress> addresses = new HashMap<>();
        Map<EndpointPort, Map<Address, Boolean>> readyByPort = new LinkedHashMap<>();
        EndpointPort none = new EndpointPort();
        for (EndpointSubset subset : subsets) {
            List<EndpointPort> ports = Nulls.list(subset.getPorts());
            for (EndpointPort port : ports.isEmpty() ? List.of(none) : ports) {
                Map<Address, Boolean> ready = readyByPort.computeIfAbsent(port, p -> new HashMap<>());
                for (EndpointAddress address : Nulls.list(subset.getAddresses())) {
                    addresses.putIfAbsent(Address.of(address), address);
                    ready.putIfAbsent(Address.of(address), true);
                }
                for (EndpointAddress address : Nulls.list(subset.getNotReadyAddresses())) {
                    addresses.putIfAbsent(Address.of(address), address);
                    ready.put(Address.of(address), false);
                }
            }
        }
        Map<Map<Address, Boolean>, List<EndpointPort>> portsByAddresses = new LinkedHashMap<>();
        readyByPort.forEach((port, ready) -> {
            List<EndpointPort> ports = portsByAddresses.computeIfAbsent(ready, r -> new ArrayList<>());
            if (port != none) {
                ports.add(port);
            }
        });
        Map<String, EndpointSubset> sorted = new TreeMap<>();
        portsByAddresses.forEach((ready, ports) -> {
            EndpointSubset subset = subset(addresses, ready, ports);
            sorted.put(subset.getPorts() + " " + subset.getAddresses() + " " + subset.getNotReadyAddresses(), subset);
        });
        return List.copyOf(sorted.values());
    }

    private static EndpointSubset subset(
            Map<Address, EndpointAddress> addresses, Map<Address, Boolean> ready, List<EndpointPort> ports) {
        List<EndpointAddress> some = new ArrayList<>();
        List<EndpointAddress> others = new ArrayList<>();
        ready.forEach((address, isReady) -> (isReady ? some : others).add(addresses.get(address)));
        some.sort(BY_IP);
        others.sort(BY_IP);
        ports.sort(BY_PORT);
        return new EndpointSubsetBuilder()
                .withAddresses(some)
                .withNotReadyAddresses(others)
                .withPorts(ports)
                .build();
    }

    private static String uid(EndpointAddress address) {
        return address.getTargetRef() == null
                ? ""
                : Nulls.or(address.getTargetRef().getUid(), "");
    }
}
