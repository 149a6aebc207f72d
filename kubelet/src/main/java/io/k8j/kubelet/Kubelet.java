package io.k8j.kubelet;

import io.k8j.client.Client;
import io.k8j.client.EventBroadcaster;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.dra.DynamicResources;
import io.k8j.kubelet.eviction.PressureRelief;
import io.k8j.kubelet.hostports.HostPorts;
import io.k8j.kubelet.manifests.Manifests;
import io.k8j.kubelet.node.Housekeeping;
import io.k8j.kubelet.node.Machine;
import io.k8j.kubelet.node.NodeAgent;
import io.k8j.kubelet.node.NodeFacts;
import io.k8j.kubelet.plugins.PluginSockets;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.pods.spec.NodeInfo;
import io.k8j.kubelet.pods.status.PodEvents;
import io.k8j.kubelet.server.HealthPort;
import io.k8j.kubelet.server.KubeletServer;
import io.k8j.kubelet.server.KubeletTls;
import io.k8j.kubelet.shutdown.Inhibitor;
import io.k8j.kubelet.shutdown.NodeShutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The agent of one node: registers it, runs the Pods bound to it, and serves their logs and streams. Several may run in
 * one process, each with its own directories.
 *
 * <p>Closing leaves all containers running; the next start takes them up again.
 */
public final class Kubelet implements AutoCloseable {
    private final EventBroadcaster broadcaster;
    private final DynamicResources devices;
    private final Optional<PluginSockets> plugins;
    private final Manifests manifests;
    private final PodWorkers pods;
    private final KubeletServer server;
    private final Optional<HealthPort> health;
    private final NodeAgent node;
    private final Housekeeping housekeeping;
    private final PressureRelief relief; // null on a simulated node
    private final NodeShutdown shutdown;
    private final Optional<Inhibitor> inhibitor;

    private Kubelet(
            EventBroadcaster broadcaster,
            DynamicResources devices,
            Optional<PluginSockets> plugins,
            Manifests manifests,
            PodWorkers pods,
            KubeletServer server,
            Optional<HealthPort> health,
            NodeAgent node,
            Housekeeping housekeeping,
            PressureRelief relief,
            NodeShutdown shutdown,
            Optional<Inhibitor> inhibitor) {
        this.broadcaster = broadcaster;
        this.devices = devices;
        this.plugins = plugins;
        this.manifests = manifests;
        this.pods = pods;
        this.server = server;
        this.health = health;
        this.node = node;
        this.housekeeping = housekeeping;
        this.relief = relief;
        this.shutdown = shutdown;
        this.inhibitor = inhibitor;
    }

    /**
     * Starts the agent and returns; the node becomes ready when the runtime and its network are.
     *
     * @param client the way to the API with the node's identity; not closed by this
     * @param runtime the container runtime; not closed by this
     * @param tls certificate of the server and the authorities whose clients it serves, read for each connection; null for
     *     plain HTTP
     *     on loopback in tests
     * @param onPodCidr gets the node's range of addresses, to be handed to the network plugin
     * @throws IOException if a directory cannot be made or the server cannot listen
     */
    public static Kubelet start(
            KubeletConfig config,
            Client client,
            ContainerRuntime runtime,
            Supplier<KubeletTls> tls,
            Consumer<String> onPodCidr)
            throws IOException {
        Files.createDirectories(config.rootDir().resolve("pods"));
        Files.createDirectories(config.podLogsDir());
        Machine machine = Machine.inspect(config.rootDir());
        NodeInfo info = new NodeInfo(
                config.nodeName(),
                config.nodeIps(),
                machine.allocatable(config.maxPods(), config.options().eviction()),
                machine.memory(),
                config.rootDir(),
                config.podLogsDir(),
                config.cgroupRoot(),
                config.clusterDns(),
                config.clusterDomain(),
                config.resolvConf(),
                !config.simulated());
        EventBroadcaster broadcaster = EventBroadcaster.start(client);
        PodEvents events = PodEvents.to(broadcaster.recorder("kubelet", config.nodeName()));
        HostPorts hostPorts =
                HostPorts.in(config.extras().hostPortTable(), config.extras().bridge());
        DynamicResources devices = config.simulated()
                ? DynamicResources.none()
                : DynamicResources.start(config.rootDir(), config.nodeName(), client);
        PodWorkers pods = PodWorkers.start(client, runtime, info, hostPorts, events, devices);
        Optional<PluginSockets> plugins = config.simulated()
                ? Optional.empty()
                : Optional.of(PluginSockets.start(config.rootDir().resolve("plugins_registry"), devices.handlers()));
        Manifests manifests =
                Manifests.start(config.options().manifests(), config.nodeName(), client.time(), pods::setStatic);
        KubeletServer server = KubeletServer.start(config, client, runtime, pods, machine, tls);
        Optional<HealthPort> health =
                Optional.ofNullable(config.options().healthz()).map(HealthPort::open);
        Housekeeping housekeeping = Housekeeping.start(config, runtime, pods, client.time());
        PressureRelief relief = config.simulated() ? null : relief(config, runtime, pods, housekeeping, events, client);
        NodeShutdown shutdown = new NodeShutdown(config.options().shutdown(), pods);
        NodeFacts facts = new NodeFacts(
                config, runtime, machine, () -> relief == null ? Set.of() : relief.conditions(), shutdown::isUnderWay);
        NodeAgent node = NodeAgent.start(client, config, facts, events, server.port(), onPodCidr);
        pods.admit(node.view(() -> relief == null ? Set.of() : relief.conditions()));
        Optional<Inhibitor> inhibitor = config.simulated()
                ? Optional.empty()
                : Inhibitor.start(
                        config.options().shutdown(),
                        client.time(),
                        () -> shutdown.run(node::refresh),
                        () -> shutdown.calledOff(node::refresh));
        return new Kubelet(
                broadcaster,
                devices,
                plugins,
                manifests,
                pods,
                server,
                health,
                node,
                housekeeping,
                relief,
                shutdown,
                inhibitor);
    }

    /** A simulated node uses nothing of this machine that it could give back; others look after it. */
    private static PressureRelief relief(
            KubeletConfig config,
            ContainerRuntime runtime,
            PodWorkers pods,
            Housekeeping housekeeping,
            PodEvents events,
            Client client) {
        var node = new PressureRelief.NodeSide(
                () -> Machine.left(config.rootDir(), config.rootDir()),
                housekeeping::freeDisk,
                event ->
                        events.record(NodeAgent.reference(config.nodeName()), true, event.getFirst(), event.getLast()));
        return PressureRelief.start(config.options().eviction(), node, runtime, pods, client.time());
    }

    /** Port that the HTTPS server listens on. */
    public int port() {
        return server.port();
    }

    /**
     * The machine goes down: ends all Pods within the configured grace period, the critical ones last, and returns then.
     * Without a grace period it does nothing.
     */
    public void shutDown() throws InterruptedException {
        shutdown.run(node::refresh);
    }

    /** The Pods of this node. */
    public PodWorkers pods() {
        return pods;
    }

    @Override
    public void close() {
        inhibitor.ifPresent(Inhibitor::close);
        if (relief != null) relief.close();
        housekeeping.close();
        node.close();
        server.close();
        health.ifPresent(HealthPort::close);
        manifests.close();
        plugins.ifPresent(PluginSockets::close);
        pods.close();
        devices.close();
        broadcaster.close();
    }
}
