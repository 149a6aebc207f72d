package io.k8j.kubelet.hostports;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The host ports of all Pods of this node, in a table of nftables of their own. Thread-safe; each change blocks until
 * the kernel has the new rules.
 */
public final class HostPorts {
    private static final long LIMIT_SECONDS = 30;

    private final String table;
    private final String bridge;
    private final Map<String, List<HostPort>> byPod = new TreeMap<>(); // guarded by this

    private HostPorts(String table, String bridge) {
        this.table = table;
        this.bridge = bridge;
    }

    /**
     * @param table name of the table; empty where there is no packet filter, as on a simulated node
     * @param bridge interface to which Pods are attached; empty if unknown, and host ports are then not served to callers
     *     at 127.0.0.1
     */
    public static HostPorts in(String table, String bridge) {
        return new HostPorts(table, bridge);
    }

    /**
     * Sets what a Pod has, none if {@code ports} is empty. Costs nothing if that is what it had.
     *
     * @throws IOException if the kernel refuses the rules; they are then as before
     */
    public synchronized void set(String podUid, List<HostPort> ports) throws IOException {
        List<HostPort> before = byPod.getOrDefault(podUid, List.of());
        if (before.equals(ports)) return;
        if (ports.isEmpty()) byPod.remove(podUid);
        else byPod.put(podUid, List.copyOf(ports));
        try {
            write();
        } catch (IOException e) {
            if (before.isEmpty()) byPod.remove(podUid);
            else byPod.put(podUid, before);
            throw e;
        }
    }

    /** Writes all rules anew, which takes away those of Pods that went while nobody looked. */
    public synchronized void write() throws IOException {
        if (table.isEmpty()) return;
        Collection<HostPort> all = byPod.values().stream().flatMap(List::stream).toList();
        apply(HostPortRules.transaction(table, bridge, all));
        if (!all.isEmpty() && !bridge.isEmpty()) allowFromLoopback();
    }

    /** Removes the table, if there is one. */
    public static void removeAll(String table) throws IOException {
        apply(HostPortRules.delete(table));
    }

    /** The kernel drops packets from 127.0.0.1 that leave by the bridge, rewritten or not, unless this is set. */
    private void allowFromLoopback() throws IOException {
        Path setting = Path.of("/proc/sys/net/ipv4/conf", bridge, "route_localnet");
        if (Files.isWritable(setting) && !Files.readString(setting).strip().equals("1")) {
            Files.writeString(setting, "1");
        }
    }

    private static void apply(String transaction) throws IOException {
        Process nft =
                new ProcessBuilder("nft", "-f", "-").redirectErrorStream(true).start();
        try {
            try (var stdin = nft.getOutputStream()) {
                stdin.write(transaction.getBytes(StandardCharsets.UTF_8));
            }
            String said;
            try (InputStream output = nft.getInputStream()) {
                said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (!nft.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("host ports: nft did not end within %d s".formatted(LIMIT_SECONDS));
            }
            if (nft.exitValue() != 0) {
                throw new IOException(
                        "host ports: nft: " + said.lines().findFirst().orElse("no message"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("host ports: interrupted", e);
        } finally {
            nft.destroyForcibly();
        }
    }
}
