package io.k8j.server;

import io.k8j.server.flags.FlagValues;
import io.k8j.server.node.KubeletSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * All settings of {@code k8j server}; names are those of its flags.
 *
 * @param nodeIp null: the address of the interface with the default route, or else of the first one that is up
 * @param advertiseAddress null: the node's address
 * @param containerRuntimeEndpoint socket of a running containerd; null starts one of our own
 * @param disable names of components that are left out
 * @param apiServerFlags flags of upstream's kube-apiserver
 * @param kubeletFlags flags of upstream's kubelet
 * @param schedulerFlags flags of upstream's kube-scheduler
 * @param controllerFlags flags of upstream's kube-controller-manager
 */
public record ServerConfig(
        Path dataDir,
        Path writeKubeconfig,
        String bindAddress,
        int httpsListenPort,
        String advertiseAddress,
        List<String> tlsSan,
        String nodeName,
        String nodeIp,
        Map<String, String> nodeLabels,
        List<String> nodeTaints,
        String clusterCidr,
        String serviceCidr,
        String clusterDns,
        String clusterDomain,
        String serviceNodePortRange,
        String datastoreEndpoint,
        String token,
        Set<String> disable,
        Runtime runtime,
        int simulatedNodes,
        boolean disableAgent,
        String containerRuntimeEndpoint,
        boolean install,
        int kubeletPort,
        Path registriesDir,
        FlagValues apiServerFlags,
        FlagValues kubeletFlags,
        FlagValues schedulerFlags,
        FlagValues controllerFlags) {
    private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    /** What runs the containers. */
    public enum Runtime {
        CONTAINERD,
        SIMULATED
    }

    public ServerConfig {
        tlsSan = List.copyOf(tlsSan);
        nodeLabels = Map.copyOf(nodeLabels);
        nodeTaints = List.copyOf(nodeTaints);
        disable = Set.copyOf(disable);
        checkPort("--https-listen-port", httpsListenPort);
        checkPort("--kubelet-port", kubeletPort);
        checkRanges(clusterCidr, serviceCidr, clusterDns);
        KubeletSettings.check(kubeletFlags);
        if (!NODE_NAME.matcher(nodeName).matches() || nodeName.length() > 253) {
            throw new IllegalArgumentException(
                    "--node-name %s: must be a DNS name of lower case letters, digits, '-' and '.'"
                            .formatted(nodeName));
        }
        if (simulatedNodes < 0) {
            throw new IllegalArgumentException("--simulated-nodes %d: must not be negative".formatted(simulatedNodes));
        }
    }

    /**
     * A cluster on the loopback address whose nodes are simulated, with everything else as the flags' defaults have it.
     *
     * @param store {@code --datastore-endpoint}
     * @param nodes {@code --simulated-nodes}
     */
    public static ServerConfig simulated(
            Path directory,
            int httpsListenPort,
            String store,
            Set<String> disable,
            int nodes,
            FlagValues apiServerFlags,
            FlagValues schedulerFlags) {
        return new ServerConfig(
                directory,
                directory.resolve("kubeconfig.yaml"),
                "127.0.0.1",
                httpsListenPort,
                "127.0.0.1",
                List.of(),
                "node-0",
                "127.0.0.1",
                Map.of(),
                List.of(),
                "10.42.0.0/16",
                "10.43.0.0/16",
                "10.43.0.10",
                "cluster.local",
                "30000-32767",
                store,
                null,
                disable,
                Runtime.SIMULATED,
                nodes,
                false,
                null,
                false,
                0,
                null,
                apiServerFlags,
                FlagValues.NONE,
                schedulerFlags,
                FlagValues.NONE);
    }

    /**
     * One node without a control plane: what is the control plane's own affair has the flags' defaults and is not used.
     *
     * @param dataDir {@code --data-dir}; likewise the other parameters
     */
    public static ServerConfig agent(
            Path dataDir,
            String nodeName,
            String nodeIp,
            Map<String, String> nodeLabels,
            List<String> nodeTaints,
            String clusterCidr,
            String serviceCidr,
            String clusterDns,
            String clusterDomain,
            String containerRuntimeEndpoint,
            boolean install,
            int kubeletPort,
            Path registriesDir,
            FlagValues kubeletFlags) {
        return new ServerConfig(
                dataDir,
                dataDir.resolve("kubeconfig.yaml"),
                "0.0.0.0",
                0,
                null,
                List.of(),
                nodeName,
                nodeIp,
                nodeLabels,
                nodeTaints,
                clusterCidr,
                serviceCidr,
                clusterDns,
                clusterDomain,
                "30000-32767",
                "memory",
                null,
                Set.of("dns"), // the server's node has it
                Runtime.CONTAINERD,
                0,
                false,
                containerRuntimeEndpoint,
                install,
                kubeletPort,
                registriesDir,
                FlagValues.NONE,
                kubeletFlags,
                FlagValues.NONE,
                FlagValues.NONE);
    }

    private static void checkPort(String flag, int port) {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("%s %d: must be between 0 and 65535".formatted(flag, port));
        }
    }

    private static void checkRanges(String clusterCidr, String serviceCidr, String clusterDns) {
        Ipv4Range pods = Ipv4Range.of("--cluster-cidr", clusterCidr, 8, 24);
        Ipv4Range services = Ipv4Range.of("--service-cidr", serviceCidr, 8, 30);
        if (pods.overlaps(services)) {
            throw new IllegalArgumentException(
                    "--cluster-cidr %s and --service-cidr %s: must not overlap".formatted(clusterCidr, serviceCidr));
        }
        if (!services.contains(Ipv4Range.address(clusterDns))) {
            throw new IllegalArgumentException(
                    "--cluster-dns %s: must be an address within --service-cidr %s".formatted(clusterDns, serviceCidr));
        }
    }

    public Path tlsDir() {
        return dataDir.resolve("server/tls");
    }

    public Path storeDir() {
        return dataDir.resolve("server/db");
    }

    public Path agentDir() {
        return dataDir.resolve("agent");
    }

    public boolean runsNode() {
        return !disableAgent;
    }
}
