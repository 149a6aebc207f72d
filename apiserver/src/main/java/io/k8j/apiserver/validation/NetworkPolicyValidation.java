package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks NetworkPolicies. */
public final class NetworkPolicyValidation {
    private static final List<String> TYPES = List.of("Ingress", "Egress");
    private static final List<List<String>> DIRECTIONS = List.of(List.of("ingress", "from"), List.of("egress", "to"));

    /** In the order in which upstream names them here. */
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");

    /** @param cidrs those that may stay @param anyValues whether selectors may have ill-formed values */
    private record Known(Set<String> cidrs, boolean anyValues) {
        static final Known NOTHING = new Known(Set.of(), false);
    }

    private NetworkPolicyValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        return spec(Place.of(object).field("spec"), Known.NOTHING);
    }

    /** CIDRs and ill-formed selectors that the stored policy has anywhere may stay. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Set<String> cidrs = new HashSet<>();
        Findings selectors = new Findings();
        LabelSelectorValidation.check(selectors, Place.of(old).at("spec", "podSelector"));
        for (List<String> direction : DIRECTIONS) {
            for (Place rule :
                    Place.of(old).field("spec").field(direction.get(0)).items()) {
                for (Place peer : rule.field(direction.get(1)).items()) {
                    selectors(selectors, peer, false);
                    cidrs.add(peer.at("ipBlock", "cidr").text());
                    cidrs.addAll(peer.at("ipBlock", "except").texts());
                }
            }
        }
        return spec(Place.of(object).field("spec"), new Known(cidrs, !selectors.isEmpty()));
    }

    private static List<FieldError> spec(Place spec, Known known) {
        Findings f = new Findings();
        LabelSelectorValidation.check(f, spec.field("podSelector"), known.anyValues());
        for (List<String> direction : DIRECTIONS) {
            for (Place rule : spec.field(direction.get(0)).items()) {
                rule.field("ports").items().forEach(port -> port(f, port));
                rule.field(direction.get(1)).items().forEach(peer -> peer(f, peer, known));
            }
        }
        Place types = spec.field("policyTypes");
        if (types.size() > TYPES.size()) {
            f.invalid(types, "may not specify more than two policyTypes");
            return f.list();
        }
        types.items().forEach(type -> Meta.oneOf(f, type, TYPES));
        return f.list();
    }

    private static void port(Findings f, Place p) {
        Meta.optionalOneOf(f, p.field("protocol"), PROTOCOLS);
        Place port = p.field("port");
        Place end = p.field("endPort");
        if (port.absent()) {
            if (end.present()) {
                f.invalid(end, "may not be specified when `port` is not specified");
            }
            return;
        }
        if (port.value() instanceof String) {
            if (end.present()) {
                f.invalid(end, "may not be specified when `port` is non-numeric");
            }
            Meta.portOrName(f, port);
            return;
        }
        Meta.port(f, port);
        if (end.present()) {
            if (end.number(0) < port.number(0)) {
                f.invalid(end, port.value(), "must be greater than or equal to `port`");
            }
            Meta.port(f, end);
        }
    }

    private static void peer(Findings f, Place peer, Known known) {
        int given = selectors(f, peer, known.anyValues());
        Place block = peer.field("ipBlock");
        if (block.present()) {
            given++;
            block(f, block, known.cidrs());
        }
        if (given == 0) {
            f.required(peer, "must specify a peer");
        } else if (given > 1 && block.present()) {
            f.forbidden(peer, "may not specify both ipBlock and another peer");
        }
    }

    /** How many selectors the peer has. */
    private static int selectors(Findings f, Place peer, boolean anyValues) {
        int given = 0;
        for (String field : List.of("podSelector", "namespaceSelector")) {
            if (peer.field(field).present()) {
                given++;
                LabelSelectorValidation.check(f, peer.field(field), anyValues);
            }
        }
        return given;
    }

    private static void block(Findings f, Place block, Set<String> known) {
        Place cidr = block.field("cidr");
        if (cidr.text().isEmpty()) {
            f.required(cidr);
            return;
        }
        cidr(f, cidr, known);
        if (!Meta.isCidr(cidr.text())) {
            return;
        }
        for (Place except : block.field("except").items()) {
            cidr(f, except, known);
            if (Meta.isCidr(except.text()) && !strictlyWithin(except.text(), cidr.text())) {
                f.invalid(except, "must be a strict subset of `cidr`");
            }
        }
    }

    private static void cidr(Findings f, Place cidr, Set<String> known) {
        if (!known.contains(cidr.text())) {
            Meta.cidr(f, cidr);
        }
    }

    private static boolean strictlyWithin(String inner, String outer) {
        int innerBits = Integer.parseInt(inner.substring(inner.indexOf('/') + 1));
        int outerBits = Integer.parseInt(outer.substring(outer.indexOf('/') + 1));
        InetAddress a = Meta.address(inner.substring(0, inner.indexOf('/')));
        InetAddress b = Meta.address(outer.substring(0, outer.indexOf('/')));
        if (a == null || b == null || a.getAddress().length != b.getAddress().length || innerBits <= outerBits) {
            return false;
        }
        for (int i = 0; i < outerBits; i++) {
            int mask = 0x80 >> (i % 8);
            if ((a.getAddress()[i / 8] & mask) != (b.getAddress()[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
