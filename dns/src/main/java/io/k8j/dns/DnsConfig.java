package io.k8j.dns;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Settings of the DNS server.
 *
 * @param bindAddress address of this node that Pods can reach; neither loopback nor link-local when published
 * @param port for UDP and TCP; 0 takes a free one
 * @param httpPort for {@code /metrics}, {@code /health} and {@code /ready}; 0 takes a free one, -1 opens none
 * @param domain the cluster's domain, such as {@code cluster.local}
 * @param clusterIps addresses of the Service {@code kube-dns}, such as {@code 10.43.0.10}
 * @param nodeName this node, which names the EndpointSlice
 * @param ttl of answers about the cluster, in whole seconds
 * @param cacheLimit how long others' answers are kept at most
 * @param resolvConf where the resolvers for other names stand
 * @param ownRanges ranges of Pods and Services: whose address in them is, no other resolver is asked
 * @param publish whether to keep the Service {@code kube-system/kube-dns} and an EndpointSlice for this server
 */
public record DnsConfig(
        InetAddress bindAddress,
        int port,
        int httpPort,
        String domain,
        List<String> clusterIps,
        String nodeName,
        Duration ttl,
        Duration cacheLimit,
        Path resolvConf,
        List<String> ownRanges,
        boolean publish) {
    public DnsConfig {
        Objects.requireNonNull(bindAddress, "bindAddress is null");
        Objects.requireNonNull(resolvConf, "resolvConf is null");
        clusterIps = List.copyOf(clusterIps);
        ownRanges = List.copyOf(ownRanges);
        for (String range : ownRanges) {
            if (!Ranges.isRange(range)) {
                throw new IllegalArgumentException(
                        "ownRanges '%s': want a range such as 10.42.0.0/16".formatted(range));
            }
        }
        domain = domain.toLowerCase(Locale.ROOT);
        if (!domain.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?") || domain.contains("..")) {
            throw new IllegalArgumentException("domain '%s': want a name such as cluster.local".formatted(domain));
        }
        if (port < 0 || port > 65535 || httpPort < -1 || httpPort > 65535) {
            throw new IllegalArgumentException("ports %d, %d: want 0 to 65535".formatted(port, httpPort));
        }
        if (ttl.isNegative() || ttl.toSeconds() > 3600) {
            throw new IllegalArgumentException("ttl %s: want 0 s to 1 h".formatted(ttl));
        }
    }

    /** The usual settings: free ports, answers that live 5 s, others' 30 s, resolvers of {@code /etc/resolv.conf}. */
    public static DnsConfig of(InetAddress bindAddress, String domain, List<String> clusterIps, String nodeName) {
        return new DnsConfig(
                bindAddress,
                0,
                0,
                domain,
                clusterIps,
                nodeName,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Path.of("/etc/resolv.conf"),
                List.of(),
                true);
    }

    public DnsConfig withPorts(int dns, int http) {
        return new DnsConfig(
                bindAddress, dns, http, domain, clusterIps, nodeName, ttl, cacheLimit, resolvConf, ownRanges, publish);
    }

    public DnsConfig withResolvConf(Path file) {
        return new DnsConfig(
                bindAddress, port, httpPort, domain, clusterIps, nodeName, ttl, cacheLimit, file, ownRanges, publish);
    }

    /** Sets {@link #ownRanges}: the cluster's and the Services' ranges. */
    public DnsConfig withOwnRanges(List<String> ranges) {
        return new DnsConfig(
                bindAddress,
                port,
                httpPort,
                domain,
                clusterIps,
                nodeName,
                ttl,
                cacheLimit,
                resolvConf,
                ranges,
                publish);
    }

    public DnsConfig withPublish(boolean value) {
        return new DnsConfig(
                bindAddress,
                port,
                httpPort,
                domain,
                clusterIps,
                nodeName,
                ttl,
                cacheLimit,
                resolvConf,
                ownRanges,
                value);
    }
}
