package io.k8j.kubelet.hostports;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Writes the rules of all host ports as one nftables transaction, which replaces the table as a whole. Pure. */
final class HostPortRules {
    private HostPortRules() {}

    static String transaction(String table, String bridge, Collection<HostPort> ports) {
        StringBuilder text = new StringBuilder(delete(table));
        if (ports.isEmpty()) return text.toString();
        // Those for one address of the node come first: the first rule that fits decides.
        List<HostPort> ordered = ports.stream()
                .distinct()
                .sorted(Comparator.comparing((HostPort port) -> port.hostIp().isEmpty())
                        .thenComparing(HostPort::hostIp)
                        .thenComparing(HostPort::protocol)
                        .thenComparing(HostPort::hostPort))
                .toList();
        text.append("table ip ").append(table).append(" {\n");
        text.append(" chain ports {\n");
        for (HostPort port : ordered) text.append("  ").append(rule(port)).append('\n');
        text.append(" }\n");
        // Just before the Services' rules: a host port is nearer than a NodePort.
        text.append(base("prerouting", "-105", "fib daddr type local jump ports"));
        text.append(base("output", "-105", "fib daddr type local jump ports"));
        text.append(" chain postrouting {\n  type nat hook postrouting priority 95; policy accept;\n");
        for (String pod : ordered.stream().map(HostPort::podIp).distinct().toList()) {
            // A Pod that calls itself by the node's port must see the node as the caller, or the answer goes astray.
            text.append("  ct status dnat ip saddr %1$s ip daddr %1$s masquerade\n".formatted(pod));
            text.append("  ct status dnat ip saddr 127.0.0.0/8 ip daddr %s masquerade\n".formatted(pod));
        }
        text.append(" }\n");
        if (!bridge.isEmpty()) {
            // The bridge takes packets from 127.0.0.1, so that local callers reach Pods. Pods must not use that way
            // back.
            text.append(" chain guard {\n  type filter hook prerouting priority raw; policy accept;\n");
            text.append("  iifname \"%s\" ip daddr 127.0.0.0/8 drop\n }\n".formatted(bridge));
        }
        return text.append("}\n").toString();
    }

    /** Deletes the table whether or not there is one. */
    static String delete(String table) {
        return "add table ip %1$s\ndelete table ip %1$s\n".formatted(table);
    }

    private static String base(String hook, String priority, String rule) {
        return " chain %s {\n  type nat hook %s priority %s; policy accept;\n  %s\n }\n"
                .formatted(hook, hook, priority, rule);
    }

    private static String rule(HostPort port) {
        String address = port.hostIp().isEmpty() ? "" : "ip daddr %s ".formatted(port.hostIp());
        return "%s%s dport %d dnat to %s:%d"
                .formatted(address, port.protocol(), port.hostPort(), port.podIp(), port.podPort());
    }
}
