package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks Services. */
public final class ServiceValidation {
    private static final List<String> TYPES = List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
    private static final String RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
    private static final String TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
    private static final String TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
    private static final String FOR_BALANCERS = "may only be used when `type` is 'LoadBalancer'";
    private static final int MAX_AFFINITY = 86_400;

    private ServiceValidation() {}

    static boolean isHeadless(Place spec) {
        return spec.field("clusterIPs").size() == 1
                && spec.field("clusterIPs").texts().contains("None");
    }

    public static List<FieldError> create(Map<String, Object> service) {
        Findings f = new Findings();
        ServiceIpValidation.check(f, Place.of(service).field("spec"), Place.of(null));
        if (f.size() > 0) return f.list(); // addresses are given before the rest is looked at
        check(f, Place.of(service), Place.of(null));
        return f.list();
    }

    public static List<FieldError> update(Map<String, Object> service, Map<String, Object> old) {
        Findings f = new Findings();
        Place spec = Place.of(service).field("spec");
        Place before = Place.of(old).field("spec");
        ServiceIpValidation.check(f, spec, before);
        if (f.size() > 0) return f.list(); // addresses are given before the rest is looked at
        ServiceIpValidation.changes(f, spec, before);
        boolean balancers =
                spec.text("type").equals("LoadBalancer") && before.text("type").equals("LoadBalancer");
        Place balancerClass = spec.field("loadBalancerClass");
        if (balancers && !Meta.same(balancerClass, before.field("loadBalancerClass"))) {
            f.invalid(balancerClass, balancerClass.value(), "may not change once set");
        }
        balancerClass(f, spec);
        if (needsHealthCheck(before)
                && needsHealthCheck(spec)
                && spec.number("healthCheckNodePort") != before.number("healthCheckNodePort")) {
            f.forbidden(spec.field("healthCheckNodePort"), "field is immutable");
        }
        check(f, Place.of(service), Place.of(old));
        return f.list();
    }

    private static void check(Findings f, Place service, Place old) {
        topology(f, service.at("metadata", "annotations"));
        Place spec = service.field("spec");
        String type = spec.text("type");
        if (spec.field("ports").isEmpty() && !isHeadless(spec) && !type.equals("ExternalName")) {
            f.required(spec.field("ports"));
        }
        byType(f, spec, type);
        ports(f, spec);
        Meta.labels(f, spec.field("selector"));
        affinity(f, spec);
        ServiceIpValidation.check(f, spec, old.field("spec"));
        List<String> known = old.at("spec", "externalIPs").texts();
        for (Place ip : spec.field("externalIPs").items()) {
            int before = f.size();
            if (!known.contains(ip.text())) {
                Meta.ip(f, ip);
            }
            if (f.size() == before && Meta.isIp(ip.text())) {
                Meta.endpointIp(f, ip);
            }
        }
        Meta.requiredOneOf(f, spec.field("type"), TYPES);
        portsAcross(f, spec, type);
        sourceRanges(f, service, old, type);
        Place allocate = spec.field("allocateLoadBalancerNodePorts");
        if (allocate.present() && !type.equals("LoadBalancer")) {
            f.forbidden(allocate, FOR_BALANCERS);
        }
        if (allocate.absent() && type.equals("LoadBalancer")) {
            f.required(new Place(null, "allocateLoadBalancerNodePorts"));
        }
        balancerClass(f, spec);
        trafficPolicies(f, spec, type);
    }

    private static void topology(Findings f, Place annotations) {
        Place mode = annotations.key(TOPOLOGY_MODE);
        Place hints = annotations.key(TOPOLOGY_HINTS);
        if (mode.present() && hints.present() && !mode.text().equals(hints.text())) {
            f.invalid(mode, "must match annotations[" + TOPOLOGY_HINTS + "] when both are specified");
        }
    }

    private static void byType(Findings f, Place spec, String type) {
        switch (type) {
            case "LoadBalancer", "NodePort" -> {
                if (isHeadless(spec)) {
                    f.invalid(spec.field("clusterIPs").index(0), "may not be set to 'None' for " + type + " services");
                }
            }
            case "ExternalName" -> {
                for (String field : List.of("clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
                    if (!spec.field(field).isEmpty()) {
                        f.forbidden(spec.field(field), "may not be set for ExternalName services");
                    }
                }
                String name = spec.text("externalName");
                String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
                if (bare.isEmpty()) {
                    f.required(spec.field("externalName"));
                } else {
                    Meta.dnsSubdomain(f, spec.field("externalName").with(bare));
                }
            }
            default -> {}
        }
    }

    private static void ports(Findings f, Place spec) {
        List<Place> ports = spec.field("ports").items();
        Set<String> names = new HashSet<>();
        for (Place port : ports) {
            Place name = port.field("name");
            if (ports.size() > 1 && name.text().isEmpty()) {
                f.required(name);
            } else if (!name.text().isEmpty()) {
                Meta.dnsLabel(f, name);
                if (!names.add(name.text())) {
                    f.duplicate(name, name.text());
                }
            }
            Meta.port(f, port.field("port"));
            Meta.requiredOneOf(f, port.field("protocol"), ContainerValidation.PROTOCOLS);
            Meta.portOrName(f, port.field("targetPort"));
            if (port.field("appProtocol").present()) {
                Meta.qualifiedName(f, port.field("appProtocol"));
            }
        }
    }

    private static void portsAcross(Findings f, Place spec, String type) {
        List<Place> ports = spec.field("ports").items();
        if (type.equals("ClusterIP")) {
            for (Place port : ports) {
                if (port.number("nodePort") != 0) {
                    f.forbidden(port.field("nodePort"), "may not be used when `type` is 'ClusterIP'");
                }
            }
        }
        Set<String> nodePorts = new HashSet<>();
        for (Place port : ports) {
            long nodePort = port.number("nodePort");
            if (nodePort != 0 && !nodePorts.add(port.text("protocol") + nodePort)) {
                f.duplicate(port.field("nodePort"), nodePort);
            }
        }
        Set<String> used = new HashSet<>();
        for (Place port : ports) {
            if (!used.add(port.text("protocol") + port.number("port"))) {
                Map<String, Object> key = new LinkedHashMap<>();
                key.put("Name", "");
                key.put("Protocol", port.text("protocol"));
                key.put("AppProtocol", null);
                key.put("Port", port.number("port"));
                key.put("TargetPort", 0L);
                key.put("NodePort", 0L);
                f.duplicate(port, key);
            }
        }
    }

    private static void affinity(Findings f, Place spec) {
        Place affinity = spec.field("sessionAffinity");
        Place config = spec.field("sessionAffinityConfig");
        Meta.requiredOneOf(f, affinity, List.of("ClientIP", "None"));
        if (affinity.text().equals("None") && config.present()) {
            f.forbidden(config, "must not be set when session affinity is None");
        }
        if (!affinity.text().equals("ClientIP")) {
            return;
        }
        for (Place needed : List.of(config, config.field("clientIP"), config.at("clientIP", "timeoutSeconds"))) {
            if (needed.absent()) {
                f.required(needed, "when session affinity type is ClientIP");
                return;
            }
        }
        Place timeout = config.at("clientIP", "timeoutSeconds");
        if (timeout.number(0) <= 0 || timeout.number(0) > MAX_AFFINITY) {
            f.invalid(timeout, "must be greater than 0 and less than " + MAX_AFFINITY);
        }
    }

    private static void sourceRanges(Findings f, Place service, Place old, String type) {
        Place ranges = service.at("spec", "loadBalancerSourceRanges");
        Place annotation = service.at("metadata", "annotations").key(RANGES);
        if (!ranges.isEmpty()) {
            Place at = new Place(ranges.value(), "spec.LoadBalancerSourceRanges");
            if (!type.equals("LoadBalancer")) {
                f.forbidden(at, FOR_BALANCERS);
            }
            List<String> known = old.at("spec", "loadBalancerSourceRanges").texts();
            for (Place range : at.items()) {
                if (!known.contains(range.text())) {
                    Meta.cidr(f, range.with(range.text().strip()));
                }
            }
        } else if (annotation.present()) {
            if (!type.equals("LoadBalancer")) {
                f.forbidden(annotation, FOR_BALANCERS);
            }
            boolean same = old.at("metadata", "annotations").key(RANGES).text().equals(annotation.text());
            if (!same && !annotation.text().isBlank()) {
                for (String range : annotation.text().strip().split(",")) {
                    Meta.cidr(f, annotation.with(range.strip()));
                }
            }
        }
    }

    private static void balancerClass(Findings f, Place spec) {
        Place balancerClass = spec.field("loadBalancerClass");
        if (balancerClass.absent()) {
            return;
        }
        if (spec.text("type").equals("LoadBalancer")) {
            Meta.qualifiedName(f, balancerClass);
        } else {
            f.forbidden(balancerClass, FOR_BALANCERS);
        }
    }

    /** Whether packets can come from outside the cluster. */
    public static boolean isExternal(Place spec) {
        String type = spec.text("type");
        return type.equals("LoadBalancer")
                || type.equals("NodePort")
                || type.equals("ClusterIP") && !spec.field("externalIPs").isEmpty();
    }

    /** Whether a load balancer must ask each node if it has endpoints. */
    public static boolean needsHealthCheck(Place spec) {
        return spec.text("type").equals("LoadBalancer")
                && spec.text("externalTrafficPolicy").equals("Local");
    }

    private static void trafficPolicies(Findings f, Place spec, String type) {
        Place external = spec.field("externalTrafficPolicy");
        if (!isExternal(spec)) {
            if (!external.text().isEmpty()) {
                f.invalid(external, "may only be set for externally-accessible services");
            }
        } else {
            Meta.requiredOneOf(f, external, List.of("Cluster", "Local"));
        }
        Place health = spec.field("healthCheckNodePort");
        if (!needsHealthCheck(spec)) {
            if (health.number(0) != 0) {
                f.invalid(
                        health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
            }
        } else if (health.number(0) != 0) {
            Meta.port(f, health);
        } // an absent one is allocated after validation
        Place internal = spec.field("internalTrafficPolicy");
        if (internal.absent() && !type.equals("ExternalName") && TYPES.contains(type)) {
            f.required(internal);
        }
        Meta.optionalOneOf(f, internal, List.of("Cluster", "Local"));
        Meta.optionalOneOf(
                f, spec.field("trafficDistribution"), List.of("PreferClose", "PreferSameZone", "PreferSameNode"));
    }

    public static List<FieldError> statusUpdate(Map<String, Object> service, Map<String, Object> old) {
        Findings f = new Findings();
        Place p = Place.of(service);
        Place ingress = p.at("status", "loadBalancer", "ingress");
        if (!p.at("spec", "type").text().equals("LoadBalancer") && !ingress.isEmpty()) {
            f.forbidden(ingress, "may only be used when `spec.type` is 'LoadBalancer'");
            return f.list();
        }
        balancerIngress(f, ingress, true, balancerIps(Place.of(old).at("status", "loadBalancer", "ingress")));
        return f.list();
    }

    static Set<String> balancerIps(Place ingress) {
        Set<String> ips = new HashSet<>();
        ingress.items().forEach(point -> ips.add(point.text("ip")));
        return ips;
    }

    /** @param known addresses that may stay, however they are spelled */
    static void balancerIngress(Findings f, Place ingress, boolean withMode, Set<String> known) {
        for (Place point : new ArrayList<>(ingress.items())) {
            Place ip = point.field("ip");
            if (!ip.text().isEmpty() && !known.contains(ip.text())) {
                Meta.ip(f, ip);
            }
            Place mode = point.field("ipMode");
            if (withMode && mode.absent() && !ip.text().isEmpty()) {
                f.required(mode, "must be specified when `ip` is set");
            } else if (mode.present() && ip.text().isEmpty()) {
                f.forbidden(mode, "may not be specified when `ip` is not set");
            } else {
                Meta.optionalOneOf(f, mode, List.of("Proxy", "VIP"));
            }
            Place host = point.field("hostname");
            if (!host.text().isEmpty()) {
                Meta.dnsSubdomain(f, host);
                if (Meta.isIp(host.text())) {
                    f.invalid(host, "must be a DNS name, not an IP address");
                }
            }
        }
    }
}
