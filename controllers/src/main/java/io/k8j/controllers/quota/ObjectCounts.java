package io.k8j.controllers.quota;

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

/**
 * Counts the objects of those resources that some quota names; others are not watched at all. Objects are not decoded.
 */
final class ObjectCounts implements AutoCloseable {
    /** Names without {@code count/} that quotas may use. */
    private static final Set<String> PLAIN = Set.of(
            "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services");

    private static final Duration SYNC_LIMIT = Duration.ofSeconds(5);

    private final class Counter implements Reflector.Sink {
        private final Map<String, Set<String>> names = new HashMap<>(); // guarded by this
        private final Reflector reflector;

        Counter(ResourceCatalog.Entry entry) {
            this.reflector = new Reflector(transport, entry.resource(), ListOptions.ALL, this).start();
        }

        @Override
        public synchronized void replace(List<ApiObject> items) {
            Set<String> touched = new HashSet<>(names.keySet());
            names.clear();
            for (ApiObject item : items) {
                names.computeIfAbsent(item.namespace(), k -> new HashSet<>()).add(item.name());
            }
            touched.addAll(names.keySet());
            touched.forEach(changed);
        }

        @Override
        public synchronized void event(WatchListener.EventType type, ApiObject object) {
            Set<String> here = names.computeIfAbsent(object.namespace(), k -> new HashSet<>());
            boolean different =
                    type == WatchListener.EventType.DELETED ? here.remove(object.name()) : here.add(object.name());
            if (different) {
                changed.accept(object.namespace());
            }
        }

        synchronized int count(String namespace) {
            return names.getOrDefault(namespace, Set.of()).size();
        }
    }

    private final ApiTransport transport;
    private final ResourceCatalog catalog;
    private final Consumer<String> changed;
    private final Map<ResourceCatalog.Entry, Counter> counters = new ConcurrentHashMap<>();

    /** @param changed told a namespace in which a count has changed */
    ObjectCounts(ApiTransport transport, ResourceCatalog catalog, Consumer<String> changed) {
        this.transport = transport;
        this.catalog = catalog;
        this.changed = changed;
    }

    static boolean isCount(String name) {
        return PLAIN.contains(name) || (name.startsWith("count/") && !name.equals("count/pods"));
    }

    /** How many objects a quota's name stands for; empty if there is no such resource. */
    Optional<Integer> count(String name, String namespace) throws InterruptedException {
        String qualified = name.startsWith("count/") ? name.substring("count/".length()) : name;
        Optional<ResourceCatalog.Entry> entry = catalog.resources().stream()
                .filter(e -> e.namespaced() && e.resource().qualified().equals(qualified))
                .findFirst();
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        Counter counter = counters.computeIfAbsent(entry.get(), Counter::new);
        return counter.reflector.awaitSynced(SYNC_LIMIT) ? Optional.of(counter.count(namespace)) : Optional.empty();
    }

    @Override
    public void close() {
        counters.values().forEach(counter -> counter.reflector.close());
    }
}
