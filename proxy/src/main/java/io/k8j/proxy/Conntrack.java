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
            Set<UdpPort.Target> gone = new HashSet<>(old.backends());
            if (next != null) gone.removeAll(next.backends());
            for (UdpPort.Target backend : gone) {
                for (String address : old.addresses()) {
                    stale.add(flow(address, old.port(), backend));
                }
                if (old.nodePort() != 0) stale.add(flow("", old.nodePort(), backend));
            }
        });
        now.forEach((name, next) -> {
            UdpPort old = before.get(name);
            if (next.backends().isEmpty() || (old != null && !old.backends().isEmpty())) return;
            for (String address : next.addresses()) stale.add(flow(address, next.port(), null));
            if (next.nodePort() != 0) stale.add(flow("", next.nodePort(), null));
        });
        return stale;
    }

    private static List<String> flow(String address, int port, UdpPort.Target backend) {
        List<String> words = new ArrayList<>();
        if (!address.isEmpty()) words.addAll(List.of("--orig-dst", address));
        words.addAll(List.of("--orig-port-dst", Integer.toString(port)));
        if (backend != null) {
            // Who answers tells where the flow was sent to.
            words.addAll(
                    List.of("--reply-src", backend.address(), "--reply-port-src", Integer.toString(backend.port())));
        }
        return words;
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
