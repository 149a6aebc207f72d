package io.k8j.apiserver.service;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Decides the IP families of a Service in a cluster whose Services have one family only. Pure functions.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/services-networking/dual-stack/">IPv4/IPv6 dual-stack</a>
 */
final class IpFamilies {
    private static final String ONLY = "IPv4";
    private static final String SINGLE = "SingleStack";
    private static final String PREFER = "PreferDualStack";
    private static final String REQUIRE = "RequireDualStack";

    private IpFamilies() {}

    /**
     * Fills in what the client left open. Changes {@code spec}.
     *
     * @param spec of a Service that is no ExternalName
     * @param old the stored spec; null for a new Service
     * @return what cannot be served here; the spec may then be half filled
     */
    static List<FieldError> fill(Map<String, Object> spec, Map<String, Object> old) {
        if (old != null && keepsPreference(spec, old)) return List.of();
        boolean anywhere = isHeadless(spec) && Trees.map(spec, "selector").isEmpty();
        policy(spec, old, anywhere);
        List<FieldError> errors = new ArrayList<>(0);
        if (old != null) reductions(spec, old, errors);
        contradictions(spec, errors);
        if (!errors.isEmpty()) return errors;
        if (anywhere) {
            anyFamilies(spec);
            return errors;
        }
        if (REQUIRE.equals(spec.get("ipFamilyPolicy"))) {
            errors.add(FieldError.invalid(
                    "spec.ipFamilyPolicy", REQUIRE, "this cluster is not configured for dual-stack services"));
        }
        List<Object> families = Trees.list(spec, "ipFamilies");
        for (int i = 0; i < families.size(); i++) {
            if (!ONLY.equals(families.get(i))) {
                errors.add(FieldError.invalid(
                        "spec.ipFamilies[" + i + "]", families.get(i), "not configured on this cluster"));
            }
        }
        if (errors.isEmpty() && families.isEmpty()) spec.put("ipFamilies", new ArrayList<Object>(List.of(ONLY)));
        return errors;
    }

    /** A Service that prefers both and changes nothing about it is left as it is, whatever the cluster has by now. */
    private static boolean keepsPreference(Map<String, Object> spec, Map<String, Object> old) {
        return !"ExternalName".equals(old.get("type"))
                && Trees.deepEquals(spec.get("type"), old.get("type"))
                && PREFER.equals(spec.get("ipFamilyPolicy"))
                && PREFER.equals(old.get("ipFamilyPolicy"))
                && Trees.list(spec, "clusterIPs").equals(Trees.list(old, "clusterIPs"))
                && Trees.list(spec, "ipFamilies").equals(Trees.list(old, "ipFamilies"));
    }

    private static void policy(Map<String, Object> spec, Map<String, Object> old, boolean anywhere) {
        if (spec.get("ipFamilyPolicy") != null) return;
        Object before = old == null ? null : old.get("ipFamilyPolicy");
        spec.put("ipFamilyPolicy", before != null ? before : anywhere ? REQUIRE : SINGLE);
    }

    private static void reductions(Map<String, Object> spec, Map<String, Object> old, List<FieldError> errors) {
        for (String field : List.of("clusterIPs", "ipFamilies")) {
            List<Object> now = Trees.list(spec, field);
            List<Object> before = Trees.list(old, field);
            if (SINGLE.equals(spec.get("ipFamilyPolicy"))) {
                if (now.size() > 1 && now.equals(before)) {
                    spec.put(field, new ArrayList<>(List.of(now.getFirst())));
                }
            } else if (now.size() == 1 && before.size() == 2 && now.getFirst().equals(before.getFirst())) {
                errors.add(FieldError.invalid(
                        "spec.ipFamilyPolicy",
                        spec.get("ipFamilyPolicy"),
                        "must be 'SingleStack' to release the secondary "
                                + (field.equals("clusterIPs") ? "cluster IP" : "IP family")));
            }
        }
    }

    private static void contradictions(Map<String, Object> spec, List<FieldError> errors) {
        String plural = "must be 'RequireDualStack' or 'PreferDualStack' when multiple %s are specified";
        List<Object> addresses = Trees.list(spec, "clusterIPs");
        if (SINGLE.equals(spec.get("ipFamilyPolicy"))) {
            if (addresses.size() == 2) {
                errors.add(FieldError.invalid("spec.ipFamilyPolicy", SINGLE, plural.formatted("cluster IPs")));
            }
            if (Trees.list(spec, "ipFamilies").size() == 2) {
                errors.add(FieldError.invalid("spec.ipFamilyPolicy", SINGLE, plural.formatted("IP families")));
            }
        }
        List<Object> families = new ArrayList<>(Trees.list(spec, "ipFamilies"));
        for (int i = families.size(); i < addresses.size() && !"None".equals(addresses.get(i)); i++) {
            if (String.valueOf(addresses.get(i)).contains(":")) {
                errors.add(FieldError.invalid(
                        "spec.clusterIPs[" + i + "]", addresses, "IPv6 is not configured on this cluster"));
            } else if (!String.valueOf(addresses.get(i)).isEmpty()) {
                families.add(ONLY);
            }
        }
        if (!families.isEmpty()) spec.put("ipFamilies", families);
    }

    /** A headless Service without selector may point anywhere, so it may have families that the cluster has not. */
    private static void anyFamilies(Map<String, Object> spec) {
        List<Object> families = new ArrayList<>(Trees.list(spec, "ipFamilies"));
        if (families.isEmpty()) families.add(ONLY);
        if (families.size() < 2 && !SINGLE.equals(spec.get("ipFamilyPolicy"))) {
            families.add(families.getFirst().equals("IPv4") ? "IPv6" : "IPv4");
        }
        spec.put("ipFamilies", families);
    }

    private static boolean isHeadless(Map<String, Object> spec) {
        return "None".equals(spec.get("clusterIP"));
    }
}
