package io.k8j.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All settings of {@code k8j server}; names are those of its flags.
 *
 * @param nodeIp null: the address of the interface with the default route, or else of the first one that is up
 * @param advertiseAddress null: the node's address
 * @param containerRuntimeEndpoint socket of a running containerd; null starts one of our own
 * @param disable names of components that are left out
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
        String bridge,
        Path registriesDir) {
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
        if (httpsListenPort < 0 || httpsListenPort > 65535) {
            throw new IllegalArgumentException(
                    "--https-listen-port %d: must be between 0 and 65535".formatted(httpsListenPort));
        }
        if (simulatedNodes < 0) {
            throw new IllegalArgumentException("--simulated-nodes %d: must not be negative".formatted(simulatedNodes));
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
