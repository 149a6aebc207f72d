package io.k8j.kubelet;

import io.fabric8.kubernetes.api.model.Taint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A node agent's settings, under upstream's flag names.
 *
 * @param nodeName name of the Node (--hostname-override)
 * @param nodeIps addresses of the node, the main one first (--node-ip)
 * @param rootDir directory with a directory for each Pod (--root-dir)
 * @param podLogsDir directory of the Pods' logs
 * @param address address that the HTTPS server listens on
 * @param port port of the HTTPS server; 0 takes any free one
 * @param maxPods how many Pods may run
 * @param nodeLabels further labels of the Node
 * @param registerWithTaints taints of a new Node
 * @param clusterDns addresses of the cluster's DNS
 * @param clusterDomain the cluster's domain
 * @param resolvConf the node's own resolver file
 * @param cgroupRoot cgroup below which Pods lie
 * @param nodeStatusUpdateFrequency how often the node looks at itself
 * @param nodeStatusReportFrequency how often an unchanged status is written
 * @param nodeLeaseDuration for how long the node counts as alive after a renewal
 * @param containerLogMaxSize bytes after which a log is rotated
 * @param containerLogMaxFiles how many files a container's log has at most
 * @param imageGcHighThresholdPercent use of the disk that starts the removal of unused images
 * @param imageGcLowThresholdPercent use of the disk that ends it
 * @param version version string of this node agent
 * @param simulated whether there are no real containers, mounts and cgroups
 * @param extras what this node does beyond running Pods of the API
 * @param options eviction, shutdown and static Pods
 */
public record KubeletConfig(
        String nodeName,
        List<String> nodeIps,
        Path rootDir,
        Path podLogsDir,
        String address,
        int port,
        int maxPods,
        Map<String, String> nodeLabels,
        List<Taint> registerWithTaints,
        List<String> clusterDns,
        String clusterDomain,
        Path resolvConf,
        String cgroupRoot,
        Duration nodeStatusUpdateFrequency,
        Duration nodeStatusReportFrequency,
        Duration nodeLeaseDuration,
        long containerLogMaxSize,
        int containerLogMaxFiles,
        int imageGcHighThresholdPercent,
        int imageGcLowThresholdPercent,
        String version,
        boolean simulated,
        NodeExtras extras,
        KubeletOptions options) {
    public KubeletConfig {
        nodeIps = List.copyOf(nodeIps);
        nodeLabels = Map.copyOf(nodeLabels);
        registerWithTaints = List.copyOf(registerWithTaints);
        clusterDns = List.copyOf(clusterDns);
        if (maxPods < 0) throw new IllegalArgumentException("maxPods: %d must not be negative".formatted(maxPods));
        if (containerLogMaxFiles < 2) {
            throw new IllegalArgumentException(
                    "containerLogMaxFiles: %d must be 2 or more".formatted(containerLogMaxFiles));
        }
        if (imageGcLowThresholdPercent >= imageGcHighThresholdPercent) {
            throw new IllegalArgumentException(
                    "imageGCLowThresholdPercent: %d must be below imageGCHighThresholdPercent %d"
                            .formatted(imageGcLowThresholdPercent, imageGcHighThresholdPercent));
        }
    }

    /** Upstream's defaults, with everything below one data directory. */
    public static KubeletConfig defaults(String nodeName, List<String> nodeIps, Path dataDir) {
        return new KubeletConfig(
                nodeName,
                nodeIps,
                dataDir.resolve("agent/kubelet"),
                dataDir.resolve("agent/logs/pods"),
                "0.0.0.0",
                10250,
                110,
                Map.of(),
                List.of(),
                List.of(),
                "cluster.local",
                Path.of("/etc/resolv.conf"),
                "/",
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofSeconds(40),
                10L << 20,
                5,
                85,
                80,
                "v1.36.0+k8j0",
                false,
                NodeExtras.NONE,
                KubeletOptions.DEFAULTS);
    }

    /** With other labels and taints. */
    public KubeletConfig withRegistration(Map<String, String> labels, List<Taint> taints) {
        return with(draft -> {
            draft.nodeLabels = labels;
            draft.registerWithTaints = taints;
        });
    }

    /** With another place to listen at. */
    public KubeletConfig withListener(String newAddress, int newPort) {
        return with(draft -> {
            draft.address = newAddress;
            draft.port = newPort;
        });
    }

    /** With the cluster's DNS. */
    public KubeletConfig withClusterDns(List<String> servers, String domain) {
        return with(draft -> {
            draft.clusterDns = servers;
            draft.clusterDomain = domain;
        });
    }

    /** With another version string, number of Pods and cgroup. */
    public KubeletConfig withNode(String newVersion, int newMaxPods, String newCgroupRoot) {
        return with(draft -> {
            draft.version = newVersion;
            draft.maxPods = newMaxPods;
            draft.cgroupRoot = newCgroupRoot;
        });
    }

    /** For a node without real containers. */
    public KubeletConfig forSimulation() {
        return with(draft -> {
            draft.simulated = true;
            draft.options = draft.options.withHealthz(null); // many of them would want the one port
        });
    }

    /** With other extras. */
    public KubeletConfig withExtras(NodeExtras newExtras) {
        return with(draft -> draft.extras = newExtras);
    }

    /** With other options. */
    public KubeletConfig withOptions(KubeletOptions newOptions) {
        return with(draft -> draft.options = newOptions);
    }

    /** With other bounds of logs and unused images. */
    public KubeletConfig withUpkeep(long logSize, int logFiles, int imagesHigh, int imagesLow) {
        return with(draft -> {
            draft.containerLogMaxSize = logSize;
            draft.containerLogMaxFiles = logFiles;
            draft.imageGcHighThresholdPercent = imagesHigh;
            draft.imageGcLowThresholdPercent = imagesLow;
        });
    }

    private KubeletConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** A copy whose fields may be changed. */
    private static final class Draft {
        private final String nodeName;
        private final List<String> nodeIps;
        private final Path rootDir;
        private final Path podLogsDir;
        private String address;
        private int port;
        private int maxPods;
        private Map<String, String> nodeLabels;
        private List<Taint> registerWithTaints;
        private List<String> clusterDns;
        private String clusterDomain;
        private final Path resolvConf;
        private String cgroupRoot;
        private final Duration nodeStatusUpdateFrequency;
        private final Duration nodeStatusReportFrequency;
        private final Duration nodeLeaseDuration;
        private long containerLogMaxSize;
        private int containerLogMaxFiles;
        private int imageGcHighThresholdPercent;
        private int imageGcLowThresholdPercent;
        private String version;
        private boolean simulated;
        private NodeExtras extras;
        private KubeletOptions options;

        Draft(KubeletConfig config) {
            nodeName = config.nodeName;
            nodeIps = config.nodeIps;
            rootDir = config.rootDir;
            podLogsDir = config.podLogsDir;
            address = config.address;
            port = config.port;
            maxPods = config.maxPods;
            nodeLabels = config.nodeLabels;
            registerWithTaints = config.registerWithTaints;
            clusterDns = config.clusterDns;
            clusterDomain = config.clusterDomain;
            resolvConf = config.resolvConf;
            cgroupRoot = config.cgroupRoot;
            nodeStatusUpdateFrequency = config.nodeStatusUpdateFrequency;
            nodeStatusReportFrequency = config.nodeStatusReportFrequency;
            nodeLeaseDuration = config.nodeLeaseDuration;
            containerLogMaxSize = config.containerLogMaxSize;
            containerLogMaxFiles = config.containerLogMaxFiles;
            imageGcHighThresholdPercent = config.imageGcHighThresholdPercent;
            imageGcLowThresholdPercent = config.imageGcLowThresholdPercent;
            version = config.version;
            simulated = config.simulated;
            extras = config.extras;
            options = config.options;
        }

        KubeletConfig finished() {
            return new KubeletConfig(
                    nodeName,
                    nodeIps,
                    rootDir,
                    podLogsDir,
                    address,
                    port,
                    maxPods,
                    nodeLabels,
                    registerWithTaints,
                    clusterDns,
                    clusterDomain,
                    resolvConf,
                    cgroupRoot,
                    nodeStatusUpdateFrequency,
                    nodeStatusReportFrequency,
                    nodeLeaseDuration,
                    containerLogMaxSize,
                    containerLogMaxFiles,
                    imageGcHighThresholdPercent,
                    imageGcLowThresholdPercent,
                    version,
                    simulated,
                    extras,
                    options);
        }
    }
}
