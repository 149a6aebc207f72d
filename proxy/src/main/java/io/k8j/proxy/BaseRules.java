package io.k8j.proxy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The part of a table that does not depend on Services: hooks, the chains they jump to, maps and sets.
 *
 * <p>Names and order are those of upstream's proxy in nftables mode, so that whoever knows one can read the other.
 */
final class BaseRules {
    static final String MARK = "0x4000";
    static final String AFFINITY_PREFIX = "affinity-";

    private static final Map<String, String> HOOKS = hooks();
    private static final Set<String> VERDICT_MAPS = Set.of(
            RuleSet.SERVICE_IPS,
            RuleSet.NODE_PORTS,
            RuleSet.NO_ENDPOINT_IPS,
            RuleSet.NO_ENDPOINT_NODE_PORTS,
            RuleSet.FIREWALL_IPS);

    private BaseRules() {}

    private static Map<String, String> hooks() {
        Map<String, String> hooks = new LinkedHashMap<>();
        // Source ranges are checked before the destination is rewritten, missing endpoints where reject is allowed.
        hooks.put("filter-prerouting", "type filter hook prerouting priority -110");
        hooks.put("filter-input", "type filter hook input priority -110");
        hooks.put("filter-forward", "type filter hook forward priority -110");
        hooks.put("filter-output", "type filter hook output priority -110");
        hooks.put("filter-output-post-dnat", "type filter hook output priority -90");
        hooks.put("nat-prerouting", "type nat hook prerouting priority -100");
        hooks.put("nat-output", "type nat hook output priority -100");
        hooks.put("nat-postrouting", "type nat hook postrouting priority 100");
        return hooks;
    }

    /** Declarations of hooks, maps and sets. A repeat changes nothing. */
    static List<String> declarations(String table, Family family) {
        String in = " " + family.keyword + " " + table + " ";
        List<String> lines = new ArrayList<>();
        lines.add("add table " + family.keyword + " " + table);
        HOOKS.forEach((chain, hook) -> lines.add("add chain" + in + chain + " { " + hook + " ; }"));
        String byAddress = "type " + family.type + " . inet_proto . inet_service : verdict";
        String byPort = "type inet_proto . inet_service : verdict";
        for (String map : new java.util.TreeSet<>(VERDICT_MAPS)) {
            lines.add("add map" + in + map + " { " + (map.endsWith("nodeports") ? byPort : byAddress) + " ; }");
        }
        lines.add("add set" + in + RuleSet.CLUSTER_IPS + " { type " + family.type + " ; }");
        return lines;
    }

    static Set<String> hookChains() {
        return HOOKS.keySet();
    }

    static Set<String> maps() {
        return VERDICT_MAPS;
    }

    /** The rules of the hooks and of the chains they jump to. */
    static Map<String, List<String>> chains(ProxyConfig config, Family family) {
        String ip = family.keyword;
        Map<String, List<String>> chains = new LinkedHashMap<>();
        chains.put("filter-prerouting", List.of("ct state new jump firewall-check"));
        chains.put(
                "filter-input",
                List.of("ct state new jump nodeport-endpoints-check", "ct state new jump service-endpoints-check"));
        chains.put(
                "filter-forward",
                List.of("ct state new jump service-endpoints-check", "ct state new jump cluster-ips-check"));
        chains.put(
                "filter-output",
                List.of("ct state new jump service-endpoints-check", "ct state new jump firewall-check"));
        chains.put("filter-output-post-dnat", List.of("ct state new jump cluster-ips-check"));
        chains.put("nat-prerouting", List.of("jump services"));
        chains.put("nat-output", List.of("jump services"));
        chains.put("nat-postrouting", List.of("jump masquerading"));

        String service = ip + " daddr . meta l4proto . th dport vmap @";
        String nodePort =
                "fib daddr type local " + ip + " daddr != " + family.loopback + " meta l4proto . th dport vmap @";
        chains.put("services", List.of(service + RuleSet.SERVICE_IPS, nodePort + RuleSet.NODE_PORTS));
        chains.put("firewall-check", List.of(service + RuleSet.FIREWALL_IPS));
        chains.put("service-endpoints-check", List.of(service + RuleSet.NO_ENDPOINT_IPS));
        chains.put("nodeport-endpoints-check", List.of(nodePort + RuleSet.NO_ENDPOINT_NODE_PORTS));
        chains.put("cluster-ips-check", clusterIpsCheck(config, family));
        chains.put("reject-chain", List.of("reject"));
        chains.put("mark-for-masquerade", List.of("mark set mark or " + MARK));
        chains.put("masquerading", masquerading(config, family));
        return chains;
    }

    private static List<String> clusterIpsCheck(ProxyConfig config, Family family) {
        List<String> rules = new ArrayList<>();
        rules.add(family.keyword + " daddr @" + RuleSet.CLUSTER_IPS + " reject comment \"no such port\"");
        List<String> ranges = family.cidrs(config.serviceCidrs());
        if (!ranges.isEmpty()) {
            rules.add(family.keyword + " daddr " + ChainNames.set(ranges) + " drop comment \"no such Service\"");
        }
        return rules;
    }

    private static List<String> masquerading(ProxyConfig config, Family family) {
        List<String> rules = new ArrayList<>();
        List<String> pods = family.cidrs(config.clusterCidrs());
        if (config.masqueradePods() && !pods.isEmpty()) {
            List<String> inside = new ArrayList<>(pods);
            inside.add(family.multicast);
            rules.add("%s saddr %s %s daddr != %s masquerade fully-random"
                    .formatted(family.keyword, ChainNames.set(pods), family.keyword, ChainNames.set(inside)));
        }
        rules.add("mark and " + MARK + " == 0 return");
        rules.add("mark set mark xor " + MARK);
        rules.add("masquerade fully-random");
        return rules;
    }
}
