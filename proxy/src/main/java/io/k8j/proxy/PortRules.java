package io.k8j.proxy;

import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes the rules of one port of a Service: a chain that picks a backend ({@code service-…}; {@code local-…} for policy
 * Local), one that decides about masquerading traffic from outside ({@code external-…}), one for source ranges
 * ({@code firewall-…}) and one per backend ({@code endpoint-…}).
 */
final class PortRules {
    private static final int DEFAULT_AFFINITY_SECONDS = 10_800;

    private final ServiceSpec spec;
    private final ServicePort port;
    private final String clusterIp;
    private final NodeView node;
    private final RuleSet rules;
    private final String ip;
    private final String protocol;
    private final int affinitySeconds; // 0 without affinity
    private final boolean internalLocal;
    private final boolean externalLocal;
    private final List<String> externalIps;
    private final List<String> balancerIps;
    private final int nodePort;
    private final List<Backend> backends;
    private final Choice choice;
    private final String base;

    PortRules(
            Service service,
            ServicePort port,
            String clusterIp,
            Collection<EndpointSlice> slices,
            NodeView node,
            RuleSet rules) {
        this.spec = service.getSpec();
        this.port = port;
        this.clusterIp = clusterIp;
        this.node = node;
        this.rules = rules;
        this.ip = node.family().keyword;
        String upper = Objects.requireNonNullElse(port.getProtocol(), "TCP");
        this.protocol = upper.toLowerCase(Locale.ROOT);
        this.affinitySeconds = affinitySeconds(spec);
        this.internalLocal = "Local".equals(spec.getInternalTrafficPolicy());
        this.externalIps = node.family().addresses(spec.getExternalIPs());
        this.balancerIps = balancerIps(service, node.family());
        this.nodePort = port.getNodePort() == null || !exposed() ? 0 : port.getNodePort();
        boolean external = !externalIps.isEmpty() || !balancerIps.isEmpty() || nodePort != 0;
        this.externalLocal = external && "Local".equals(spec.getExternalTrafficPolicy());
        String portName = Objects.requireNonNullElse(port.getName(), "");
        this.backends = Backend.of(slices, portName, upper, node);
        // Policy Local for traffic from outside still needs all backends: Pods reach them by the outside address, too.
        this.choice = Choice.of(backends, node, !internalLocal || external, internalLocal || externalLocal);
        this.base = ChainNames.base(
                service.getMetadata().getNamespace(), service.getMetadata().getName(), protocol, portName);
    }

    private boolean exposed() {
        return "NodePort".equals(spec.getType()) || "LoadBalancer".equals(spec.getType());
    }

    private static int affinitySeconds(ServiceSpec spec) {
        if (!"ClientIP".equals(spec.getSessionAffinity())) return 0;
        var config = spec.getSessionAffinityConfig();
        boolean given = config != null
                && config.getClientIP() != null
                && config.getClientIP().getTimeoutSeconds() != null;
        return given ? config.getClientIP().getTimeoutSeconds() : DEFAULT_AFFINITY_SECONDS;
    }

    private static List<String> balancerIps(Service service, Family family) {
        if (!"LoadBalancer".equals(service.getSpec().getType())
                || service.getStatus() == null
                || service.getStatus().getLoadBalancer() == null
                || service.getStatus().getLoadBalancer().getIngress() == null) {
            return List.of();
        }
        return family.addresses(service.getStatus().getLoadBalancer().getIngress().stream()
                .filter(ingress -> !"Proxy".equals(ingress.getIpMode()))
                .map(LoadBalancerIngress::getIp)
                .toList());
    }

    int localReady() {
        return (int) backends.stream().filter(b -> b.local() && b.usable()).count();
    }

    UdpPort udp() {
        Set<String> addresses = new HashSet<>(externalIps);
        addresses.addAll(balancerIps);
        addresses.add(clusterIp);
        Set<UdpPort.Target> used = Stream.concat(choice.cluster().stream(), choice.local().stream())
                .map(backend -> new UdpPort.Target(backend.address(), backend.port()))
                .collect(Collectors.toSet());
        return new UdpPort(addresses, port.getPort(), nodePort, used);
    }

    void write() {
        String clusterChain = "service-" + base;
        String localChain = "local-" + base;
        String externalChain = "external-" + base;
        List<Backend> internal = internalLocal ? choice.local() : choice.cluster();
        List<Backend> external = externalLocal ? choice.local() : choice.cluster();
        String internalChain = internalLocal ? localChain : clusterChain;
        if (!choice.cluster().isEmpty()) {
            rules.chain(clusterChain, policyRules(choice.cluster(), internalChain.equals(clusterChain)));
        }
        if (!choice.local().isEmpty()) {
            rules.chain(localChain, policyRules(choice.local(), internalChain.equals(localChain)));
        }
        Stream.concat(choice.cluster().stream(), choice.local().stream())
                .distinct()
                .forEach(this::backendChain);

        String reject = "goto reject-chain";
        String internalRefusal = choice.any() ? "drop" : reject;
        if (internal.isEmpty()) {
            rules.element(RuleSet.NO_ENDPOINT_IPS, key(clusterIp), internalRefusal);
        } else {
            rules.element(RuleSet.SERVICE_IPS, key(clusterIp), "goto " + internalChain);
        }
        if (externalIps.isEmpty() && balancerIps.isEmpty() && nodePort == 0) return;

        if (choice.any()) rules.chain(externalChain, externalRules(clusterChain, localChain));
        List<String> outside = Stream.concat(externalIps.stream(), balancerIps.stream())
                .distinct()
                .toList();
        for (String address : outside) {
            if (choice.any()) rules.element(RuleSet.SERVICE_IPS, key(address), "goto " + externalChain);
            if (external.isEmpty()) {
                rules.element(RuleSet.NO_ENDPOINT_IPS, key(address), choice.any() ? "drop" : reject);
            }
        }
        if (nodePort != 0) {
            String nodeKey = protocol + " . " + nodePort;
            if (choice.any()) rules.element(RuleSet.NODE_PORTS, nodeKey, "goto " + externalChain);
            if (external.isEmpty()) {
                rules.element(RuleSet.NO_ENDPOINT_NODE_PORTS, nodeKey, choice.any() ? "drop" : reject);
            }
        }
        firewall();
    }

    private String key(String address) {
        return address + " . " + protocol + " . " + port.getPort();
    }

    /** Picks a backend: the client's one of last time, else any. */
    private List<String> policyRules(List<Backend> targets, boolean internal) {
        List<String> chain = new ArrayList<>();
        if (internal) {
            String toService = "%s daddr %s %s dport %d".formatted(ip, clusterIp, protocol, port.getPort());
            if (node.masqueradeAll()) {
                chain.add(toService + " jump mark-for-masquerade");
            } else if (!node.clusterCidrs().isEmpty()) {
                chain.add("%s %s saddr != %s jump mark-for-masquerade"
                        .formatted(toService, ip, ChainNames.set(node.clusterCidrs())));
            }
        }
        if (affinitySeconds > 0) {
            for (Backend backend : targets) {
                chain.add("%s saddr @%s goto %s".formatted(ip, affinitySet(backend), endpointChain(backend)));
            }
        }
        String verdicts = IntStream.range(0, targets.size())
                .mapToObj(i -> i + " : goto " + endpointChain(targets.get(i)))
                .collect(Collectors.joining(", "));
        chain.add("numgen random mod %d vmap { %s }".formatted(targets.size(), verdicts));
        return chain;
    }

    private List<String> externalRules(String clusterChain, String localChain) {
        if (!externalLocal) return List.of("jump mark-for-masquerade", "goto " + clusterChain);
        List<String> chain = new ArrayList<>();
        if (!choice.cluster().isEmpty()) {
            // Pods and the node itself reach all backends: the policy is for clients whose address must be kept.
            if (!node.clusterCidrs().isEmpty()) {
                chain.add("%s saddr %s goto %s".formatted(ip, ChainNames.set(node.clusterCidrs()), clusterChain));
            }
            chain.add("fib saddr type local jump mark-for-masquerade");
            chain.add("fib saddr type local goto " + clusterChain);
        }
        if (!choice.local().isEmpty()) chain.add("goto " + localChain);
        return chain;
    }

    private void backendChain(Backend backend) {
        List<String> chain = new ArrayList<>();
        chain.add("%s saddr %s jump mark-for-masquerade".formatted(ip, backend.address())); // a Pod to itself
        if (affinitySeconds > 0) {
            rules.affinity().add(affinitySet(backend));
            chain.add("update @%s { %s saddr timeout %ds }".formatted(affinitySet(backend), ip, affinitySeconds));
        }
        chain.add("meta l4proto %s dnat to %s"
                .formatted(protocol, node.family().withPort(backend.address(), backend.port())));
        rules.chain(endpointChain(backend), chain);
    }

    private void firewall() {
        List<String> ranges =
                node.family().cidrs(Objects.requireNonNullElse(spec.getLoadBalancerSourceRanges(), List.of()));
        boolean restricted = spec.getLoadBalancerSourceRanges() != null
                && !spec.getLoadBalancerSourceRanges().isEmpty();
        if (!restricted || balancerIps.isEmpty()) return;
        List<String> allowed = new ArrayList<>(ranges);
        boolean nodeAllowed = ranges.stream()
                .anyMatch(range -> node.nodeIps().stream().anyMatch(address -> Family.contains(range, address)));
        // The kernel may give the node's own traffic to a local address that very address as its source.
        if (nodeAllowed) allowed.addAll(balancerIps);
        String chain = "firewall-" + base;
        rules.chain(
                chain,
                List.of(allowed.isEmpty() ? "drop" : "%s saddr != %s drop".formatted(ip, ChainNames.set(allowed))));
        for (String address : balancerIps) rules.element(RuleSet.FIREWALL_IPS, key(address), "goto " + chain);
    }

    private String endpointChain(Backend backend) {
        return ChainNames.endpoint(base, backend);
    }

    private String affinitySet(Backend backend) {
        return ChainNames.affinity(base, backend);
    }
}
