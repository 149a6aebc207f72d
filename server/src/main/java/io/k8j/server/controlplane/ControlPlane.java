package io.k8j.server.controlplane;

import io.k8j.apiserver.ApiServer;
import io.k8j.apiserver.ApiServerConfig;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.ServingLimits;
import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.http.RequestSettings;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.client.ControllerLoop;
import io.k8j.controllers.ControllerManager;
import io.k8j.controllers.ControllersConfig;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.time.Time;
import io.k8j.scheduler.Scheduler;
import io.k8j.scheduler.SchedulerConfig;
import io.k8j.server.Closing;
import io.k8j.server.ClusterAccess;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.UserException;
import io.k8j.server.flags.ApiServerFlags;
import io.k8j.server.flags.FlagValues;
import io.k8j.server.flags.SchedulerFlags;
import io.k8j.store.RangeResult;
import io.k8j.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Store, API server and what runs on top of it in this process. */
public final class ControlPlane implements ClusterAccess, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private final Closing closing = new Closing();
    private final Time time;
    private Store store;
    private Starter starter;
    private final ResourceMetrics metrics; // null if there are none
    private volatile ApiServer apiServer; // null while it is stopped
    private volatile ComponentPorts componentPorts = ComponentPorts.NONE;
    private ControllerManager controllers; // null before they are started
    private Scheduler scheduler; // null before it is started

    /**
     * What is there from the beginning, for clusters in tests.
     *
     * @param state what a memory store begins with, see {@link #state}; null: with nothing
     * @param tokens users who prove themselves by a bearer token
     */
    public record Beginning(RangeResult.Page state, Map<String, UserInfo> tokens) {
        public static final Beginning EMPTY = new Beginning(null, Map.of());

        public Beginning {
            tokens = Map.copyOf(tokens);
        }
    }

    /** Starts an API server over the store that is open. */
    @FunctionalInterface
    private interface Starter {
        ApiServer start() throws Exception;
    }

    private ControlPlane(Time time, ResourceMetrics metrics) {
        this.time = time;
        this.metrics = metrics;
    }

    /** Starts store and API server; when this returns, the API answers. */
    public static ControlPlane start(
            ServerConfig config, String advertiseAddress, ClusterCertificates certificates, Time time, Steps steps)
            throws Exception {
        return start(config, advertiseAddress, certificates, time, steps, Beginning.EMPTY);
    }

    /**
     * Starts like the other {@code start}, with something that is there from the beginning.
     */
    public static ControlPlane start(
            ServerConfig config,
            String advertiseAddress,
            ClusterCertificates certificates,
            Time time,
            Steps steps,
            Beginning beginning)
            throws Exception {
        ResourceMetrics metrics = ResourceMetrics.of(config, time);
        ControlPlane plane = new ControlPlane(time, metrics);
        try {
            Store store = steps.step(
                    "store: " + StoreOpening.name(config),
                    () -> StoreOpening.open(config, time, beginning.state(), plane.closing));
            plane.store = store;
            Operations operations = operations(config, plane.closing, time).withFrontProxy(certificates::frontProxy);
            ServedApis apis = metrics == null ? apis(config) : apis(config).withUsage(metrics.usage());
            plane.starter = () -> startApiServer(
                    store, config, apis, advertiseAddress, certificates, operations, beginning.tokens(), time);
            plane.closing.add(plane::stopApiServer);
            plane.apiServer = steps.step(
                    "API server: https://" + config.bindAddress() + ":" + config.httpsListenPort(),
                    () -> plane.starter.start());
            return plane;
        } catch (Exception e) {
            plane.closing.closeAfter(e);
            throw e;
        }
    }

    private static Operations operations(ServerConfig config, Closing closing, Time time) {
        StoredEncryption encryption = closing.add(StoredEncryption.open(config, time));
        Auditor auditor = AuditSettings.open(config.apiServerFlags(), time);
        if (auditor != null) closing.add(auditor);
        return Operations.DEFAULTS
                .withEncryption(encryption.encryption(), encryption.rotation())
                .withAuditor(auditor)
                .withLimits(limits(config.apiServerFlags()))
                .withFlags(config.apiServerFlags().all());
    }

    private static ServingLimits limits(FlagValues flags) {
        ServingLimits defaults = ServingLimits.DEFAULTS;
        try {
            return new ServingLimits(
                    Math.toIntExact(flags.number("max-requests-inflight", defaults.maxRequestsInflight())),
                    Math.toIntExact(
                            flags.number("max-mutating-requests-inflight", defaults.maxMutatingRequestsInflight())),
                    flags.isOn("enable-priority-and-fairness", defaults.priorityAndFairness()),
                    flags.duration("request-timeout", defaults.requestTimeout()),
                    Duration.ofSeconds(flags.number(
                            "min-request-timeout", defaults.minRequestTimeout().toSeconds())),
                    flags.duration("shutdown-delay-duration", defaults.shutdownDelay()),
                    Double.parseDouble(flags.text("goaway-chance", "0")));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    private static ApiServer startApiServer(
            Store store,
            ServerConfig config,
            ServedApis apis,
            String advertiseAddress,
            ClusterCertificates certificates,
            Operations operations,
            Map<String, UserInfo> tokens,
            Time time) {
        apis.gates()
                .withoutEffect()
                .forEach(gate -> LOG.atWarn().addKeyValue("gate", gate).log("feature gate changes nothing here"));
        String[] ports = config.serviceNodePortRange().split("-", 2);
        ApiServerConfig settings;
        try {
            settings = new ApiServerConfig(
                    CoreConfig.DEFAULTS
                            .withServiceRange(config.serviceCidr())
                            .withNodePorts(Integer.parseInt(ports[0]), Integer.parseInt(ports[1]))
                            .withAdvertised(advertiseAddress, config.httpsListenPort())
                            .withApis(apis),
                    new InetSocketAddress(config.bindAddress(), config.httpsListenPort()),
                    certificates::apiServerContext,
                    AuthenticationFlags.settings(config, certificates, tokens),
                    AuthorizationFlags.settings(config.apiServerFlags()),
                    certificates::kubeletClientContext,
                    VersionDocument.tree(),
                    RequestSettings.DEFAULTS,
                    admission(config.apiServerFlags()),
                    List.of(),
                    operations);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new UserException(
                    "--service-node-port-range %s or --service-cidr %s: %s"
                            .formatted(config.serviceNodePortRange(), config.serviceCidr(), e.getMessage()),
                    e);
        }
        try {
            return ApiServer.start(store, settings, time);
        } catch (IllegalArgumentException e) {
            throw new UserException(e.getMessage(), e); // a configuration file that is wrong
        } catch (IOException e) {
            throw new UserException(
                    "cannot listen on %s:%d (%s): stop what uses the port or choose another with --https-listen-port"
                            .formatted(config.bindAddress(), config.httpsListenPort(), rootCause(e)),
                    e);
        }
    }

    /**
     * Which features and resources there are.
     *
     * @throws UserException with upstream's sentence, if a flag is wrong
     */
    static ServedApis apis(ServerConfig config) {
        FlagValues flags = config.apiServerFlags();
        try {
            return ServedApis.of(flags.map("feature-gates"), flags.map("runtime-config"));
        } catch (IllegalArgumentException e) {
            throw new UserException(ApiServerFlags.OPTION + ": " + e.getMessage(), e);
        }
    }

    private static AdmissionSettings admission(FlagValues flags) {
        try {
            return AdmissionFlags.read(flags);
        } catch (IllegalArgumentException e) {
            throw new UserException(ApiServerFlags.OPTION + ": " + e.getMessage(), e);
        }
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /** The API server; null while it is stopped. */
    public ApiServer apiServer() {
        return apiServer;
    }

    /** Stops the API server only: the store stays open, and what runs on top of it cannot reach it any more. */
    public synchronized void stopApiServer() {
        ApiServer stopped = apiServer;
        apiServer = null;
        if (stopped != null) {
            stopped.close();
        }
    }

    /** Starts the API server again after {@link #stopApiServer}, over the same store and at the same address. */
    public synchronized void startApiServer() throws Exception {
        if (apiServer == null) {
            apiServer = starter.start();
            componentPorts.open(apiServer);
        }
    }

    /** The controllers; null if they do not run. */
    public ControllerManager controllers() {
        return controllers;
    }

    /** The scheduler; null if it does not run. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** A client within this process. */
    @Override
    public Client client(String program, String user, String... groups) {
        String[] all = java.util.Arrays.copyOf(groups, groups.length + 1);
        all[groups.length] = "system:authenticated";
        return new Client(new CurrentTransport(this::apiServer, UserInfo.of(user, all), program), time, program);
    }

    @Override
    public Time time() {
        return time;
    }

    /** All that is stored now, at one revision. */
    public RangeResult.Page state() {
        return store.list("");
    }

    /** Starts the controllers over the API that is served. */
    public void startControllers(ServerConfig config, ClusterCertificates certificates, Steps steps) throws Exception {
        if (config.disable().contains("controllers")) {
            return;
        }
        Client client = client("kube-controller-manager", "system:kube-controller-manager");
        ControllersConfig settings =
                ControllerSettings.of(config, certificates, apis(config).servedGates());
        ServedCatalog catalog = new ServedCatalog(() -> {
            ApiServer now = apiServer;
            return now == null ? null : now.core().table();
        });
        controllers = closing.add(steps.step(
                "controllers", () -> ControllerManager.start(client, this::controllerClient, catalog, settings)));
    }

    /** Each controller works under its own ServiceAccount, so that it can do what its role says and no more. */
    private Client controllerClient(String account) {
        return client(
                "kube-controller-manager",
                "system:serviceaccount:kube-system:" + account,
                "system:serviceaccounts",
                "system:serviceaccounts:kube-system");
    }

    /** Starts the scheduler over the API that is served. */
    public void startScheduler(ServerConfig config, Steps steps) throws Exception {
        if (config.disable().contains("scheduler")) {
            return;
        }
        Client client = client("kube-scheduler", "system:kube-scheduler");
        scheduler = closing.add(steps.step("scheduler", () -> Scheduler.start(schedulerConfig(config), client)));
    }

    private static SchedulerConfig schedulerConfig(ServerConfig config) {
        FlagValues flags = config.schedulerFlags();
        SchedulerConfig configured = configured(flags.text("config"));
        return configured
                .withGates(schedulerGates(config))
                .withLongestWait(flags.duration(
                        "pod-max-in-unschedulable-pods-duration", configured.podMaxInUnschedulablePods()));
    }

    /** Those of the API server, but for what is switched for the scheduler alone. */
    private static FeatureGates schedulerGates(ServerConfig config) {
        Map<String, String> own = config.schedulerFlags().map("feature-gates");
        if (own.isEmpty()) return apis(config).servedGates();
        FlagValues all = config.apiServerFlags();
        Map<String, String> merged = new LinkedHashMap<>(all.map("feature-gates"));
        merged.putAll(own);
        try {
            return ServedApis.of(merged, all.map("runtime-config")).servedGates();
        } catch (IllegalArgumentException e) {
            throw new UserException(SchedulerFlags.OPTION + ": " + e.getMessage(), e);
        }
    }

    private static SchedulerConfig configured(String file) {
        if (file == null) return SchedulerConfig.DEFAULTS;
        try {
            return SchedulerConfig.parse(Files.readAllBytes(Path.of(file)));
        } catch (IOException | IllegalArgumentException e) {
            String why = e instanceof IOException ? "cannot be read (%s)".formatted(e) : e.getMessage();
            throw new UserException("%s config=%s: %s".formatted(SchedulerFlags.OPTION, file, why), e);
        }
    }

    /**
     * Begins to measure what nodes and Pods use.
     *
     * @param eager whether at once, and not only when somebody asks for the first time
     */
    public void startMetrics(ClusterCertificates certificates, boolean eager) {
        if (metrics != null) closing.add(metrics).start(this, certificates, eager);
    }

    /** Counters of the rounds in which usage is measured; empty if it is not. */
    public List<ControllerLoop.Metrics> usageRounds() {
        return metrics == null ? List.of() : metrics.rounds();
    }

    /** Opens upstream's ports of the components that run here, for whoever gathers their metrics. */
    public synchronized void openComponentPorts(ComponentPorts.Addresses addresses) {
        componentPorts = ComponentPorts.of(addresses, controllers, scheduler);
        if (apiServer != null) componentPorts.open(apiServer);
    }

    /** Where the components' own ports are, by upstream's name of the component; what could not be opened is missing. */
    public Map<String, Integer> componentPorts() {
        return componentPorts.ports();
    }

    /** Adds something that stops before the API server does. */
    public <T extends AutoCloseable> T add(T component) {
        return closing.add(component);
    }

    @Override
    public void close() {
        closing.close();
    }
}
