package io.k8j.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A node with Pods and a client outside, all network namespaces of this test: the node has the bridge 10.42.0.1/24 with
 * Pods 10.42.0.2, .3 and .4, and the address 192.0.2.1; the outside client is 192.0.2.9.
 */
final class TestNetwork implements AutoCloseable {
    static final String NODE_IP = "192.0.2.1";
    static final String OUTSIDE_IP = "192.0.2.9";
    private static final int PODS = 3;

    private final String prefix = "k8jn-" + ProcessHandle.current().pid() + "-";
    private final List<Process> servers = new ArrayList<>();

    /** Why such a network cannot be made here; empty if it can. */
    static Optional<String> obstacle() {
        if (!"root".equals(System.getProperty("user.name")))
            return Optional.of("needs root to make network namespaces");
        for (String tool : List.of("ip", "nft", "socat", "conntrack")) {
            boolean found =
                    Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, tool)));
            if (!found) return Optional.of("needs the program " + tool);
        }
        return Optional.empty();
    }

    static TestNetwork create() throws IOException {
        TestNetwork network = new TestNetwork();
        try {
            network.build();
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void build() throws IOException {
        StringBuilder script = new StringBuilder("set -e\n");
        String node = name("node");
        script.append("ip netns add %s\n".formatted(node));
        script.append("ip -n %s link set lo up\n".formatted(node));
        script.append("ip -n %s link add br0 type bridge\n".formatted(node));
        script.append("ip -n %s addr add 10.42.0.1/24 dev br0\n".formatted(node));
        script.append("ip -n %s link set br0 up\n".formatted(node));
        for (int i = 1; i <= PODS; i++) {
            String pod = name("pod" + i);
            script.append("ip netns add %s\n".formatted(pod));
            script.append("ip -n %s link add veth%d type veth peer name eth0 netns %s\n".formatted(node, i, pod));
            script.append("ip -n %s link set veth%d master br0 up\n".formatted(node, i));
            script.append(
                    "ip netns exec %s sh -c 'echo 1 > /sys/class/net/veth%d/brport/hairpin_mode'\n".formatted(node, i));
            script.append("ip -n %s addr add 10.42.0.%d/24 dev eth0\n".formatted(pod, i + 1));
            script.append("ip -n %s link set eth0 up\n".formatted(pod));
            script.append("ip -n %s link set lo up\n".formatted(pod));
            script.append("ip -n %s route add default via 10.42.0.1\n".formatted(pod));
        }
        String outside = name("outside");
        script.append("ip netns add %s\n".formatted(outside));
        script.append("ip -n %s link add uplink type veth peer name eth0 netns %s\n".formatted(node, outside));
        script.append("ip -n %s addr add %s/24 dev uplink\n".formatted(node, NODE_IP));
        script.append("ip -n %s link set uplink up\n".formatted(node));
        script.append("ip -n %s addr add %s/24 dev eth0\n".formatted(outside, OUTSIDE_IP));
        script.append("ip -n %s link set eth0 up\n".formatted(outside));
        script.append("ip -n %s link set lo up\n".formatted(outside));
        script.append("ip -n %s route add default via %s\n".formatted(node, OUTSIDE_IP));
        script.append("ip -n %s route add 203.0.113.0/24 via %s\n".formatted(outside, NODE_IP));
        Commands.Result result = Commands.HERE.run(script.toString(), "sh");
        if (!result.ok()) throw new IOException("test network: " + result.errors());
    }

    private String name(String who) {
        return prefix + who;
    }

    /** Runs programs in the namespace of {@code node}, {@code outside} or {@code pod1} to {@code pod3}. */
    Commands in(String who) {
        return new Commands(List.of("ip", "netns", "exec", name(who)));
    }

    /** Has each connection to a port answered with the namespace's name and the client's address. */
    void serve(String who, String protocol, int port) throws IOException {
        String listen = protocol.equals("UDP") ? "UDP4-RECVFROM:%d,fork" : protocol + "4-LISTEN:%d,fork,reuseaddr";
        String answer = "SYSTEM:echo " + who + " $SOCAT_PEERADDR";
        servers.add(new ProcessBuilder("ip", "netns", "exec", name(who), "socat", listen.formatted(port), answer)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** What a client gets from an address; for a failure {@code refused}, {@code silent} or the program's words. */
    String ask(String who, String protocol, String address, int port) {
        try {
            String target = protocol.equals("UDP") ? "UDP4:%s:%d" : protocol + "4:%s:%d,connect-timeout=1";
            String[] command = {"socat", "-T1", "-t1", "-", target.formatted(address, port)};
            Commands.Result result = in(who).run(protocol.equals("UDP") ? "x" : "", command);
            if (!result.output().isBlank()) return result.output().strip();
            if (result.errors().contains("refused")) return "refused";
            if (result.errors().contains("timed out") || result.errors().isEmpty()) return "silent";
            return result.errors();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Process server : servers) {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly();
        }
        for (int i = 1; i <= PODS; i++) Commands.HERE.run("", "ip", "netns", "del", name("pod" + i));
        Commands.HERE.run("", "ip", "netns", "del", name("outside"));
        Commands.HERE.run("", "ip", "netns", "del", name("node"));
    }
}
