package io.k8j.proxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel forget UDP flows that would go on to a backend that is gone, or past a Service that has backends
 * only now. TCP needs none of this: its connections break by themselves.
 */
final class Conntrack {
    private static final Logger LOG = LoggerFactory.getLogger(Conntrack.class);

    private final Commands commands;
    private final Family family;
    private boolean missing;

    Conntrack(Commands commands, Family family) {
        this.commands = commands;
        this.family = family;
    }

    /** The arguments of {@code conntrack -D} for each kind of flow to forget when a Service's UDP ports change. */
    static List<List<String>> stale(Map<String, UdpPort> before, Map<String, UdpPort> now) {
        List<List<String>> stale = new ArrayList<>();
        before.forEach((name, old) -> {
            UdpPort next = now.get(name);
            Set<String> gone = new HashSet<>(old.backends());
            if (next != null) gone.removeAll(next.backends());
            for (String backend : gone) {
                for (String address : old.addresses()) {
                    stale.add(List.of("--orig-dst", address, "--orig-port-dst", "" + old.port(), "--dst-nat", backend));
                }
                if (old.nodePort() != 0) {
                    stale.add(List.of("--orig-port-dst", "" + old.nodePort(), "--dst-nat", backend));
                }
            }
        });
        now.forEach((name, next) -> {
            UdpPort old = before.get(name);
            if (next.backends().isEmpty() || old != null && !old.backends().isEmpty()) return;
            for (String address : next.addresses()) {
                stale.add(List.of("--orig-dst", address, "--orig-port-dst", "" + next.port()));
            }
            if (next.nodePort() != 0) stale.add(List.of("--orig-port-dst", "" + next.nodePort()));
        });
        return stale;
    }

    /** Forgets; a failure is logged, since the flows end by themselves later. */
    void forget(List<List<String>> flows) {
        for (List<String> flow : flows) {
            if (missing) return;
            List<String> command = new ArrayList<>(
                    List.of("conntrack", "-D", "-f", family == Family.V4 ? "ipv4" : "ipv6", "-p", "udp"));
            command.addAll(flow);
            try {
                commands.run("", command.toArray(String[]::new)); // exit code 1 means: there were none
            } catch (IOException e) {
                missing = true;
                LOG.atWarn()
                        .addKeyValue("cause", e.getMessage())
                        .log("conntrack cannot be run, UDP flows to removed endpoints end by their timeout");
            }
        }
    }
}
