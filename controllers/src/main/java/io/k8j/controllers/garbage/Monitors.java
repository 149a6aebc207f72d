package io.k8j.controllers.garbage;

import io.k8j.client.ListOptions;
import io.k8j.client.Reflector;
import io.k8j.client.ResourceCatalog;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** One reflector for each resource that can be listed, watched and deleted; all feed one graph. */
final class Monitors implements AutoCloseable {
    /** Kinds that come and go so often, and without owners, that watching them would only cost. */
    private static final Set<String> IGNORED = Set.of("events", "events.events.k8s.io");

    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

    private record Monitor(Reflector reflector, long sinceNanos) {}

    private final ApiTransport transport;
    private final OwnerGraph graph;
    private final Consumer<OwnerGraph.Effects> effects;
    private final Runnable definitionsChanged;
    private final Map<ResourceCatalog.Entry, Monitor> monitors = new ConcurrentHashMap<>();
    private volatile Map<String, ResourceCatalog.Entry> byKind = Map.of();
    private List<ResourceCatalog.Entry> last; // guarded by this
    private boolean closed; // guarded by this

    /** @param definitionsChanged called when there may be other custom resources than before */
    Monitors(
            ApiTransport transport,
            OwnerGraph graph,
            Consumer<OwnerGraph.Effects> effects,
            Runnable definitionsChanged) {
        this.transport = transport;
        this.graph = graph;
        this.effects = effects;
        this.definitionsChanged = definitionsChanged;
    }

    /** Starts and stops reflectors so that they fit the catalog. */
    synchronized void follow(List<ResourceCatalog.Entry> catalog) {
        if (closed || catalog.equals(last)) {
            return;
        }
        last = List.copyOf(catalog);
        Map<String, ResourceCatalog.Entry> kinds = new HashMap<>();
        Set<ResourceCatalog.Entry> wanted = new HashSet<>();
        for (ResourceCatalog.Entry entry : catalog) {
            kinds.putIfAbsent(entry.resource().group() + "/" + entry.kind(), entry);
            if (entry.verbs().containsAll(Set.of("list", "watch", "delete"))
                    && !IGNORED.contains(entry.resource().qualified())) {
                wanted.add(entry);
            }
        }
        byKind = kinds;
        monitors.forEach((entry, monitor) -> {
            if (!wanted.contains(entry)) {
                monitor.reflector.close();
                monitors.remove(entry);
                graph.uidsOf(entry).forEach(uid -> effects.accept(graph.remove(uid)));
            }
        });
        for (ResourceCatalog.Entry entry : wanted) {
            monitors.computeIfAbsent(
                    entry,
                    e -> new Monitor(
                            new Reflector(transport, e.resource(), ListOptions.ALL, sink(e)).start(),
                            System.nanoTime()));
        }
    }

    private Reflector.Sink sink(ResourceCatalog.Entry entry) {
        boolean definitions = entry.resource().qualified().equals(DEFINITIONS);
        return new Reflector.Sink() {
            @Override
            public void replace(List<ApiObject> items) {
                Set<String> gone = graph.uidsOf(entry);
                for (ApiObject item : items) {
                    gone.remove(item.uid());
                    effects.accept(graph.put(OwnerGraph.Item.of(entry, item)));
                }
                gone.forEach(uid -> effects.accept(graph.remove(uid)));
                if (definitions) definitionsChanged.run();
            }

            @Override
            public void event(WatchListener.EventType type, ApiObject object) {
                effects.accept(
                        type == WatchListener.EventType.DELETED
                                ? graph.remove(object.uid())
                                : graph.put(OwnerGraph.Item.of(entry, object)));
                if (definitions) definitionsChanged.run();
            }
        };
    }

    /** The resource of an owner reference; any version of its group will do. */
    Optional<ResourceCatalog.Entry> resourceOf(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        return Optional.ofNullable(byKind.get(group + "/" + kind));
    }

    /** Whether the graph is complete. A resource that cannot be listed for half a minute is not waited for. */
    boolean isComplete() {
        if (monitors.isEmpty()) {
            return false;
        }
        long now = System.nanoTime();
        return monitors.values().stream().allMatch(m -> m.reflector.hasSynced() || now - m.sinceNanos > PATIENCE_NANOS);
    }

    @Override
    public synchronized void close() {
        closed = true;
        monitors.values().forEach(monitor -> monitor.reflector.close());
        monitors.clear();
    }
}
