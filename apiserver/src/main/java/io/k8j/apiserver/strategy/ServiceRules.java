package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.ServiceValidation;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is special about Services. Giving out addresses and ports is not here: whoever allocates does it between
 * {@code prepare} and storing, and takes back what an update released.
 */
final class ServiceRules {
    private ServiceRules() {}

    static Rules rules() {
        return Rules.withStatus()
                .withoutGeneration()
                .createOnUpdate()
                .onCreate(ServiceRules::create)
                .onUpdate(ServiceRules::update)
                .check(ServiceValidation::create)
                .updateCheck(ServiceValidation::update)
                .statusCheck(ServiceValidation::statusUpdate)
                .warn(ObjectWarnings::service)
                .warnOfStatus((service, old) -> NetworkWarnings.balancers(service))
                .select("spec.clusterIP", "spec.type");
    }

    private static void create(RequestContext context, Map<String, Object> service) {
        service.put("status", new LinkedHashMap<>(Map.of("loadBalancer", new LinkedHashMap<>())));
        Map<String, Object> spec = Trees.map(service, "spec");
        String ip = Trees.string(spec, "clusterIP");
        if (ip != null && !ip.isEmpty() && Trees.list(spec, "clusterIPs").isEmpty()) {
            spec.put("clusterIPs", new ArrayList<>(List.of(ip)));
        }
    }

    private static void update(RequestContext context, Map<String, Object> service, Map<String, Object> old) {
        Map<String, Object> spec = Trees.map(service, "spec");
        Map<String, Object> before = Trees.map(old, "spec");
        if (spec.isEmpty()) {
            return;
        }
        keepAllocated(spec, before);
        normalizeIps(spec, before);
        dropForeign(spec, before);
    }

    private static boolean needsIp(Map<String, Object> spec) {
        return !"ExternalName".equals(spec.get("type"));
    }

    private static boolean needsNodePort(Map<String, Object> spec) {
        return "NodePort".equals(spec.get("type"))
                || "LoadBalancer".equals(spec.get("type"))
                        && !Boolean.FALSE.equals(spec.get("allocateLoadBalancerNodePorts"));
    }

    /** A client that sends back less than it read keeps what the server had chosen. */
    private static void keepAllocated(Map<String, Object> spec, Map<String, Object> before) {
        if (needsIp(before) && needsIp(spec)) {
            if (isBlank(spec.get("clusterIP"))) {
                copy(spec, before, "clusterIP");
            }
            if (Trees.list(spec, "clusterIPs").isEmpty()
                    && String.valueOf(spec.get("clusterIP")).equals(String.valueOf(before.get("clusterIP")))) {
                copy(spec, before, "clusterIPs");
            }
        }
        if (needsNodePort(before) && needsNodePort(spec)) {
            keepNodePorts(spec, before);
        }
        boolean health = ServiceValidation.needsHealthCheck(Place.of(spec))
                && ServiceValidation.needsHealthCheck(Place.of(before));
        if (health && isZero(spec.get("healthCheckNodePort"))) {
            copy(spec, before, "healthCheckNodePort");
        }
    }

    private static void keepNodePorts(Map<String, Object> spec, Map<String, Object> before) {
        Map<String, Object> known = new LinkedHashMap<>();
        for (Place port : Place.of(before).field("ports").items()) {
            known.put(
                    port.text("protocol") + port.number("port"),
                    port.field("nodePort").value());
        }
        List<Object> taken = new ArrayList<>();
        Place.of(spec)
                .field("ports")
                .items()
                .forEach(p -> taken.add(p.field("nodePort").value()));
        for (Object port : Trees.list(spec, "ports")) {
            Map<String, Object> p = Trees.map(port);
            Object old = known.get(p.get("protocol") + "" + p.get("port"));
            if (isZero(p.get("nodePort")) && old != null && !taken.contains(old)) {
                p.put("nodePort", old);
            }
        }
    }

    /** Lets clients that know only one of {@code clusterIP} and {@code clusterIPs} change both. */
    private static void normalizeIps(Map<String, Object> spec, Map<String, Object> before) {
        String ip = text(spec.get("clusterIP"));
        String oldIp = text(before.get("clusterIP"));
        List<Object> ips = Trees.list(spec, "clusterIPs");
        List<Object> oldIps = Trees.list(before, "clusterIPs");
        boolean sameIps = Trees.deepEquals(ips, oldIps);
        if (!oldIp.isEmpty() && ip.isEmpty() && sameIps) {
            spec.remove("clusterIPs");
        } else if (!oldIp.isEmpty() && !ip.equals(oldIp) && sameIps) {
            spec.put("clusterIPs", new ArrayList<>(List.of(ip)));
        } else if (oldIp.isEmpty() && !ip.isEmpty() && ips.isEmpty()) {
            spec.put("clusterIPs", new ArrayList<>(List.of(ip)));
        }
    }

    /** A change of the type takes along what only the old type had, unless the client changed that, too. */
    private static void dropForeign(Map<String, Object> spec, Map<String, Object> before) {
        if (needsIp(before) && !needsIp(spec)) {
            for (String field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
                if (Trees.deepEquals(spec.get(field), before.get(field))) {
                    spec.remove(field);
                }
            }
        }
        if (needsNodePort(before) && !needsNodePort(spec)) {
            dropNodePorts(spec, before);
        }
        dropIfSame(
                spec,
                before,
                "healthCheckNodePort",
                ServiceValidation.needsHealthCheck(Place.of(before))
                        && !ServiceValidation.needsHealthCheck(Place.of(spec)));
        boolean wasBalancer = "LoadBalancer".equals(before.get("type"));
        boolean isBalancer = "LoadBalancer".equals(spec.get("type"));
        dropIfSame(spec, before, "allocateLoadBalancerNodePorts", wasBalancer && !isBalancer);
        dropIfSame(spec, before, "loadBalancerClass", wasBalancer && !isBalancer);
        dropIfSame(
                spec,
                before,
                "externalTrafficPolicy",
                ServiceValidation.isExternal(Place.of(before)) && !ServiceValidation.isExternal(Place.of(spec)));
    }

    private static void dropNodePorts(Map<String, Object> spec, Map<String, Object> before) {
        Place old = Place.of(before).field("ports");
        boolean same = true;
        for (Place port : Place.of(spec).field("ports").items()) {
            long nodePort = port.number("nodePort");
            same &= nodePort == 0 || old.items().stream().anyMatch(o -> o.number("nodePort") == nodePort);
        }
        if (same) {
            Trees.list(spec, "ports").forEach(p -> Trees.map(p).remove("nodePort"));
        }
    }

    private static void dropIfSame(Map<String, Object> spec, Map<String, Object> before, String field, boolean when) {
        if (when && Trees.deepEquals(spec.get(field), before.get(field))) {
            spec.remove(field);
        }
    }

    private static void copy(Map<String, Object> spec, Map<String, Object> before, String field) {
        if (before.get(field) != null) {
            spec.put(field, Trees.deepCopy(before.get(field)));
        }
    }

    private static boolean isBlank(Object value) {
        return value == null || value.equals("");
    }

    private static boolean isZero(Object value) {
        return !(value instanceof Number n) || n.longValue() == 0;
    }

    private static String text(Object value) {
        return value instanceof String s ? s : "";
    }
}
