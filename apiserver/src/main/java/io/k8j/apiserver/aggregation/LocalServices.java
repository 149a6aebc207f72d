package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an APIService for each group version that this server serves itself. Those of built-in groups are looked after
 * when the server starts, those of custom resources all the time; what somebody has made by hand stays as it is, and that
 * of {@code metrics.k8s.io} is made only where there is none, so that metrics-server may be installed over it. One virtual
 * thread works; calls wake it.
 */
final class LocalServices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalServices.class);
    private static final GroupVersionResource DEFINITIONS =
            new GroupVersionResource("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private static final String LABEL = "kube-aggregator.kubernetes.io/automanaged";
    private static final String ALWAYS = "true";
    private static final String ON_START = "onstart";
    /** Made where it is missing, and left to whoever changes it: another server may take its place. */
    private static final String ONCE = "";

    private static final long CUSTOM_GROUP = 1000;
    private static final long CUSTOM_VERSION = 100;
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final ResourceTable table;
    private final ObjectReader reader;
    private final Function<ApiCall, ApiResponse> api;
    private final Time time;
    private final Semaphore wake = new Semaphore(1);
    private volatile boolean closed;

    /** What an APIService should say. */
    private record Wanted(String group, String version, long groupPriority, long versionPriority, String management) {
        String name() {
            return version + "." + group;
        }

        Map<String, Object> spec() {
            Map<String, Object> spec = new LinkedHashMap<>();
            if (!group.isEmpty()) spec.put("group", group);
            spec.put("version", version);
            spec.put("groupPriorityMinimum", groupPriority);
            spec.put("versionPriority", versionPriority);
            return spec;
        }
    }

    LocalServices(ResourceTable table, ObjectReader reader, Function<ApiCall, ApiResponse> api, Time time) {
        this.table = table;
        this.reader = reader;
        this.api = api;
        this.time = time;
    }

    void start() {
        reader.onChange(DEFINITIONS, change -> wake.release());
        reader.onChange(ServiceIndex.API_SERVICES, change -> {
            boolean gone = change.deleted() && change.object().name().endsWith("." + ResourceRegistry.METRICS);
            if (gone || ALWAYS.equals(change.object().labels().get(LABEL))) wake.release();
        });
        Thread.ofVirtual().name("local-api-services").start(this::work);
    }

    private void work() {
        boolean starting = true;
        try {
            while (true) {
                wake.acquire();
                wake.drainPermits();
                if (closed) return;
                if (reconcile(starting)) starting = false;
                else time.after(AGAIN, wake::release);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether everything is as it should be. */
    private boolean reconcile(boolean starting) {
        try {
            Map<String, Wanted> wanted = wanted();
            for (Wanted each : wanted.values()) {
                if (!each.management().equals(ON_START) || starting) ensure(each);
            }
            for (ApiObject service : reader.list(ServiceIndex.API_SERVICES, "")) {
                String management = service.labels().get(LABEL);
                boolean ours = ALWAYS.equals(management) || starting && ON_START.equals(management);
                if (ours && !wanted.containsKey(service.name())) {
                    send(Verb.DELETE, service.name(), null);
                }
            }
            return true;
        } catch (RuntimeException e) {
            if (!closed) LOG.atWarn().setCause(e).log("APIServices not brought in order, trying again");
            return closed;
        }
    }

    private Map<String, Wanted> wanted() {
        Map<String, Wanted> all = new LinkedHashMap<>();
        for (ServedResource served : table.all()) {
            String group = served.gvr().group();
            String version = served.gvr().version();
            // The aggregator itself has none, as upstream's.
            if (group.equals(ServiceIndex.API_SERVICES.group())) continue;
            String apiVersion = group.isEmpty() ? version : group + "/" + version;
            Wanted each = served.custom() != null
                    ? new Wanted(group, version, CUSTOM_GROUP, CUSTOM_VERSION, ALWAYS)
                    : new Wanted(
                            group,
                            version,
                            ResourceRegistry.groupPriority(group),
                            ResourceRegistry.versionPriority(apiVersion),
                            group.equals(ResourceRegistry.METRICS) ? ONCE : ON_START);
            all.putIfAbsent(each.name(), each);
        }
        return all;
    }

    private void ensure(Wanted wanted) {
        ApiObject known =
                reader.get(ServiceIndex.API_SERVICES, "", wanted.name()).orElse(null);
        try {
            if (known == null) {
                Map<String, Object> metadata = new LinkedHashMap<>();
                metadata.put("name", wanted.name());
                if (!wanted.management().equals(ONCE)) {
                    metadata.put("labels", new LinkedHashMap<>(Map.of(LABEL, wanted.management())));
                }
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("metadata", metadata);
                tree.put("spec", wanted.spec());
                send(Verb.CREATE, "", tree);
                return;
            }
            String management = known.labels().get(LABEL);
            if (management == null || wanted.management().equals(ONCE)) return;
            Map<String, Object> tree = Json.parseObject(known.json());
            boolean same = management.equals(wanted.management()) && Trees.deepEquals(tree.get("spec"), wanted.spec());
            if (same) return;
            tree.put("spec", wanted.spec());
            Trees.set(tree, wanted.management(), "metadata", "labels", LABEL);
            send(Verb.UPDATE, wanted.name(), tree);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
        }
    }

    private void send(Verb verb, String name, Map<String, Object> tree) {
        try {
            ApiResponse unused =
                    api.apply(new ApiCall(verb, ServiceIndex.API_SERVICES, "", name, "", Map.of(), null, tree));
        } catch (ApiException e) {
            if (verb != Verb.DELETE || !e.isNotFound()) throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
    }
}
