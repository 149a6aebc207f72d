package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Checks Endpoints and EndpointSlices. */
public final class EndpointsValidation {
    private static final int MAX_PORTS = 20_000;
    private static final int MAX_ENDPOINTS = 1000;
    private static final int MAX_ADDRESSES = 100;
    private static final int MAX_HINTS = 8;

    private EndpointsValidation() {}

    public static List<FieldError> endpoints(Map<String, Object> object) {
        Findings f = new Findings();
        for (Place subset : Place.of(object).field("subsets").items()) {
            Place ready = subset.field("addresses");
            Place notReady = subset.field("notReadyAddresses");
            if (ready.isEmpty() && notReady.isEmpty()) {
                f.required(subset, "must specify `addresses` or `notReadyAddresses`");
            }
            ready.items().forEach(a -> address(f, a));
            notReady.items().forEach(a -> address(f, a));
            List<Place> ports = subset.field("ports").items();
            for (Place port : ports) {
                if (ports.size() > 1 && port.text("name").isEmpty()) {
                    f.required(port.field("name"));
                } else if (!port.text("name").isEmpty()) {
                    Meta.dnsLabel(f, port.field("name"));
                }
                Meta.port(f, port.field("port"));
                Meta.requiredOneOf(f, port.field("protocol"), ContainerValidation.PROTOCOLS);
                if (port.field("appProtocol").present()) {
                    Meta.qualifiedName(f, port.field("appProtocol"));
                }
            }
        }
        return f.list();
    }

    /** Subsets that did not change may be as they are. */
    public static List<FieldError> endpointsUpdate(Map<String, Object> object, Map<String, Object> old) {
        boolean same =
                Meta.same(Place.of(object).field("subsets"), Place.of(old).field("subsets"));
        return same ? List.of() : endpoints(object);
    }

    private static void address(Findings f, Place address) {
        Place ip = address.field("ip");
        Meta.ip(f, ip);
        if (!address.text("hostname").isEmpty()) {
            Meta.dnsLabel(f, address.field("hostname"));
        }
        if (address.field("nodeName").present()) {
            Meta.dnsSubdomain(f, address.field("nodeName"));
        }
        Meta.endpointIp(f, ip);
    }

    public static List<FieldError> slice(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place type = p.field("addressType");
        if (type.text().isEmpty()) {
            f.required(type);
        } else {
            Meta.oneOf(f, type, List.of("FQDN", "IPv4", "IPv6"));
        }
        sliceEndpoints(f, p.field("endpoints"), type.text());
        slicePorts(f, p.field("ports"));
        return f.list();
    }

    public static List<FieldError> sliceUpdate(Map<String, Object> object, Map<String, Object> old) {
        return WorkloadValidation.withImmutable(slice(object), object, old, "addressType");
    }

    private static void sliceEndpoints(Findings f, Place endpoints, String type) {
        if (endpoints.size() > MAX_ENDPOINTS) {
            f.tooMany(endpoints, endpoints.size(), MAX_ENDPOINTS);
            return;
        }
        for (Place e : endpoints.items()) {
            Place addresses = e.field("addresses");
            if (addresses.isEmpty()) {
                f.required(addresses, "must contain at least 1 address");
            } else if (addresses.size() > MAX_ADDRESSES) {
                f.tooMany(addresses, addresses.size(), MAX_ADDRESSES);
            }
            for (Place a : addresses.items()) {
                sliceAddress(f, a, type);
            }
            if (e.field("nodeName").present()) {
                Meta.dnsSubdomain(f, e.field("nodeName"));
            }
            Place topology = e.field("deprecatedTopology");
            if (topology.size() > 16) {
                f.tooMany(topology, topology.size(), 16);
            }
            Meta.labels(f, topology);
            if (e.field("hostname").present()) {
                Meta.dnsLabel(f, e.field("hostname"));
            }
            hints(f, e.field("hints"));
        }
    }

    private static void sliceAddress(Findings f, Place a, String type) {
        switch (type) {
            case "IPv4", "IPv6" -> {
                boolean right = Meta.isIp(a.text()) && Meta.isIpv6(a.text()) == type.equals("IPv6");
                if (right) {
                    Meta.endpointIp(f, a);
                } else {
                    f.invalid(a, a.text(), "must be an " + type + " address");
                }
            }
            case "FQDN" -> domain(f, a);
            default -> {}
        }
    }

    private static void domain(Findings f, Place a) {
        String name = a.text().endsWith(".") ? a.text().substring(0, a.text().length() - 1) : a.text();
        List<String> faults = Names.dns1123Subdomain(name);
        if (a.text().isEmpty()) {
            f.required(a);
        } else if (!faults.isEmpty()) {
            f.invalid(a, name, String.join(",", faults));
        } else if (!name.contains(".")) {
            f.invalid(a, name, "should be a domain with at least two segments separated by dots");
        }
    }

    private static void hints(Findings f, Place hints) {
        for (Place list : List.of(hints.field("forZones"), hints.field("forNodes"))) {
            if (list.size() > MAX_HINTS) {
                f.tooMany(list, list.size(), MAX_HINTS);
                return;
            }
        }
        hinted(f, hints.field("forZones"), Names::labelValue);
        hinted(f, hints.field("forNodes"), Names::dns1123Subdomain);
    }

    private static void hinted(Findings f, Place list, Function<String, List<String>> grammar) {
        Set<String> seen = new HashSet<>();
        for (Place hint : list.items()) {
            String name = hint.text("name");
            if (!seen.add(name)) {
                f.duplicate(hint.field("name"), name);
            }
            f.invalid(hint.field("name"), name, grammar.apply(name));
        }
    }

    private static void slicePorts(Findings f, Place ports) {
        if (ports.size() > MAX_PORTS) {
            f.tooMany(ports, ports.size(), MAX_PORTS);
            return;
        }
        Set<String> names = new HashSet<>();
        for (Place port : ports.items()) {
            Place name = port.field("name");
            if (!name.text().isEmpty()) {
                Meta.dnsLabel(f, name);
            }
            if (!names.add(name.text())) {
                f.duplicate(name, name.text());
            }
            if (port.field("protocol").absent()) {
                f.required(port.field("protocol"));
            } else {
                Meta.oneOf(f, port.field("protocol"), ContainerValidation.PROTOCOLS);
            }
            if (port.field("appProtocol").present()) {
                Meta.qualifiedName(f, port.field("appProtocol"));
            }
        }
    }
}
