package io.k8j.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Settings of the service proxy on one node.
 *
 * @param nodeName this node: endpoints on it are the local ones
 * @param nodeIps this node's addresses; load balancer source ranges that hold one of them let the node itself in
 * @param clusterCidrs ranges of the Pods; traffic from elsewhere to a Service is masqueraded. A family without such a
 *     range is not proxied
 * @param serviceCidrs ranges of the Services; traffic to addresses in them that no Service has is dropped
 * @param table names the nftables tables, {@code <table>-proxy}, so that several clusters fit on one machine
 * @param masqueradeAll whether all traffic to Services is masqueraded, not only that from outside
 * @param masqueradePods whether traffic from Pods that leaves the cluster gets the node's address
 * @param coalesce how long changes are collected after the first one
 * @param checkPeriod how often the kernel's rules are compared with the wanted ones, at most; less often where that takes long
 * @param metrics where metrics are shown; null for nowhere
 */
public record ProxyConfig(
        String nodeName,
        List<String> nodeIps,
        List<String> clusterCidrs,
        List<String> serviceCidrs,
        String table,
        boolean masqueradeAll,
        boolean masqueradePods,
        Duration coalesce,
        Duration checkPeriod,
        InetSocketAddress metrics) {
    public ProxyConfig {
        Objects.requireNonNull(nodeName, "nodeName is null");
        nodeIps = List.copyOf(nodeIps);
        clusterCidrs = List.copyOf(clusterCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
        if (!table.matches("[a-z][a-z0-9-]{0,40}")) {
            throw new IllegalArgumentException(
                    "table '%s': want lower-case letters, digits and '-', at most 41".formatted(table));
        }
        for (String range : clusterCidrs) check("clusterCidrs", range);
        for (String range : serviceCidrs) check("serviceCidrs", range);
    }

    private static void check(String name, String range) {
        if (!Family.V4.isCidr(range) && !Family.V6.isCidr(range)) {
            throw new IllegalArgumentException("%s '%s': want a range such as 10.42.0.0/16".formatted(name, range));
        }
    }

    /** The usual settings: table {@code k8j}, Pods masqueraded, changes collected for 2 ms, a check every 10 s. */
    public static ProxyConfig of(
            String nodeName, List<String> nodeIps, List<String> clusterCidrs, List<String> serviceCidrs) {
        return new ProxyConfig(
                nodeName,
                nodeIps,
                clusterCidrs,
                serviceCidrs,
                "k8j",
                false,
                true,
                Duration.ofMillis(2),
                Duration.ofSeconds(10),
                null);
    }

    public ProxyConfig withTable(String name) {
        return new ProxyConfig(
                nodeName,
                nodeIps,
                clusterCidrs,
                serviceCidrs,
                name,
                masqueradeAll,
                masqueradePods,
                coalesce,
                checkPeriod,
                metrics);
    }

    public ProxyConfig withMetrics(InetSocketAddress address) {
        return new ProxyConfig(
                nodeName,
                nodeIps,
                clusterCidrs,
                serviceCidrs,
                table,
                masqueradeAll,
                masqueradePods,
                coalesce,
                checkPeriod,
                address);
    }

    public ProxyConfig withCheckPeriod(Duration period) {
        return new ProxyConfig(
                nodeName,
                nodeIps,
                clusterCidrs,
                serviceCidrs,
                table,
                masqueradeAll,
                masqueradePods,
                coalesce,
                period,
                metrics);
    }
}
