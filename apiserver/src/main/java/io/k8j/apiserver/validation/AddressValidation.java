package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.validation.Names;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** Checks the objects that tell which addresses Services have. */
public final class AddressValidation {
    private AddressValidation() {}

    public static List<FieldError> serviceCidr(Map<String, Object> object) {
        Findings f = new Findings();
        ranges(f, Place.of(object).at("spec", "cidrs"));
        return f.list();
    }

    private static void ranges(Findings f, Place cidrs) {
        if (cidrs.isEmpty()) {
            f.required(cidrs, "at least one CIDR required");
            return;
        }
        if (cidrs.size() > 2) {
            f.invalid(cidrs, Map.of("CIDRs", cidrs.list()), "may only hold up to 2 values");
            return;
        }
        cidrs.items().forEach(cidr -> strictCidr(f, cidr));
        List<String> texts = cidrs.texts();
        boolean both = texts.size() == 2 && Meta.isCidr(texts.get(0)) && Meta.isCidr(texts.get(1));
        if (both && Meta.isIpv6(texts.get(0)) == Meta.isIpv6(texts.get(1))) {
            f.invalid(
                    cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
        }
    }

    public static List<FieldError> serviceCidrUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place now = Place.of(object).at("spec", "cidrs");
        Place before = Place.of(old).at("spec", "cidrs");
        if (now.size() == before.size()) {
            for (int i = 0; i < now.size(); i++) {
                Meta.immutable(f, now.index(i), before.index(i));
            }
        } else if (before.size() == 1 && now.size() == 2) {
            Meta.immutable(f, now.index(0), before.index(0));
            ranges(f, now);
        } else {
            f.invalid(now, Meta.IMMUTABLE);
        }
        return f.list();
    }

    public static List<FieldError> ipAddress(Map<String, Object> object) {
        Findings f = new Findings();
        Place parent = Place.of(object).at("spec", "parentRef");
        if (parent.absent()) {
            f.required(parent);
            return f.list();
        }
        if (!parent.text("group").isEmpty()) {
            Meta.dnsSubdomain(f, parent.field("group"));
        }
        for (String field : List.of("resource", "name")) {
            if (parent.text(field).isEmpty()) {
                f.required(parent.field(field));
            } else {
                Meta.grammar(f, parent.field(field), Names::pathSegment);
            }
        }
        if (!parent.text("namespace").isEmpty()) {
            Meta.grammar(f, parent.field("namespace"), Names::pathSegment);
        }
        return f.list();
    }

    public static List<FieldError> ipAddressUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place parent = Place.of(object).at("spec", "parentRef");
        if (!Meta.same(parent, Place.of(old).at("spec", "parentRef"))) {
            Object shown = parent.absent() ? null : GoStruct.of(parent, "group=", "resource=", "namespace=", "name=");
            ipAddress(object).forEach(f::add);
            f.invalid(parent, shown, Meta.IMMUTABLE);
        }
        return f.list();
    }

    /** What is wrong with a text that must be an address in its one right spelling; one sentence each. */
    public static List<String> strictIp(String text) {
        String problem = IpText.problem(text);
        if (problem != null) {
            return List.of(problem);
        }
        String right = IpText.canonical(Meta.address(text));
        return text.equals(right) ? List.of() : List.of("must be in canonical form (\"" + right + "\")");
    }

    /** A range in its one right spelling. */
    static void strictCidr(Findings f, Place p) {
        int before = f.size();
        Meta.cidr(f, p);
        if (f.size() > before) {
            return;
        }
        int slash = p.text().indexOf('/');
        String right = IpText.canonicalRange(
                Meta.address(p.text().substring(0, slash)),
                Integer.parseInt(p.text().substring(slash + 1)));
        if (!p.text().equals(right)) {
            f.invalid(p, "must be in canonical form (\"" + right + "\")");
        }
    }

    /** What is wrong with the address of an interface and the length of its prefix. */
    public static List<String> interfaceAddress(String text) {
        if (!Meta.isCidr(text)) {
            return List.of("must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
        }
        int slash = text.indexOf('/');
        InetAddress address = Meta.address(text.substring(0, slash));
        int bits = Integer.parseInt(text.substring(slash + 1));
        int most = address.getAddress().length * 8;
        String right = IpText.canonical(address) + "/" + (bits > most ? bits - 96 : bits);
        return right.equals(text) ? List.of() : List.of("must be in canonical form (" + GoQuote.quote(right) + ")");
    }
}
