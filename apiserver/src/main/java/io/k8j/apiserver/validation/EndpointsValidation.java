package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;

/** Checks Endpoints. */
public final class EndpointsValidation {
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
}
