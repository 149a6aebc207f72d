package io.k8j.junit;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.fleet.Fleet;
import io.k8j.kubelet.fleet.FleetConfig;
import io.k8j.kubelet.linux.FileTrees;
import io.k8j.kubelet.runtime.Scripts;
import io.k8j.server.Closing;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.UserException;
import io.k8j.server.controlplane.ClusterCertificates;
import io.k8j.server.controlplane.ComponentPorts;
import io.k8j.server.controlplane.ControlPlane;
import io.k8j.store.RangeResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A cluster inside this JVM: the real API server over HTTPS on a free loopback port, all controllers, the scheduler and
 * simulated nodes, over a store in memory. Any number may run at once. Safe for all threads; {@link #close} ends
 * everything, and requests that run then are answered or cut off cleanly.
 */
public final class K8jCluster implements AutoCloseable {
    private static final int PORT_ATTEMPTS = 10;
    private static final Duration QUIESCENT_LIMIT = Duration.ofSeconds(30);
    private static final Duration STEP_LIMIT = Duration.ofSeconds(5);
    private static final Steps QUIET =
            new Steps(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);

    private final Closing closing = new Closing();
    private final FakeTime time;
    private final Faults faults = new Faults();
    private final Scripts scripts = new Scripts();
    private final String token = Secrets.newToken();
    private final SimulatedNodes nodes;
    private final ClusterCertificates certificates;
    private final K8jOptions options;
    private final Path directory;
    private final ControlPlane plane;
    private final Activity activity;
    private final Clients clients;
    private final Manifests manifests;
    private ServerConfig config;
    private Fleet fleet; // null if there are no light nodes
    private WebhookServer webhooks; // guarded by closing; null until it is asked for

    private K8jCluster(K8jOptions wanted, RangeResult.Page state) {
        options = wanted;
        certificates = SharedParts.certificates();
        time = closing.add(FakeTime.running(wanted.clock() == null ? Instant.now() : wanted.clock()));
        try {
            directory = Files.createTempDirectory("k8j-");
            closing.add(() -> FileTrees.unmountAndDelete(directory));
            plane = closing.add(startPlane(state));
            nodes = new SimulatedNodes(plane, directory, scripts, closing);
            activity = new Activity(this, plane);
            intercept();
            plane.startControllers(config, certificates, QUIET);
            plane.startScheduler(config, QUIET);
            plane.startMetrics(certificates, false);
            clients = closing.add(new Clients(this));
            manifests = new Manifests(client(), this::core);
            furnish(state == null);
        } catch (Exception e) {
            closing.closeAfter(e);
            throw e instanceof RuntimeException unchecked
                    ? unchecked
                    : new IllegalStateException("start a cluster: " + e.getMessage(), e);
        }
    }

    private ControlPlane startPlane(RangeResult.Page state) throws Exception {
        // A token costs nothing to make, and every client knows how to show it.
        UserInfo admin = UserInfo.of("system:admin", "system:masters");
        ControlPlane.Beginning beginning = new ControlPlane.Beginning(state, Map.of(token, admin));
        for (int attempt = 1; ; attempt++) {
            config = ServerSettings.of(options, directory, ServerSettings.freePort());
            try {
                return ControlPlane.start(config, "127.0.0.1", certificates, time, QUIET, beginning);
            } catch (UserException e) {
                if (attempt == PORT_ATTEMPTS) {
                    throw e; // otherwise somebody else was faster
                }
            }
        }
    }

    /**
     * Where a component of the cluster shows its metrics, as Prometheus would find it: {@code kube-controller-manager} or
     * {@code kube-scheduler}. Opens its port at the first call.
     *
     * @throws IllegalArgumentException if there is no such component in this cluster
     */
    public synchronized URI metricsAddress(String component) {
        if (plane.componentPorts().isEmpty()) {
            InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
            plane.openComponentPorts(new ComponentPorts.Addresses(any, any));
        }
        Integer port = plane.componentPorts().get(component);
        if (port == null)
            throw new IllegalArgumentException("no component " + component + " with metrics in this cluster");
        return URI.create("https://127.0.0.1:" + port + "/metrics");
    }

    /** Adds what the options ask for; a restored cluster has definitions and manifests already. */
    private void furnish(boolean fresh) {
        if (fresh) {
            options.crds().forEach(manifests::applyFile);
        }
        for (int i = 0; i < options.nodes(); i++) {
            addNode();
        }
        if (fresh) {
            awaitPodsMayRun("default");
            options.manifests().forEach(manifests::applyFile);
        }
        if (options.lightNodes() > 0) {
            fleet = closing.add(Fleet.start(
                    plane.client("kwok", "system:kwok-controller", "system:masters"),
                    FleetConfig.DEFAULTS.withNodes(options.lightNodes(), Map.of()),
                    Fleet.defaultStages(),
                    new Random()));
        }
        if (options.frozen()) {
            awaitNodesReady();
            awaitQuiescent();
            time.freeze();
        }
    }

    static K8jCluster start(K8jOptions options, RangeResult.Page state) {
        Preload.begin(!options.crds().isEmpty());
        K8jCluster cluster = new K8jCluster(options, state);
        Preload.encryption();
        return cluster;
    }

    /** A cluster with one node. */
    public static K8jCluster start() {
        return builder().start();
    }

    /** What a cluster is to have, to be changed and started. */
    public static K8jOptions builder() {
        return K8jOptions.DEFAULTS;
    }

    private void intercept() {
        plane.apiServer().core().intercept((user, agent, call) -> {
            activity.request(call);
            faults.before(user, agent, call);
        });
    }

    /** Address of the API server. */
    public String url() {
        return "https://127.0.0.1:" + config.httpsListenPort();
    }

    Access access() {
        return new Access(url(), certificates.authorityPem(), token);
    }

    /** A kubeconfig for the administrator. */
    public String kubeconfig() {
        return kubeconfig("default");
    }

    /** A kubeconfig for the administrator whose context has a namespace. */
    public String kubeconfig(String namespace) {
        return access().kubeconfig(namespace);
    }

    /** The administrator's kubeconfig as a file that exists until the cluster is closed. */
    public Path kubeconfigFile() {
        Path file = directory.resolve("kubeconfig.yaml");
        try {
            return Files.exists(file) ? file : Files.writeString(file, kubeconfig());
        } catch (IOException e) {
            throw new UncheckedIOException("write " + file + ": " + e.getMessage(), e);
        }
    }

    /** k8j's own client, with direct calls and the administrator's rights. */
    public Client client() {
        return plane.client("k8j-junit", "system:admin", "system:masters");
    }

    /**
     * A client over HTTPS with the administrator's rights, closed with the cluster: fabric8's {@code KubernetesClient},
     * the official {@code io.kubernetes.client.openapi.ApiClient}, or k8j's own {@link Client} with direct calls. The same
     * instance comes again for the same namespace. fabric8's clients share connections and threads, which live as long as
     * the cluster: one that is closed leaves them to the others.
     *
     * @param namespace its default namespace
     * @throws IllegalArgumentException for other types
     */
    public <T> T client(Class<T> type, String namespace) {
        return clients.get(type, namespace);
    }

    /** Like {@link #client(Class, String)} with the namespace {@code default}. */
    public <T> T client(Class<T> type) {
        return client(type, "default");
    }

    /** What containers of an image do on simulated nodes, and what pulls of it meet. */
    public Scripts scripts() {
        return scripts;
    }

    /** Trouble on demand. */
    public Faults faults() {
        return faults;
    }

    /** Ends all watches as a lost connection would; clients begin new ones. */
    public void disconnectWatches() {
        core().endWatches(null);
    }

    /** Ends all watches with "410 Gone", after which clients must list anew. */
    public void expireWatches() {
        core().endWatches(Faults.refusal(410, "too old resource version"));
    }

    /** The API server's inner part, for tests that look behind the API. */
    public ApiServerCore core() {
        return plane.apiServer().core();
    }

    /** Stops the API server; everything else goes on and cannot reach it. */
    public void stopApiServer() {
        plane.stopApiServer();
    }

    /** Starts the API server again with everything that was stored, at the same address. */
    public void startApiServer() {
        try {
            plane.startApiServer();
        } catch (Exception e) {
            throw new IllegalStateException("start the API server again: " + e.getMessage(), e);
        }
        intercept();
    }

    /** Adds one more simulated node. */
    public SimulatedNode addNode() {
        return nodes.add();
    }

    /** The simulated nodes. */
    public List<SimulatedNode> nodes() {
        return nodes.all();
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public SimulatedNode node(String name) {
        return nodes.named(name);
    }

    /** Waits until all nodes say that they are ready, and Pods may go there. */
    public K8jCluster awaitNodesReady() {
        int wanted = nodes().size() + options.lightNodes();
        Wait.until(
                QUIESCENT_LIMIT.plusMillis(options.lightNodes() * 10L),
                () -> nodes.ready() >= wanted,
                () -> "only %d of %d nodes are ready".formatted(nodes.ready(), wanted));
        return this;
    }

    /** The nodes that are only played; empty if the options asked for none. */
    public Optional<Fleet> lightNodes() {
        return Optional.ofNullable(fleet);
    }

    /**
     * Applies all objects of a YAML text by server-side apply; objects without a namespace go to {@code default}. Returns
     * when they are stored and custom resources are served.
     */
    public void apply(String yaml) {
        manifests.apply("manifest", yaml, "default");
    }

    /** Creates a namespace; when this returns, Pods can run in it. */
    public void createNamespace(String name) {
        client().resources(Namespace.class)
                .create(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build());
        awaitPodsMayRun(name);
    }

    /** Pods need their namespace's ServiceAccount, and its bundle of certificates to talk to the API server. */
    private void awaitPodsMayRun(String namespace) {
        if (options.without().contains("controllers")) return;
        Wait.until(
                QUIESCENT_LIMIT,
                () -> client().resources(ServiceAccount.class)
                                .find(new ObjectKey(namespace, "default"))
                                .isPresent()
                        && client().resources(ConfigMap.class)
                                .find(new ObjectKey(namespace, "kube-root-ca.crt"))
                                .isPresent(),
                () -> "namespace %s lacks its ServiceAccount or its kube-root-ca.crt".formatted(namespace));
    }

    /** Waits until the cluster is quiescent, and keeps all that is stored, for fresh clusters that start from it. */
    public K8jSnapshot snapshot() {
        awaitQuiescent();
        K8jOptions later = options.clock() == null ? options : options.withClock(time.instant());
        return new K8jSnapshot(later, plane.state());
    }

    /** An HTTPS server within this test that the API server can call: admission and conversion webhooks. */
    public WebhookServer webhooks() {
        synchronized (closing) {
            if (webhooks == null) {
                webhooks = closing.add(WebhookServer.start(certificates, client()));
            }
            return webhooks;
        }
    }

    /** The cluster's clock. To move it, {@link #advance} is better than its own method. */
    public FakeTime time() {
        return time;
    }

    /**
     * Moves the cluster's clock: whatever becomes due on the way happens in order, and what it causes is done before time
     * goes on. A calm in which nodes show that they are alive and nothing else happens is passed over in one step, so that
     * months are a matter of seconds. Returns when the cluster is quiescent again.
     */
    public void advance(Duration span) {
        time.advance(span, this::settle);
        awaitQuiescent();
    }

    /**
     * Waits until nothing moves in the cluster: all queues are empty, every change has reached all that follow it, no
     * virtual thread has anything to do, and for a moment no request came from outside.
     *
     * @throws IllegalStateException if it still moves after 30 s
     */
    public void awaitQuiescent() {
        try {
            if (activity.awaitCalm(QUIESCENT_LIMIT) == Activity.Calm.NONE) {
                throw new IllegalStateException("the cluster is still busy after %d s: %s"
                        .formatted(QUIESCENT_LIMIT.toSeconds(), activity.busy()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the cluster", e);
        }
    }

    private FakeTime.Settled settle(boolean thoroughly) {
        Activity.Calm calm = Activity.Calm.NONE;
        try {
            calm = thoroughly ? activity.awaitCalm(QUIESCENT_LIMIT) : activity.awaitStep(STEP_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new FakeTime.Settled(activity.changes(), calm == Activity.Calm.CERTAIN);
    }

    @Override
    public void close() {
        closing.close();
    }
}
