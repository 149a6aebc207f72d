package io.k8j.apiserver;

import io.k8j.apiserver.aggregation.Aggregator;
import io.k8j.apiserver.discovery.Discovery;
import io.k8j.apiserver.discovery.OpenApiPages;
import io.k8j.apiserver.http.Dispatcher;
import io.k8j.apiserver.http.RequestMetrics;
import io.k8j.apiserver.metrics.ProcessMetrics;
import io.k8j.apiserver.metrics.ServerMetrics;
import io.k8j.apiserver.system.EncryptionDocuments;
import io.k8j.apiserver.system.Health;
import io.k8j.apiserver.system.ServerDocuments;
import io.k8j.apiserver.system.StartHooks;
import io.k8j.apiserver.system.ZPages;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.store.Store;
import io.k8j.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Everything that is served beside resources: discovery, OpenAPI, health, metrics, version and the like. */
final class ServerPages {
    private final ApiServerConfig config;
    private final ApiServerCore core;
    private final Store store;
    private final Aggregator aggregator;
    private final StartHooks hooks;
    private final BooleanSupplier stopping;

    /** @param stopping whether the server is about to end */
    ServerPages(
            ApiServerConfig config,
            ApiServerCore core,
            Store store,
            Aggregator aggregator,
            StartHooks hooks,
            BooleanSupplier stopping) {
        this.aggregator = aggregator;
        this.config = config;
        this.core = core;
        this.store = store;
        this.hooks = hooks;
        this.stopping = stopping;
    }

    /** @param parts further parts of {@code /metrics} */
    List<Dispatcher.Documents> all(RequestMetrics requests, List<Consumer<StringBuilder>> parts) {
        Operations operations = config.operations();
        Health health = new Health(checks());
        List<Consumer<StringBuilder>> metrics = new ArrayList<>(config.metrics());
        metrics.add(requests::write);
        metrics.add(core::writeMetrics);
        metrics.addAll(parts);
        if (operations.auditor() != null) metrics.add(operations.auditor().metrics()::write);
        if (operations.encryption() != null) {
            metrics.add(operations.encryption().metrics()::write);
        }
        metrics.add(out ->
                ServerMetrics.write(out, config.version(), config.core().apis().gates(), core.table()));
        metrics.add(ProcessMetrics::write);
        ServerDocuments server = new ServerDocuments(
                config.version(), metrics, config.authentication(), ownAddress(), health, this::apiPaths);
        List<Dispatcher.Documents> documents = new ArrayList<>();
        if (operations.rotation() != null) documents.add(new EncryptionDocuments(operations.rotation()));
        documents.addAll(List.of(
                new Discovery(core.table(), aggregator.documents()),
                new OpenApiPages(
                        core.table(),
                        aggregator.documents(),
                        String.valueOf(config.version().get("gitVersion")),
                        core.time()),
                health,
                new ZPages(config.version(), operations.flags(), server::allPaths),
                server));
        return documents;
    }

    private List<Health.Check> checks() {
        List<Health.Check> checks = new ArrayList<>();
        checks.add(Health.Check.of("ping", Optional::empty));
        checks.add(Health.Check.of("log", Optional::empty)); // writing a line never blocks here
        checks.add(Health.Check.of("etcd", this::storeFails));
        checks.add(Health.Check.ready("etcd-readiness", this::storeFails));
        if (config.operations().encryption() != null
                && config.operations().encryption().usesPlugins()) {
            checks.add(Health.Check.of("kms-providers", config.operations().encryption()::check));
        }
        checks.add(Health.Check.ready("informer-sync", Optional::empty)); // caches are full before anybody listens
        hooks.checks().forEach(checks::add);
        checks.add(Health.Check.ready(
                "shutdown",
                () -> stopping.getAsBoolean() ? Optional.of("process is shutting down") : Optional.empty()));
        return checks;
    }

    private Optional<String> storeFails() {
        try {
            store.get("/registry/health");
            return Optional.empty();
        } catch (StoreException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Where others reach this server, for the documents that name it. */
    private String ownAddress() {
        String host = config.core().advertiseAddress();
        return "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + config.core().advertisePort();
    }

    private List<String> apiPaths() {
        TreeSet<String> paths = new TreeSet<>(List.of("/api", "/apis", "/apis/"));
        core.table().all().forEach(served -> {
            GroupVersionResource gvr = served.gvr();
            if (gvr.group().isEmpty()) {
                paths.add("/api/" + gvr.version());
            } else {
                paths.add("/apis/" + gvr.group());
                paths.add("/apis/" + gvr.group() + "/" + gvr.version());
            }
        });
        return List.copyOf(paths);
    }
}
