package io.k8j.scheduler.framework;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A port that a Pod takes from its node.
 *
 * @param address {@code 0.0.0.0} for all
 * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
 * @param port 1 to 65535
 */
public record HostPort(String address, String protocol, int port) {
    private static final String ANY = "0.0.0.0";

    /** Whether both cannot be had on one node. */
    public boolean conflictsWith(HostPort other) {
        return port == other.port
                && protocol.equals(other.protocol)
                && (address.equals(other.address) || address.equals(ANY) || other.address.equals(ANY));
    }

    static List<HostPort> of(PodSpec spec) {
        List<HostPort> ports = null;
        for (Container container : spec.getContainers()) {
            ports = collect(container, ports);
        }
        for (Container init : spec.getInitContainers()) {
            if ("Always".equals(init.getRestartPolicy())) {
                ports = collect(init, ports);
            }
        }
        return ports == null ? List.of() : ports;
    }

    private static List<HostPort> collect(Container container, List<HostPort> ports) {
        for (ContainerPort port : container.getPorts()) {
            if (port.getHostPort() != null && port.getHostPort() > 0) {
                String address = port.getHostIP() == null || port.getHostIP().isEmpty() ? ANY : port.getHostIP();
                String protocol = port.getProtocol() == null ? "TCP" : port.getProtocol();
                if (ports == null) {
                    ports = new ArrayList<>();
                }
                ports.add(new HostPort(address, protocol, port.getHostPort()));
            }
        }
        return ports;
    }
}
