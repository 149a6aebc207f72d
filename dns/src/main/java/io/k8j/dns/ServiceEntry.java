package io.k8j.dns;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * What DNS knows of one Service. Immutable.
 *
 * @param externalName lower case, without a last dot; empty unless the Service is of that type
 * @param addresses the Service's own addresses; empty if it is headless
 * @param ports the Service's ports
 * @param endpoints those to be found by name, without doubles
 */
record ServiceEntry(
        String namespace,
        String name,
        String externalName,
        boolean headless,
        List<InetAddress> addresses,
        List<Port> ports,
        List<Member> endpoints) {

    /** @param name empty if it has none; protocol in lower case */
    record Port(String name, String protocol, int number) {
        boolean matches(String wantedName, String wantedProtocol) {
            return name.equalsIgnoreCase(wantedName) && protocol.equals(wantedProtocol);
        }
    }

    /** An endpoint: its address, its label below the Service's name, and its ports. */
    record Member(InetAddress address, String label, List<Port> ports) {}

    static ServiceEntry of(Service service, Collection<EndpointSlice> slices) {
        ServiceSpec spec = service.getSpec();
        String external = "ExternalName".equals(spec.getType()) && spec.getExternalName() != null
                ? spec.getExternalName().toLowerCase(Locale.ROOT).replaceAll("\\.$", "")
                : "";
        boolean headless = external.isEmpty() && "None".equals(spec.getClusterIP());
        List<Port> ports = new ArrayList<>();
        for (ServicePort port : spec.getPorts() == null ? List.<ServicePort>of() : spec.getPorts()) {
            ports.add(new Port(name(port.getName()), protocol(port.getProtocol()), port.getPort()));
        }
        return new ServiceEntry(
                service.getMetadata().getNamespace(),
                service.getMetadata().getName(),
                external,
                headless,
                headless || !external.isEmpty() ? List.of() : addresses(spec),
                List.copyOf(ports),
                members(slices, Boolean.TRUE.equals(spec.getPublishNotReadyAddresses())));
    }

    private static List<InetAddress> addresses(ServiceSpec spec) {
        List<String> texts =
                spec.getClusterIPs() == null || spec.getClusterIPs().isEmpty()
                        ? spec.getClusterIP() == null ? List.of() : List.of(spec.getClusterIP())
                        : spec.getClusterIPs();
        return texts.stream()
                .map(ServiceEntry::literal)
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<Member> members(Collection<EndpointSlice> slices, boolean all) {
        Set<Member> members = new LinkedHashSet<>();
        for (EndpointSlice slice : slices) {
            List<Port> ports = new ArrayList<>();
            for (EndpointPort port : slice.getPorts() == null ? List.<EndpointPort>of() : slice.getPorts()) {
                if (port.getPort() != null) {
                    ports.add(new Port(name(port.getName()), protocol(port.getProtocol()), port.getPort()));
                }
            }
            for (Endpoint endpoint : slice.getEndpoints() == null ? List.<Endpoint>of() : slice.getEndpoints()) {
                boolean ready = endpoint.getConditions() == null
                        || !Boolean.FALSE.equals(endpoint.getConditions().getReady());
                if (!ready && !all || endpoint.getAddresses() == null) continue;
                for (String text : endpoint.getAddresses()) {
                    InetAddress address = literal(text);
                    if (address == null) continue;
                    members.add(new Member(address, label(endpoint.getHostname(), text), List.copyOf(ports)));
                }
            }
        }
        return List.copyOf(members);
    }

    private static String label(String hostname, String address) {
        return hostname == null || hostname.isEmpty()
                ? address.replace('.', '-').replace(':', '-').toLowerCase(Locale.ROOT)
                : hostname.toLowerCase(Locale.ROOT);
    }

    private static String name(String name) {
        return name == null ? "" : name;
    }

    private static String protocol(String protocol) {
        return protocol == null ? "tcp" : protocol.toLowerCase(Locale.ROOT);
    }

    /** The address, or null if the text is none. Never asks a resolver. */
    static InetAddress literal(String text) {
        try {
            return text == null || text.indexOf('%') >= 0 ? null : InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
