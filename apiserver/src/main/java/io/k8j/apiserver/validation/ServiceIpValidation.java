package io.k8j.apiserver.validation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the cluster addresses and address families of Services. */
final class ServiceIpValidation {
    private ServiceIpValidation() {}

    static void check(Findings f, Place spec, Place old) {
        if (spec.text("type").equals("ExternalName")) {
            return;
        }
        Place ips = spec.field("clusterIPs");
        String first = spec.text("clusterIP");
        if (!first.isEmpty()) {
            if (ips.isEmpty()) {
                f.required(ips);
            } else if (!ips.index(0).text().equals(first)) {
                f.invalid(ips, "first value must match `clusterIP`");
            }
        } else if (!ips.isEmpty()) {
            f.invalid(ips, "must be empty when `clusterIP` is not specified");
        }
        Set<String> families = new HashSet<>();
        for (Place family : spec.field("ipFamilies").items()) {
            Meta.oneOf(f, family, List.of("IPv4", "IPv6"));
            if (!families.add(family.text())) {
                f.duplicate(family, family.text());
            }
        }
        Meta.optionalOneOf(
                f, spec.field("ipFamilyPolicy"), List.of("PreferDualStack", "RequireDualStack", "SingleStack"));
        if (addresses(f, ips, old.field("clusterIPs").texts())) {
            dualStack(f, spec, ips);
        }
    }

    /** Whether each address is one. */
    private static boolean addresses(Findings f, Place ips, List<String> known) {
        int before = f.size();
        List<Place> all = ips.items();
        for (int i = 0; i < all.size(); i++) {
            Place ip = all.get(i);
            if (i == 0 && ip.text().equals("None")) {
                if (all.size() > 1) {
                    f.invalid(ips, "'None' must be the first and only value");
                }
            } else if (!known.contains(ip.text())) {
                Meta.ip(f, ip);
            }
        }
        boolean right = f.size() == before;
        if (all.size() > 2) {
            f.invalid(ips, "may only hold up to 2 values");
        }
        return right;
    }

    private static void dualStack(Findings f, Place spec, Place ips) {
        long v6 = ips.texts().stream().filter(Meta::isIpv6).count();
        if (ips.size() > 1 && (v6 == 0 || v6 == ips.size())) {
            f.invalid(ips, "may specify no more than one IP for each IP family");
        }
        if (ServiceValidation.isHeadless(spec)) {
            return;
        }
        List<String> families = spec.field("ipFamilies").texts();
        for (int i = 0; i < ips.size() && i < families.size(); i++) {
            boolean six = Meta.isIpv6(ips.index(i).text());
            boolean wanted = families.get(i).equals("IPv6");
            if (six != wanted) {
                f.invalid(
                        ips.index(i),
                        "expected an %s value as indicated by `ipFamilies[%d]`".formatted(wanted ? "IPv6" : "IPv4", i));
            }
        }
    }

    /** Addresses and families can be added and released at the end of their lists, not changed. */
    static void changes(Findings f, Place spec, Place old) {
        if (spec.text("type").equals("ExternalName") || old.text("type").equals("ExternalName")) {
            return;
        }
        boolean headless = ServiceValidation.isHeadless(spec);
        boolean wasHeadless = ServiceValidation.isHeadless(old);
        if (!(headless && wasHeadless)) {
            list(f, spec, old, "clusterIPs", "primary clusterIP can not be unset", "secondary clusterIP");
        }
        if (!headless && !wasHeadless) {
            list(f, spec, old, "ipFamilies", "primary ipFamily can not be unset", "secondary ipFamily");
        }
    }

    private static void list(Findings f, Place spec, Place old, String field, String unset, String second) {
        Place now = spec.field(field);
        Place before = old.field(field);
        List<String> fresh = now.texts();
        List<String> known = before.texts();
        if (fresh.size() == known.size()) {
            for (int i = 0; i < known.size(); i++) {
                if (!known.get(i).equals(fresh.get(i))) {
                    f.invalid(now.index(field.equals("ipFamilies") ? 0 : i), now.value(), "may not change once set");
                }
            }
            return;
        }
        boolean released = fresh.size() < known.size();
        if (released && spec.field("clusterIPs").isEmpty()) {
            f.invalid(now.index(0), now.value(), unset);
        }
        if (fresh.isEmpty()) return;
        if (!known.isEmpty() && !fresh.getFirst().equals(known.getFirst())) {
            f.invalid(now.index(0), now.value(), "may not change once set");
        }
        Place policy = spec.field("ipFamilyPolicy");
        if (released && fresh.size() == 1 && !policy.text().equals("SingleStack")) {
            f.invalid(policy, policy.value(), "must be set to 'SingleStack' when releasing the " + second);
        }
    }
}
