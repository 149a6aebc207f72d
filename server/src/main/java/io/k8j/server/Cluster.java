package io.k8j.server;

import io.k8j.client.Client;
import io.k8j.kubelet.fleet.Fleet;
import io.k8j.kubelet.fleet.FleetConfig;
import io.k8j.model.time.SystemTime;
import io.k8j.server.controlplane.ClusterCertificates;
import io.k8j.server.controlplane.ComponentPorts;
import io.k8j.server.controlplane.ControlPlane;
import io.k8j.server.install.MachineCheck;
import io.k8j.server.install.Packages;
import io.k8j.server.node.NodeComponents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** A whole cluster in this process: wires all components together, in the order in which they start. */
public final class Cluster implements AutoCloseable {
    private static final Duration FLEET_LIMIT = Duration.ofMinutes(10);

    private final ServerConfig config;
    private final Closing closing = new Closing();
    private final StopSignal stop = new StopSignal();
    private ControlPlane controlPlane;
    private NodeComponents node; // null if this server runs none
    private ClusterCertificates certificates;

    private Cluster(ServerConfig config) {
        this.config = config;
    }

    /**
     * Starts everything; when this returns, the cluster works.
     *
     * @throws UserException for what the user can put right
     */
    public static Cluster start(ServerConfig config, Steps steps) throws Exception {
        Cluster cluster = new Cluster(config);
        try {
            cluster.open(steps);
            return cluster;
        } catch (Exception e) {
            cluster.closing.closeAfter(e);
            throw e;
        }
    }

    private void open(Steps steps) throws Exception {
        steps.say("k8j " + Version.GIT + " on " + config.dataDir());
        closing.add(ServerLock.acquire(config.dataDir()));
        ClusterFile.check(config);
        StopLimit.note(config);
        checkPort(config.bindAddress(), config.httpsListenPort(), "--https-listen-port");
        prepareMachine(config, steps);
        SystemTime time = closing.add(new SystemTime());
        Addresses addresses = Addresses.of(config);
        node = config.runsNode() ? closing.add(NodeComponents.begin(config, addresses.node())) : null;
        certificates = closing.add(steps.step(
                "certificates: " + config.tlsDir(),
                () -> ClusterCertificates.open(
                        config.tlsDir(),
                        addresses.serverNames(config),
                        config.nodeName(),
                        addresses.nodeNames(config),
                        time)));
        controlPlane = closing.add(ControlPlane.start(config, addresses.advertised(), certificates, time, steps));
        steps.step("kubeconfig: " + config.writeKubeconfig(), () -> {
            writeKubeconfig();
            return null;
        });
        certificates.onRenewal(this::renewKubeconfig);
        controlPlane.startControllers(config, certificates, steps);
        controlPlane.startScheduler(config, steps);
        controlPlane.openComponentPorts(ComponentPorts.Addresses.LOCAL);
        if (node != null) {
            closing.add(() -> node.close());
            node.start(controlPlane, () -> NodeComponents.tls(certificates), steps);
            node.startNetwork(controlPlane, steps);
            steps.step("node ready", () -> {
                node.awaitReady(controlPlane);
                return null;
            });
            node.awaitDns(steps);
        }
        controlPlane.startMetrics(certificates, true);
        startFleet(steps);
    }

    /** Nodes that are only played: {@code --simulated-nodes}. */
    private void startFleet(Steps steps) throws Exception {
        if (config.simulatedNodes() == 0) {
            return;
        }
        Client client = controlPlane.client("kwok", "system:kwok-controller", "system:masters");
        FleetConfig settings = FleetConfig.DEFAULTS
                .withNodes(config.simulatedNodes(), Map.of())
                .withWorkers(4 * Runtime.getRuntime().availableProcessors(), Version.GIT);
        steps.step(config.simulatedNodes() + " simulated nodes ready", () -> {
            Fleet fleet = controlPlane.add(Fleet.start(client, settings, Fleet.defaultStages(), new Random()));
            return fleet.awaitNodes(FLEET_LIMIT);
        });
    }

    /**
     * Makes sure that the machine can be a node, and installs what is missing for that.
     *
     * @throws UserException for what the user can put right
     */
    public static void prepareMachine(ServerConfig config, Steps steps) throws Exception {
        checkMachine(config);
        install(config, steps);
    }

    private static boolean runsContainers(ServerConfig config) {
        return config.runsNode() && config.runtime() == ServerConfig.Runtime.CONTAINERD;
    }

    /** Whether this cluster has a node with real containers, which outlive the server. */
    public boolean runsContainers() {
        return runsContainers(config);
    }

    private static void checkMachine(ServerConfig config) {
        if (runsContainers(config) && !System.getProperty("os.name").equals("Linux")) {
            throw new UserException("containers need Linux: use 'k8j server --runtime simulated' here");
        }
        if (runsContainers(config) && !MachineCheck.isRoot()) {
            throw new UserException(
                    "running containers needs root: start it with sudo, or use 'k8j server --runtime simulated'");
        }
        if (runsContainers(config)) {
            checkPort("0.0.0.0", config.kubeletPort(), "--kubelet-port");
        }
    }

    private static void checkPort(String address, int port, String flag) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new UserException(
                    "port %d on %s cannot be used (%s): stop what uses it or choose another with %s"
                            .formatted(port, address, e.getMessage().toLowerCase(Locale.ROOT), flag),
                    e);
        }
    }

    private static void install(ServerConfig config, Steps steps) throws Exception {
        if (!runsContainers(config) || config.containerRuntimeEndpoint() != null) {
            return;
        }
        List<Packages.Need> missing = Packages.missing(Packages.NODE);
        if (missing.isEmpty()) {
            return;
        }
        String names = String.join(
                ", ", missing.stream().map(Packages.Need::debian).distinct().toList());
        boolean required = missing.stream().anyMatch(Packages.Need::required);
        if (!config.install()) {
            if (required) {
                throw new UserException(
                        "this machine lacks %s and --no-install forbids to install it: run 'k8j check-config' for the list"
                                .formatted(names));
            }
            return;
        }
        steps.step("installed " + names, () -> {
            Packages.install(missing);
            return null;
        });
    }

    private void writeKubeconfig() throws IOException {
        Path file = config.writeKubeconfig();
        String host =
                config.bindAddress().equals("0.0.0.0") || config.bindAddress().equals("::")
                        ? "127.0.0.1"
                        : config.bindAddress();
        KubeconfigNote.write(config.dataDir(), file);
        KubeconfigFile.write(
                file,
                "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                        + controlPlane.apiServer().port(),
                certificates.authorityPem(),
                certificates.admin());
    }

    private void renewKubeconfig() {
        try {
            writeKubeconfig();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "write the renewed kubeconfig %s: %s".formatted(config.writeKubeconfig(), e.getMessage()), e);
        }
    }

    /** Prints what the user needs next. */
    public void announce(Steps steps) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Ready after %.1f s. Next:".formatted(steps.total().toMillis() / 1000.0));
        lines.add("  export KUBECONFIG=" + config.writeKubeconfig());
        lines.add("  kubectl get nodes,pods -A");
        lines.add(
                runsContainers()
                        ? "Stop with Ctrl-C; containers go on running until 'k8j stop --all'."
                        : "Stop with Ctrl-C.");
        lines.forEach(steps::say);
    }

    /** Blocks until Ctrl-C or SIGTERM. */
    public void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Ends the Pods if the machine goes down and the kubelet is told to give them time; returns when they have ended. */
    public void shutDownNode() throws InterruptedException {
        if (node != null) {
            node.shutDown();
        }
    }

    @Override
    public void close() {
        closing.close();
        stop.closed();
    }
}
