package io.k8j.proxy;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointHints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One address and port behind a Service's port.
 *
 * @param local whether it is on this node
 * @param zones zones that should use it; empty if there is no hint
 * @param nodes nodes that should use it; empty if there is no hint
 */
record Backend(
        String address,
        int port,
        boolean local,
        boolean ready,
        boolean serving,
        boolean terminating,
        List<String> zones,
        List<String> nodes) {

    /** Ready for new connections. */
    boolean usable() {
        return ready;
    }

    /** Going away but still answering: better than nothing. */
    boolean lastResort() {
        return serving && terminating;
    }

    /** All backends of a Service's port, without doubles, sorted by address and port. */
    static List<Backend> of(Collection<EndpointSlice> slices, String portName, String protocol, NodeView node) {
        Map<String, Backend> found = new TreeMap<>();
        for (EndpointSlice slice : slices) {
            if (!node.family().addressType.equals(slice.getAddressType()) || slice.getPorts() == null) continue;
            for (EndpointPort port : slice.getPorts()) {
                if (port.getPort() == null
                        || !portName.equals(Objects.requireNonNullElse(port.getName(), ""))
                        || !protocol.equals(Objects.requireNonNullElse(port.getProtocol(), "TCP"))) {
                    continue;
                }
                for (Endpoint endpoint : slice.getEndpoints() == null ? List.<Endpoint>of() : slice.getEndpoints()) {
                    for (String address : node.family().addresses(endpoint.getAddresses())) {
                        Backend backend = of(address, port.getPort(), endpoint, node);
                        found.merge(address + "/" + port.getPort(), backend, Backend::better);
                        break; // further addresses of one endpoint mean the same Pod
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static Backend of(String address, int port, Endpoint endpoint, NodeView node) {
        EndpointConditions conditions = endpoint.getConditions();
        boolean ready = conditions == null || !Boolean.FALSE.equals(conditions.getReady());
        boolean serving = conditions == null || !Boolean.FALSE.equals(conditions.getServing());
        boolean terminating = conditions != null && Boolean.TRUE.equals(conditions.getTerminating());
        EndpointHints hints = endpoint.getHints();
        List<String> zones = hints == null || hints.getForZones() == null
                ? List.of()
                : hints.getForZones().stream().map(zone -> zone.getName()).toList();
        List<String> nodes = hints == null || hints.getForNodes() == null
                ? List.of()
                : hints.getForNodes().stream().map(forNode -> forNode.getName()).toList();
        boolean local = node.nodeName().equals(endpoint.getNodeName());
        return new Backend(address, port, local, ready, serving, terminating, zones, nodes);
    }

    /** While a Pod moves between slices it may be in both; the more usable entry is the newer one. */
    private static Backend better(Backend one, Backend other) {
        return other.ready || (!one.ready && other.serving) ? other : one;
    }
}
