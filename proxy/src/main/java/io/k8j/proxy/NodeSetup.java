package io.k8j.proxy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kernel settings without which Services do not work. They stay when the proxy stops. */
final class NodeSetup {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSetup.class);

    private static final int ROUTE_PROTOCOL = 173; // marks our routes; not in rt_protos

    private NodeSetup() {}

    /**
     * Switches forwarding on and has bridged traffic pass the rules, too: the answer of a Pod to another one on the same
     * bridge must be rewritten on its way back.
     *
     * @return whether bridged traffic passes the rules; if not, traffic between Pods by Services must be masqueraded
     */
    static boolean apply(Commands commands, Family family) {
        List<String> failed = new ArrayList<>();
        if (family == Family.V4) {
            if (!set(commands, "net/ipv4/ip_forward")) failed.add("net.ipv4.ip_forward");
        } else if (!set(commands, "net/ipv6/conf/all/forwarding")) {
            failed.add("net.ipv6.conf.all.forwarding");
        }
        if (!failed.isEmpty()) {
            LOG.atError()
                    .addKeyValue("settings", failed)
                    .log("kernel settings refused, Pods have no network beyond this node");
        }
        String bridged = family == Family.V4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables";
        boolean passes =
                set(commands, "net/bridge/" + bridged) || (load(commands) && set(commands, "net/bridge/" + bridged));
        if (!passes) {
            LOG.atWarn()
                    .addKeyValue("setting", "net.bridge." + bridged)
                    .log("kernel setting refused, Pods see Services' clients under the node's address");
        }
        return passes;
    }

    /**
     * Lets the node's own programs reach Services on a machine without a default route: a packet must have some route
     * before the rules can give it another destination.
     */
    static void routeServices(Commands commands, Family family, List<String> serviceCidrs) {
        String version = family == Family.V4 ? "-4" : "-6";
        for (String cidr : serviceCidrs) {
            String address = cidr.substring(0, cidr.indexOf('/'));
            String script = "ip %s route get %s >/dev/null 2>&1 || ip %s route replace %s dev lo proto %d"
                    .formatted(version, address, version, cidr, ROUTE_PROTOCOL);
            if (!run(commands, script)) {
                LOG.atWarn()
                        .addKeyValue("range", cidr)
                        .log("no route to Services, this node's programs cannot reach them");
            }
        }
    }

    /** Removes what {@link #routeServices} may have added. */
    static void unrouteServices(Commands commands, Family family) {
        String version = family == Family.V4 ? "-4" : "-6";
        if (!run(commands, "ip %s route flush dev lo proto %d".formatted(version, ROUTE_PROTOCOL))) {
            LOG.debug("no routes to remove");
        }
    }

    private static boolean set(Commands commands, String path) {
        String file = "/proc/sys/" + path;
        return run(commands, "[ \"$(cat %s)\" = 1 ] || echo 1 > %s".formatted(file, file));
    }

    private static boolean load(Commands commands) {
        return run(commands, "modprobe br_netfilter");
    }

    private static boolean run(Commands commands, String script) {
        try {
            return commands.run("", "sh", "-c", script).ok();
        } catch (IOException e) {
            return false;
        }
    }
}
