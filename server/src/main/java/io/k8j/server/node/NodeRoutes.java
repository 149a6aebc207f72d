package io.k8j.server.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.k8j.client.Client;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.server.Ipv4Range;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes of this machine to the Pods of the other nodes, by these nodes' addresses. It reaches nodes in the same network
 * only; others are left out. What was set is noted in a file, a line {@code RANGE ADDRESS} for each route, so that the next
 * start and the clean-up know it.
 */
final class NodeRoutes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRoutes.class);
    private static final long COMMAND_SECONDS = 10;

    private final String nodeName;
    private final Ipv4Range pods;
    private final Path note;
    private final Informer<Node> nodes;
    private final Semaphore changes = new Semaphore(0);
    private final Thread worker;
    private Map<String, String> current; // used by the worker only, once it runs

    private NodeRoutes(String nodeName, Ipv4Range pods, Client client, Path note) throws IOException {
        this.nodeName = nodeName;
        this.pods = pods;
        this.note = note;
        this.current = read(note);
        this.nodes = new Informer<>(client.resources(Node.class), ListOptions.ALL)
                .onChange(Handlers.any(node -> changes.release()));
        this.worker = Thread.ofVirtual().name("node-routes").unstarted(this::work);
    }

    /**
     * Begins to keep the routes.
     *
     * @param pods the range of all Pods; routes beyond it are not set, whatever a node says
     * @param note the file
     */
    static NodeRoutes start(String nodeName, Ipv4Range pods, Client client, Path note) throws IOException {
        NodeRoutes routes = new NodeRoutes(nodeName, pods, client, note);
        routes.nodes.start();
        routes.worker.start();
        return routes;
    }

    private void work() {
        try {
            while (true) {
                changes.acquire();
                changes.drainPermits();
                if (nodes.hasSynced()) {
                    apply(wanted(nodeName, nodes.all(), pods, neighbours()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A route for each other node: its Pods' range and its address. */
    static Map<String, String> wanted(
            String own, Collection<Node> nodes, Ipv4Range pods, Predicate<String> isNeighbour) {
        Map<String, String> wanted = new TreeMap<>();
        for (Node node : nodes) {
            String range = node.getSpec() == null ? null : node.getSpec().getPodCIDR();
            String address = address(node);
            if (!node.getMetadata().getName().equals(own)
                    && range != null
                    && address != null
                    && pods.contains(range)
                    && isNeighbour.test(address)) {
                wanted.put(range, address);
            }
        }
        return wanted;
    }

    private static String address(Node node) {
        if (node.getStatus() == null || node.getStatus().getAddresses() == null) {
            return null;
        }
        return node.getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .map(NodeAddress::getAddress)
                .filter(Ipv4Range::isAddress)
                .findFirst()
                .orElse(null);
    }

    /** Whether an address lies in a network that this machine is part of, without being its own. */
    private static Predicate<String> neighbours() {
        try {
            List<InterfaceAddress> own = NetworkInterface.networkInterfaces()
                    .flatMap(each -> each.getInterfaceAddresses().stream())
                    .filter(each -> each.getAddress().getAddress().length == 4)
                    .toList();
            return address -> own.stream()
                            .noneMatch(
                                    each -> each.getAddress().getHostAddress().equals(address))
                    && own.stream().anyMatch(each -> shareNetwork(each, address));
        } catch (SocketException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("this machine's networks cannot be listed");
            return address -> false;
        }
    }

    private static boolean shareNetwork(InterfaceAddress own, String address) {
        int length = own.getNetworkPrefixLength();
        long mask = length == 0 ? 0 : 0xffffffffL << (32 - length) & 0xffffffffL;
        long here = Ipv4Range.address(own.getAddress().getHostAddress());
        return (here & mask) == (Ipv4Range.address(address) & mask);
    }

    private void apply(Map<String, String> wanted) throws InterruptedException {
        if (wanted.equals(current)) {
            return;
        }
        Map<String, String> now = new TreeMap<>();
        try {
            Map<String, String> all = new TreeMap<>(current);
            all.putAll(wanted);
            write(note, all); // before they are set: the clean-up must know them
            for (Map.Entry<String, String> route : wanted.entrySet()) {
                if (route.getValue().equals(current.get(route.getKey()))
                        || ip("route", "replace", route.getKey(), "via", route.getValue())) {
                    now.put(route.getKey(), route.getValue());
                }
            }
            for (Map.Entry<String, String> route : current.entrySet()) {
                if (!wanted.containsKey(route.getKey())) {
                    ip("route", "del", route.getKey(), "via", route.getValue());
                }
            }
            write(note, now);
        } catch (IOException e) {
            LOG.atError().setCause(e).log("routes to other nodes could not be set");
        }
        current = now;
    }

    /** Removes the routes that the file notes. */
    static int removeAll(Path note) throws IOException, InterruptedException {
        Map<String, String> noted = read(note);
        for (Map.Entry<String, String> route : noted.entrySet()) {
            ip("route", "del", route.getKey(), "via", route.getValue());
        }
        Files.deleteIfExists(note);
        return noted.size();
    }

    private static Map<String, String> read(Path note) throws IOException {
        Map<String, String> routes = new LinkedHashMap<>();
        if (Files.exists(note)) {
            for (String line : Files.readAllLines(note)) {
                String[] parts = line.split(" ");
                if (parts.length == 2) {
                    routes.put(parts[0], parts[1]);
                }
            }
        }
        return routes;
    }

    private static void write(Path note, Map<String, String> routes) throws IOException {
        StringBuilder text = new StringBuilder();
        routes.forEach((range, address) ->
                text.append(range).append(' ').append(address).append('\n'));
        Files.createDirectories(note.getParent());
        Files.writeString(note, text);
    }

    /** Runs a command of iproute2; false, with a line in the log, if it fails. */
    private static boolean ip(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean done =
                process.waitFor(COMMAND_SECONDS, java.util.concurrent.TimeUnit.SECONDS) && process.exitValue() == 0;
        if (!done) {
            LOG.atWarn()
                    .addKeyValue("command", String.join(" ", command))
                    .addKeyValue("output", output.strip())
                    .log("a route could not be changed");
        }
        return done;
    }

    @Override
    public void close() {
        worker.interrupt();
        nodes.close();
    }
}
