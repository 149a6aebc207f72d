package io.k8j.server.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.dns.DnsConfig;
import io.k8j.dns.DnsServer;
import io.k8j.kubelet.Kubelet;
import io.k8j.kubelet.KubeletConfig;
import io.k8j.kubelet.NodeExtras;
import io.k8j.kubelet.containerd.CniConfig;
import io.k8j.kubelet.containerd.ContainerdConfig;
import io.k8j.kubelet.containerd.ContainerdProcess;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.CriRuntime;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.kubelet.server.KubeletTls;
import io.k8j.proxy.Proxier;
import io.k8j.proxy.ProxyConfig;
import io.k8j.server.Closing;
import io.k8j.server.ClusterAccess;
import io.k8j.server.InstanceId;
import io.k8j.server.Ipv4Range;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.UserException;
import io.k8j.server.Version;
import io.k8j.server.controlplane.ClusterCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Container runtime and kubelet of this machine. */
public final class NodeComponents implements AutoCloseable {
    private static final int PROXY_METRICS_PORT = 10249; // upstream's
    private static final Duration RUNTIME_LIMIT = Duration.ofSeconds(60);
    private static final Duration DNS_LIMIT = Duration.ofSeconds(30);
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);

    private final Closing closing = new Closing();
    private final ServerConfig config;
    private final String nodeIp;
    private ContainerdConfig containerd;
    private ContainerdProcess process;
    private Kubelet kubelet; // null before it is started

    private NodeComponents(ServerConfig config, String nodeIp) {
        this.config = config;
        this.nodeIp = nodeIp;
    }

    /** Begins to start the container runtime, which takes its time; the rest of the server starts meanwhile. */
    public static NodeComponents begin(ServerConfig config, String nodeIp) throws IOException {
        NodeComponents node = new NodeComponents(config, nodeIp);
        if (config.runtime() == ServerConfig.Runtime.CONTAINERD && config.containerRuntimeEndpoint() == null) {
            Path cniBinDir = CniConfig.findBinDir()
                    .orElseThrow(() -> new UserException(
                            "the CNI plugins are missing: install containernetworking-plugins, or leave"
                                    + " --no-install away"));
            node.containerd =
                    withRegistries(ContainerdConfig.under(config.dataDir(), cniBinDir), config.registriesDir());
            node.process = node.closing.add(ContainerdProcess.start(node.containerd));
        }
        return node;
    }

    private static ContainerdConfig withRegistries(ContainerdConfig config, Path registriesDir) {
        return registriesDir == null
                ? config
                : new ContainerdConfig(
                        config.binary(),
                        config.root(),
                        config.state(),
                        config.cniBinDir(),
                        config.cniConfDir(),
                        registriesDir.toAbsolutePath(),
                        config.logFile(),
                        config.snapshotter(),
                        config.restrictOomScoreAdj());
    }

    /** Starts the kubelet and waits until the node is ready. */
    public void start(ClusterAccess plane, Supplier<KubeletTls> tls, Steps steps) throws Exception {
        if (hasDns()) {
            DnsAccount.ensure(plane.client("k8j", "system:admin", "system:masters"));
        }
        ContainerRuntime runtime = closing.add(steps.step("container runtime: " + runtimeName(), () -> connect(plane)));
        Client client = plane.client("kubelet", "system:node:" + config.nodeName(), "system:nodes");
        kubelet = closing.add(steps.step(
                "kubelet: node " + config.nodeName() + " at " + nodeIp,
                () -> Kubelet.start(kubeletConfig(), client, runtime, tls, podCidr -> writeNetwork(podCidr))));
    }

    /** Starts the service proxy and the cluster's DNS. */
    public void startNetwork(ClusterAccess plane, Steps steps) throws Exception {
        if (config.runtime() == ServerConfig.Runtime.SIMULATED) {
            return;
        }
        if (!config.disable().contains("proxy")) {
            Client client = plane.client("kube-proxy", "system:kube-proxy");
            ProxyConfig settings = ProxyConfig.of(
                            config.nodeName(),
                            List.of(nodeIp),
                            List.of(config.clusterCidr()),
                            List.of(config.serviceCidr()))
                    .withTable(InstanceId.table(config.dataDir()))
                    .withMetrics(new InetSocketAddress(InetAddress.getLoopbackAddress(), PROXY_METRICS_PORT));
            closing.add(steps.step("service proxy: nftables", () -> Proxier.start(settings, client)));
        }
        if (containerd != null) {
            closing.add(NodeRoutes.start(
                    config.nodeName(),
                    Ipv4Range.of("--cluster-cidr", config.clusterCidr(), 8, 24),
                    plane.client("kube-proxy", "system:kube-proxy"),
                    routes(config.dataDir())));
        }
        if (hasDns()) {
            Client client = plane.client(
                    "coredns", DnsAccount.USER, "system:serviceaccounts", "system:serviceaccounts:kube-system");
            DnsConfig settings = DnsConfig.of(
                            InetAddress.getByName(nodeIp),
                            config.clusterDomain(),
                            List.of(config.clusterDns()),
                            config.nodeName())
                    .withOwnRanges(List.of(config.clusterCidr(), config.serviceCidr()));
            closing.add(steps.step(
                    "DNS: " + config.clusterDns() + ", domain " + config.clusterDomain(),
                    () -> DnsServer.start(settings, client)));
        }
    }

    private boolean hasDns() {
        return config.runtime() != ServerConfig.Runtime.SIMULATED
                && !config.disable().contains("dns");
    }

    /** Waits until the cluster's DNS answers at its Service address. */
    public void awaitDns(Steps steps) throws Exception {
        if (config.runtime() == ServerConfig.Runtime.SIMULATED
                || config.disable().contains("dns")
                || config.disable().contains("proxy")) {
            return;
        }
        String name = "kubernetes.default.svc." + config.clusterDomain();
        boolean answered = steps.step("DNS answers", () -> DnsProbe.awaitAnswer(config.clusterDns(), name, DNS_LIMIT));
        if (!answered) {
            throw new UserException(
                    "the cluster's DNS does not answer at %s within %d s: look at 'nft list ruleset' and at --node-ip %s"
                            .formatted(config.clusterDns(), DNS_LIMIT.toSeconds(), nodeIp));
        }
    }

    private String runtimeName() {
        if (config.runtime() == ServerConfig.Runtime.SIMULATED) {
            return "simulated";
        }
        return config.containerRuntimeEndpoint() != null
                ? config.containerRuntimeEndpoint()
                : containerd.socket().toString();
    }

    private ContainerRuntime connect(ClusterAccess plane) throws Exception {
        if (config.runtime() == ServerConfig.Runtime.SIMULATED) {
            String prefix = config.clusterCidr().replaceAll("\\.\\d+/\\d+$", ".");
            return new SimulatedRuntime(plane.time(), prefix);
        }
        if (config.containerRuntimeEndpoint() != null) {
            return CriRuntime.connect(Path.of(config.containerRuntimeEndpoint().replaceFirst("^unix://", "")));
        }
        CriRuntime runtime = CriRuntime.connect(process.socket());
        try {
            process.awaitReady(runtime, RUNTIME_LIMIT);
            return runtime;
        } catch (TimeoutException e) {
            runtime.close();
            throw new UserException(
                    "containerd did not become ready (%s): look at %s".formatted(e.getMessage(), containerd.logFile()),
                    e);
        }
    }

    private KubeletConfig kubeletConfig() {
        KubeletConfig usual = KubeletConfig.defaults(config.nodeName(), List.of(nodeIp), config.dataDir())
                .withRegistration(config.nodeLabels(), taints())
                .withListener("0.0.0.0", config.kubeletPort())
                .withClusterDns(List.of(config.clusterDns()), config.clusterDomain())
                .withNode(Version.GIT, 110, InstanceId.cgroup(config.dataDir()));
        KubeletConfig settings = KubeletSettings.apply(config.kubeletFlags(), usual);
        if (config.runtime() == ServerConfig.Runtime.SIMULATED) {
            return settings.forSimulation();
        }
        // The network of somebody else's containerd is somebody else's, too.
        return containerd == null
                ? settings
                : settings.withExtras(NodeExtras.NONE.withHostPorts(
                        InstanceId.hostPortTable(config.dataDir()), InstanceId.bridge(config.dataDir())));
    }

    private List<Taint> taints() {
        List<Taint> taints = new ArrayList<>();
        for (String text : config.nodeTaints()) {
            String[] parts = text.split(":", 2);
            if (parts.length != 2) {
                throw new UserException("--node-taint %s: must be KEY=VALUE:EFFECT".formatted(text));
            }
            String[] pair = parts[0].split("=", 2);
            Taint taint = new Taint();
            taint.setKey(pair[0]);
            taint.setValue(pair.length > 1 ? pair[1] : null);
            taint.setEffect(parts[1]);
            taints.add(taint);
        }
        return taints;
    }

    /** What the kubelet of the server's own node shows, and whom it believes. */
    public static KubeletTls tls(ClusterCertificates certificates) {
        return new KubeletTls(
                certificates.kubelet().key(),
                certificates.kubelet().chain(),
                List.copyOf(certificates.clientAuthorities()));
    }

    private void writeNetwork(String podCidr) {
        if (containerd == null) {
            return;
        }
        try {
            // The service proxy masquerades, so the bridge plugin need not.
            new CniConfig(
                            podCidr,
                            InstanceId.bridge(config.dataDir()),
                            0,
                            false,
                            config.agentDir().resolve("cni"))
                    .writeTo(containerd.cniConfDir());
        } catch (IOException e) {
            throw new UncheckedIOException("describe the Pod network: " + e.getMessage(), e);
        }
    }

    /** Waits until the node says that it is ready. */
    public void awaitReady(ClusterAccess plane) throws InterruptedException {
        Client client = plane.client("k8j", "system:admin", "system:masters");
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        String reason = "it has not registered";
        while (System.nanoTime() < deadline) {
            NodeCondition ready = client.resources(Node.class)
                    .find(ObjectKey.of(config.nodeName()))
                    .flatMap(NodeComponents::readyCondition)
                    .orElse(null);
            if (ready != null) {
                if (ready.getStatus().equals("True")) {
                    return;
                }
                reason = ready.getReason() + ": " + ready.getMessage();
            }
            Thread.sleep(10);
        }
        throw new UserException("node %s did not become ready within %d s: %s"
                .formatted(config.nodeName(), READY_LIMIT.toSeconds(), reason));
    }

    private static java.util.Optional<NodeCondition> readyCondition(Node node) {
        return node.getStatus() == null || node.getStatus().getConditions() == null
                ? java.util.Optional.empty()
                : node.getStatus().getConditions().stream()
                        .filter(condition -> condition.getType().equals("Ready"))
                        .findFirst();
    }

    /** Where the routes to other nodes' Pods are noted. */
    static Path routes(Path dataDir) {
        return dataDir.resolve("agent/routes");
    }

    /** Whether a data directory has had a node of its own. */
    static boolean existed(Path dataDir) {
        return Files.isDirectory(dataDir.resolve("agent"));
    }

    /** Ends the Pods if the machine goes down, and if they are to have time for that. */
    public void shutDown() throws InterruptedException {
        boolean waits = !KubeletSettings.shutdown(config.kubeletFlags()).total().isZero();
        if (kubelet != null && waits && MachineShutdown.isUnderWay()) {
            kubelet.shutDown();
        }
    }

    /** Stops the kubelet; containers and containerd go on. */
    @Override
    public void close() {
        closing.close();
    }
}
