package io.k8j.apiserver;

import io.k8j.apiserver.admission.AdmissionMetrics;
import io.k8j.apiserver.aggregation.Aggregator;
import io.k8j.apiserver.aggregation.TrustConfigMap;
import io.k8j.apiserver.authn.Authenticators;
import io.k8j.apiserver.authn.TokenRequests;
import io.k8j.apiserver.authn.jwt.ConfigurationException;
import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.authz.Authorizers;
import io.k8j.apiserver.authz.RoleReconciler;
import io.k8j.apiserver.encryption.Encryption;
import io.k8j.apiserver.encryption.KeyRotation;
import io.k8j.apiserver.flowcontrol.FlowController;
import io.k8j.apiserver.flowcontrol.FlowMaintenance;
import io.k8j.apiserver.flowcontrol.WorkEstimator;
import io.k8j.apiserver.http.ApiFrontend;
import io.k8j.apiserver.http.ComponentPages;
import io.k8j.apiserver.http.ConnectHandler;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.HttpServer;
import io.k8j.apiserver.http.RequestMetrics;
import io.k8j.apiserver.http.Serving;
import io.k8j.apiserver.metrics.AccessMetrics;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.system.FlowDocuments;
import io.k8j.apiserver.system.Health;
import io.k8j.apiserver.system.MetricPages;
import io.k8j.apiserver.system.StartHooks;
import io.k8j.model.metrics.MetricText;
import io.k8j.model.time.Time;
import io.k8j.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole API server: its core, and HTTPS in front of it. */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    static final UserInfo SELF = UserInfo.of("system:apiserver", "system:masters", "system:authenticated");

    private final AdmissionMetrics admissionMetrics = new AdmissionMetrics();
    private final ApiServerCore core;
    private final KeyRotation rotation; // null if keys are not ours to rotate
    private final FlowController flows; // null if two plain bounds are used
    private final FlowMaintenance flowObjects; // null like it
    private final Serving serving;
    private final ServingLimits limits;
    private final StartHooks hooks = new StartHooks();
    private final Aggregator aggregator;
    private final Authorizers authorizers;
    private final Authenticators authenticators;
    private final HttpServer http;
    private final ApiServerConfig config;
    private final List<ComponentPort> components = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;

    private ApiServer(Store store, ApiServerConfig config, Time time) throws IOException {
        this.config = config;
        TokenHolder tokens = new TokenHolder();
        AuthorizersHolder authorizers = new AuthorizersHolder();
        Encryption encryption = config.operations().encryption() == null
                ? Encryption.none(time)
                : config.operations().encryption();
        this.rotation = config.operations().rotation();
        this.limits = config.operations().limits();
        this.serving = new Serving(limits.requestTimeout(), limits.goawayChance());
        this.core = ApiServerCore.open(
                store,
                config.core(),
                time,
                new ApiServerCore.Parts(
                        reader -> authorizers.open(config.authorization(), reader, time),
                        internals -> ServerAdmission.chain(
                                internals,
                                authorizers.opened,
                                config.admission(),
                                config.core().apis().gates(),
                                admissionMetrics,
                                time),
                        tokens,
                        tokens,
                        ApiServerCore.Parts.CHANCE),
                encryption);
        this.authorizers = authorizers.opened;
        // Many small writes, and nothing that follows needs them; who calls over HTTPS meanwhile is refused as in
        // upstream.
        StartTask roles = StartTask.begin(
                "bootstrap-roles",
                new RoleReconciler(
                        core.transport(SELF, "kube-apiserver"), config.core().apis())::run);
        HttpServer opened = null;
        try {
            this.authenticators = authenticators(config, time);
            tokens.requests = authenticators.tokenRequests();
            hooks.done(
                    "storage-object-count-tracker-hook",
                    "start-apiextensions-informers",
                    "start-apiextensions-controllers",
                    "crd-informer-synced",
                    "start-system-namespaces-controller",
                    "storage-readiness",
                    "start-legacy-token-tracking-controller",
                    "start-service-ip-repair-controllers",
                    "scheduling/bootstrap-system-priority-classes",
                    "start-kubernetes-service-cidr-controller",
                    "bootstrap-controller"); // the core has done all of it when it is open
            this.flows = limits.priorityAndFairness() ? flows(limits, time) : null;
            this.flowObjects = flows == null
                    ? null
                    : new FlowMaintenance(call -> core.call(SELF, "kube-apiserver", call), flows, time);
            RequestMetrics metrics = new RequestMetrics();
            this.aggregator = new Aggregator(
                    core.table(),
                    core.reader(),
                    call -> core.call(SELF, "kube-apiserver", call),
                    new ServiceAddresses(core.reader()),
                    config.operations().frontProxy(),
                    time);
            Dispatcher dispatcher = new Dispatcher(
                    core,
                    aggregator.proxy(),
                    documents(config, store, metrics),
                    new ConnectHandler(core, config.kubeletTls()),
                    time,
                    metrics);
            opened = HttpServer.start(
                    config.address(),
                    config.servingTls(),
                    config.requests(),
                    ApiFrontend.of(
                            authenticators.authentication(),
                            config.authentication().requestHeaders(),
                            authorizers.opened.chain(),
                            metrics,
                            config.operations().auditor(),
                            flows == null
                                    ? ApiFrontend.maxInFlight(
                                            limits.maxRequestsInflight(), limits.maxMutatingRequestsInflight())
                                    : ApiFrontend.fairShare(flows),
                            serving,
                            core.access().metrics(),
                            dispatcher));
            this.http = opened;
            core.minWatchTimeout(limits.minRequestTimeout());
            roles.await();
            hooks.done("rbac/bootstrap-roles");
            core.passOn(aggregator.calls());
            aggregator.start();
            hooks.done(
                    "aggregator-reload-proxy-client-cert",
                    "start-kube-aggregator-informers",
                    "apiservice-status-local-available-controller",
                    "apiservice-status-remote-available-controller",
                    "apiservice-registration-controller",
                    "apiservice-discovery-controller",
                    "kube-apiserver-autoregistration",
                    "autoregister-completion",
                    "apiservice-openapi-controller",
                    "apiservice-openapiv3-controller");
            if (config.core().bootstrap()) {
                // In the background, for certificates may have to be made first and nobody waits for it.
                Thread.ofVirtual().name("publish-trust").start(() -> publishTrust(config));
            }
            hooks.done(
                    "start-cluster-authentication-info-controller",
                    "start-apiserver-admission-initializer",
                    "generic-apiserver-start-informers",
                    "priority-and-fairness-config-consumer",
                    "priority-and-fairness-filter");
            if (flowObjects == null) {
                hooks.done("priority-and-fairness-config-producer");
            } else {
                flowObjects.start(() -> hooks.done("priority-and-fairness-config-producer"));
            }
            core.audit(config.operations().auditor());
            if (rotation != null) rotation.start(core::rewriteStale);
        } catch (IOException | RuntimeException e) {
            roles.giveUp();
            if (opened != null) opened.close();
            core.close();
            authorizers.opened.close();
            throw e;
        }
    }

    private void publishTrust(ApiServerConfig config) {
        try {
            new TrustConfigMap(call -> core.call(SELF, "kube-apiserver", call))
                    .publish(
                            config.authentication().clientAuthorities().get(),
                            config.operations().frontProxy().get());
        } catch (RuntimeException e) {
            if (!stopping) LOG.atError().setCause(e).log("extension-apiserver-authentication not published");
        }
    }

    private FlowController flows(ServingLimits limits, Time time) {
        int seats = limits.maxRequestsInflight() + limits.maxMutatingRequestsInflight();
        Duration patience = limits.requestTimeout().dividedBy(4);
        Duration most = Duration.ofMinutes(1);
        return new FlowController(
                core.reader(),
                seats,
                patience.compareTo(most) > 0 ? most : patience,
                new WorkEstimator(core.table()),
                time);
    }

    private Authenticators authenticators(ApiServerConfig config, Time time) {
        try {
            return Authenticators.of(
                    config.authentication(), core.reader(), core.transport(SELF, "kube-apiserver"), time);
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException("authentication configuration: " + e.getMessage(), e);
        }
    }

    /**
     * Opens the server; when this returns it answers.
     *
     * @param store stays the caller's
     * @throws IOException if the address cannot be bound
     */
    public static ApiServer start(Store store, ApiServerConfig config, Time time) throws IOException {
        return new ApiServer(store, config, time);
    }

    public ApiServerCore core() {
        return core;
    }

    /**
     * Serves the pages of another component of this process at an address of its own, behind this server's certificate,
     * authentication and authorization, until it is closed or this server is.
     *
     * @param pages beside health and {@code /metrics/slis}: what appends each, by its path
     * @throws IOException if the address cannot be bound
     */
    public ComponentPort serveComponent(InetSocketAddress address, Map<String, Consumer<StringBuilder>> pages)
            throws IOException {
        Health health = new Health(List.of(Health.Check.of("ping", Optional::empty)));
        Map<String, Consumer<StringBuilder>> all = new LinkedHashMap<>(pages);
        all.put("/metrics/slis", health::write);
        HttpServer port = HttpServer.start(
                address,
                config.servingTls(),
                config.requests(),
                ApiFrontend.of(
                        authenticators.authentication(),
                        config.authentication().requestHeaders(),
                        authorizers.chain(),
                        new RequestMetrics(),
                        null,
                        ApiFrontend.unbounded(),
                        serving,
                        new AccessMetrics(),
                        new ComponentPages(core.access(), List.of(health, new MetricPages(all)))));
        ComponentPort opened = new ComponentPort(port);
        components.add(opened);
        return opened;
    }

    /** A component's own port. */
    public static final class ComponentPort implements AutoCloseable {
        private final HttpServer http;

        private ComponentPort(HttpServer http) {
            this.http = http;
        }

        public int port() {
            return http.port();
        }

        /** May be called twice. */
        @Override
        public void close() {
            http.close();
        }
    }

    /** The port that is served. */
    public int port() {
        return http.port();
    }

    /** The authorizers need the caches, which the core makes, and admission needs both. */
    private static final class AuthorizersHolder {
        private Authorizers opened;

        Authorizer open(AuthorizationSettings settings, ObjectReader reader, Time time) {
            try {
                opened = Authorizers.open(settings, reader, time);
                return opened.chain();
            } catch (ConfigurationException e) {
                throw new IllegalArgumentException("authorization configuration: " + e.getMessage(), e);
            }
        }
    }

    private List<Dispatcher.Documents> documents(ApiServerConfig config, Store store, RequestMetrics metrics) {
        List<Consumer<StringBuilder>> parts = new ArrayList<>();
        if (flows != null) parts.add(flows::write);
        parts.add(admissionMetrics::write);
        parts.add(authorizers::writeMetrics);
        parts.add(authenticators::writeMetrics);
        parts.add(out -> MetricText.family(
                out,
                "apiserver_tls_handshake_errors_total",
                "ALPHA",
                "Number of requests dropped with 'TLS handshake error from' error",
                "counter",
                Map.of("", http.handshakeErrors())));
        List<Dispatcher.Documents> documents = new ArrayList<>(
                new ServerPages(config, core, store, aggregator, hooks, () -> stopping).all(metrics, parts));
        if (flows != null) documents.addFirst(new FlowDocuments(flows));
        return documents;
    }

    /**
     * Stops in upstream's order: says that it is not ready, goes on serving for the configured time, takes no more
     * connections, waits for the requests under way, ends the watches, closes the connections. May be called twice.
     */
    @Override
    public void close() {
        if (stopping) return;
        stopping = true;
        pause(limits.shutdownDelay());
        components.forEach(ComponentPort::close);
        http.stopListening();
        if (!serving.drain().close(limits.requestTimeout())) {
            LOG.atWarn().log("requests were still under way when the server stopped");
        }
        core.endWatches(null);
        aggregator.close();
        http.close();
        serving.close();
        if (flowObjects != null) flowObjects.close();
        if (flows != null) flows.close();
        if (rotation != null) rotation.close();
        authenticators.close();
        core.close();
        authorizers.close();
    }

    private static void pause(Duration delay) {
        if (delay.isZero()) return;
        try {
            Thread.sleep(delay);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tokens need the caches, and the core needs somebody to ask for tokens: this breaks the circle. */
    private static final class TokenHolder implements TokenIssuer, TokenChecker {
        private volatile TokenRequests requests;

        @Override
        public Map<String, Object> issue(
                io.k8j.apiserver.spi.RequestContext context,
                io.k8j.model.api.ApiObject account,
                Map<String, Object> request) {
            return requests.issue(context, account, request);
        }

        @Override
        public Map<String, Object> check(String token, List<String> audiences) {
            return requests.check(token, audiences);
        }
    }
}
