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

    private NetworkPolicyValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        return spec(Place.of(object).field("spec"), Set.of());
    }

    /** CIDRs that the stored policy has anywhere may stay, however they are spelled. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Set<String> known = new HashSet<>();
        for (List<String> direction : DIRECTIONS) {
            for (Place rule :
                    Place.of(old).field("spec").field(direction.get(0)).items()) {
                for (Place peer : rule.field(direction.get(1)).items()) {
                    known.add(peer.at("ipBlock", "cidr").text());
                    known.addAll(peer.at("ipBlock", "except").texts());
                }
            }
        }
        return spec(Place.of(object).field("spec"), known);
    }

    private static List<FieldError> spec(Place spec, Set<String> known) {
        Findings f = new Findings();
        LabelSelectorValidation.check(f, spec.field("podSelector"));
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
        Meta.optionalOneOf(f, p.field("protocol"), ContainerValidation.PROTOCOLS);
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
                f.invalid(end, "must be greater than or equal to `port`");
            }
            Meta.port(f, end);
        }
    }

    private static void peer(Findings f, Place peer, Set<String> known) {
        int given = 0;
        for (String field : List.of("podSelector", "namespaceSelector")) {
            if (peer.field(field).present()) {
                given++;
                LabelSelectorValidation.check(f, peer.field(field));
            }
        }
        Place block = peer.field("ipBlock");
        if (block.present()) {
            given++;
            block(f, block, known);
        }
        if (given == 0) {
            f.required(peer, "must specify a peer");
        } else if (given > 1 && block.present()) {
            f.forbidden(peer, "may not specify both ipBlock and another peer");
        }
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
