package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Checks EndpointSlices. */
public final class EndpointSliceValidation {
    private static final int MAX_PORTS = 20_000;
    private static final int MAX_ENDPOINTS = 1000;
    private static final int MAX_ADDRESSES = 100;
    private static final int MAX_TOPOLOGY = 16;
    private static final int MAX_HINTS = 8;

    private EndpointSliceValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        return check(object, null);
    }

    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        return WorkloadValidation.withImmutable(check(object, old), object, old, "addressType");
    }

    /** @param old null for a new slice; endpoints that did not change may be as they are */
    private static List<FieldError> check(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Meta.requiredOneOf(f, p.field("addressType"), List.of("FQDN", "IPv4", "IPv6"));
        ports(f, p.field("ports"));
        Findings ofEndpoints = new Findings();
        endpoints(ofEndpoints, p.field("endpoints"), p.text("addressType"));
        boolean same = !ofEndpoints.isEmpty()
                && old != null
                && Meta.same(p.field("endpoints"), Place.of(old).field("endpoints"));
        if (!same) f.addAll(ofEndpoints);
        return f.list();
    }

    private static void endpoints(Findings f, Place endpoints, String type) {
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
            addresses.items().forEach(a -> address(f, addresses, a, type));
            if (e.field("nodeName").present()) {
                Meta.dnsSubdomain(f, e.field("nodeName"));
            }
            Place topology = e.field("deprecatedTopology");
            if (topology.size() > MAX_TOPOLOGY) {
                f.tooMany(topology, topology.size(), MAX_TOPOLOGY);
            }
            Meta.labels(f, topology);
            if (e.field("hostname").present()) {
                Meta.dnsLabel(f, e.field("hostname"));
            }
            hints(f, e.field("hints"));
        }
    }

    private static void address(Findings f, Place addresses, Place a, String type) {
        switch (type) {
            case "IPv4" -> {
                String problem = IpText.problem(a.text());
                family(f, addresses, a, type, problem == null ? List.of() : List.of(problem));
            }
            case "IPv6" -> family(f, addresses, a, type, AddressValidation.strictIp(a.text()));
            case "FQDN" -> domain(f, a);
            default -> {}
        }
    }

    private static void family(Findings f, Place addresses, Place a, String type, List<String> problems) {
        f.invalid(a, a.text(), problems);
        if (!problems.isEmpty()) return;
        if (Meta.isIpv6(a.text()) != type.equals("IPv6")) {
            f.invalid(addresses, a.text(), "must be an " + type + " address"); // upstream names the list here
        }
        Meta.endpointIp(f, a);
    }

    private static void domain(Findings f, Place a) {
        if (a.text().isEmpty()) {
            f.required(a);
            return;
        }
        String name = a.text().endsWith(".") ? a.text().substring(0, a.text().length() - 1) : a.text();
        List<String> faults = Names.dns1123Subdomain(name);
        if (!faults.isEmpty()) {
            f.invalid(a, name, String.join(",", faults));
            return;
        }
        if (!name.contains(".")) {
            f.invalid(a, name, "should be a domain with at least two segments separated by dots");
            return;
        }
        for (String label : name.split("\\.")) {
            List<String> wrong = Names.dns1123Label(label);
            if (!wrong.isEmpty()) {
                f.invalid(a, label, String.join(",", wrong));
                return;
            }
        }
    }

    private static void hints(Findings f, Place hints) {
        if (hinted(f, hints.field("forZones"), Names::labelValue)) {
            hinted(f, hints.field("forNodes"), Names::dns1123Subdomain);
        }
    }

    /** Whether there are few enough to look at them. */
    private static boolean hinted(Findings f, Place list, Function<String, List<String>> grammar) {
        if (list.size() > MAX_HINTS) {
            f.tooMany(list, list.size(), MAX_HINTS);
            return false;
        }
        Set<String> seen = new HashSet<>();
        for (Place hint : list.items()) {
            String name = hint.text("name");
            if (!seen.add(name)) {
                f.duplicate(hint.field("name"), name);
            }
            f.invalid(hint.field("name"), name, grammar.apply(name));
        }
        return true;
    }

    private static void ports(Findings f, Place ports) {
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
