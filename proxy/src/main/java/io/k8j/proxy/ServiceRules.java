package io.k8j.proxy;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The rules of one Service on one node.
 *
 * @param rules what the Service adds to the table
 * @param udp its UDP ports by name
 * @param healthPort where load balancers ask whether this node has backends; 0 if nowhere
 * @param localReady backends on this node that the health port reports
 */
record ServiceRules(RuleSet rules, Map<String, UdpPort> udp, int healthPort, int localReady) {
    private static final String PROXY_NAME = "service.kubernetes.io/service-proxy-name";

    static final ServiceRules NONE = new ServiceRules(RuleSet.empty(), Map.of(), 0, 0);

    /** Computes the rules. Pure; an object that makes no sense gives no rules. */
    static ServiceRules of(Service service, Collection<EndpointSlice> slices, NodeView node) {
        if (service == null || !proxied(service)) return NONE;
        ServiceSpec spec = service.getSpec();
        List<String> clusterIps = node.family().addresses(clusterIps(spec));
        RuleSet rules = RuleSet.empty();
        Map<String, UdpPort> udp = new TreeMap<>();
        int localReady = 0;
        if (spec.getPorts() == null || clusterIps.isEmpty()) return NONE;
        String clusterIp = clusterIps.getFirst();
        rules.element(RuleSet.CLUSTER_IPS, clusterIp, "");
        for (ServicePort port : spec.getPorts()) {
            PortRules portRules = new PortRules(service, port, clusterIp, slices, node, rules);
            portRules.write();
            localReady = Math.max(localReady, portRules.localReady());
            if ("UDP".equals(port.getProtocol())) {
                udp.put(Objects.requireNonNullElse(port.getName(), ""), portRules.udp());
            }
        }
        int healthPort = "LoadBalancer".equals(spec.getType())
                        && "Local".equals(spec.getExternalTrafficPolicy())
                        && spec.getHealthCheckNodePort() != null
                ? spec.getHealthCheckNodePort()
                : 0;
        return new ServiceRules(rules, udp, healthPort, localReady);
    }

    private static boolean proxied(Service service) {
        ServiceSpec spec = service.getSpec();
        Map<String, String> labels = service.getMetadata().getLabels();
        return spec != null
                && !"ExternalName".equals(spec.getType())
                && spec.getClusterIP() != null
                && !spec.getClusterIP().isEmpty()
                && !"None".equals(spec.getClusterIP())
                && (labels == null || !labels.containsKey(PROXY_NAME));
    }

    private static List<String> clusterIps(ServiceSpec spec) {
        return spec.getClusterIPs() == null || spec.getClusterIPs().isEmpty()
                ? List.of(spec.getClusterIP())
                : spec.getClusterIPs();
    }
}
