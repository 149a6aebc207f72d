package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a local, read-only copy of a resource: lists once, then follows by watch, and starts anew when the server says
 * that its version is too old.
 *
 * <p>Promise: handlers see each object's versions in order, each change after it is in the copy; changes in between may
 * be missed after a broken watch, but the last state never is, and neither is a deletion. Threads: handlers run one at a
 * time on the informer's own virtual thread and must not block for long (put a key into a queue). Reads of the copy are
 * safe from all threads and never block.
 *
 * @param <T> fabric8 model class; the objects are shared and must not be changed
 */
public final class Informer<T extends HasMetadata> implements AutoCloseable {
    /** Receives changes. */
    public interface Handler<T> {
        void added(T object);

        void updated(T before, T now);

        /** @param last the last state known, which may be older than the deletion */
        void deleted(T last);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Informer.class);

    private final Resources<T> resources;
    private final Reflector reflector;
    private final List<Handler<T>> handlers = new CopyOnWriteArrayList<>();
    private final ConcurrentMap<ObjectKey, T> copy = new ConcurrentHashMap<>();
    private final List<Index<T>> indexes = new CopyOnWriteArrayList<>();
    private final MutationDetector detector = MutationDetector.ifEnabled();

    public Informer(Resources<T> resources, ListOptions options) {
        this.resources = resources;
        this.reflector =
                new Reflector(resources.client().transport(), resources.resource(), options, new Reflector.Sink() {
                    @Override
                    public void replace(List<ApiObject> items) {
                        replaceAll(items);
                    }

                    @Override
                    public void event(WatchListener.EventType type, ApiObject object) {
                        apply(type, object);
                    }
                });
    }

    /** Adds a handler; call before {@link #start}. */
    public Informer<T> onChange(Handler<T> handler) {
        handlers.add(handler);
        return this;
    }

    /** Adds an index; call before {@link #start}. */
    public Index<T> index(Function<T, Collection<String>> keysOf) {
        Index<T> index = new Index<>(keysOf);
        indexes.add(index);
        return index;
    }

    /** Begins to list and watch in the background. */
    public Informer<T> start() {
        reflector.start();
        return this;
    }

    /** Waits for the first complete copy. */
    public boolean awaitSynced(Duration limit) throws InterruptedException {
        return reflector.awaitSynced(limit);
    }

    public GroupVersionResource resource() {
        return resources.resource();
    }

    public boolean hasSynced() {
        return reflector.hasSynced();
    }

    public Optional<T> get(ObjectKey key) {
        return Optional.ofNullable(copy.get(key));
    }

    /** All objects, in no order. */
    public Collection<T> all() {
        return Collections.unmodifiableCollection(copy.values());
    }

    public Stream<T> inNamespace(String namespace) {
        return copy.values().stream()
                .filter(o -> namespace.equals(o.getMetadata().getNamespace()));
    }

    private void apply(WatchListener.EventType type, ApiObject object) {
        ObjectKey key = ObjectKey.of(object);
        switch (type) {
            case ADDED, MODIFIED -> put(key, object.as(resources.type()));
            case DELETED -> remove(key, object.as(resources.type()));
            case BOOKMARK -> {}
        }
    }

    private void replaceAll(List<ApiObject> items) {
        Set<ObjectKey> present = new HashSet<>();
        for (ApiObject item : items) {
            ObjectKey key = ObjectKey.of(item);
            present.add(key);
            put(key, item.as(resources.type()));
        }
        for (ObjectKey key : new ArrayList<>(copy.keySet())) {
            if (!present.contains(key)) {
                remove(key, copy.get(key));
            }
        }
    }

    private void put(ObjectKey key, T now) {
        T before = copy.put(key, now);
        if (detector != null) {
            detector.replaced(key, now);
        }
        indexes.forEach(index -> index.change(key, before, now));
        if (before == null) {
            notifyAll(handler -> handler.added(now));
        } else if (!uid(before).equals(uid(now))) {
            notifyAll(handler -> handler.deleted(before));
            notifyAll(handler -> handler.added(now));
        } else if (!version(before).equals(version(now))) {
            notifyAll(handler -> handler.updated(before, now));
        }
    }

    private void remove(ObjectKey key, T last) {
        T before = copy.remove(key);
        if (detector != null) {
            detector.replaced(key, null);
        }
        if (before != null) {
            indexes.forEach(index -> index.change(key, before, null));
            notifyAll(handler -> handler.deleted(last));
        }
    }

    private void notifyAll(Consumer<Handler<T>> call) {
        for (Handler<T> handler : handlers) {
            try {
                call.accept(handler);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("resource", resources.resource().qualified())
                        .setCause(e)
                        .log("handler failed");
            }
        }
    }

    private static String uid(HasMetadata object) {
        String uid = object.getMetadata().getUid();
        return uid == null ? "" : uid;
    }

    private static String version(HasMetadata object) {
        String version = object.getMetadata().getResourceVersion();
        return version == null ? "" : version;
    }

    /** Ends the watch; the copy stays as it is. */
    @Override
    public void close() {
        reflector.close();
        if (detector != null) {
            detector.check();
        }
    }

    /**
     * Finds objects of an informer by a derived key, such as the owner's uid or the node's name.
     *
     * @param <T> model class
     */
    public static final class Index<T extends HasMetadata> {
        private final Function<T, Collection<String>> keysOf;
        private final ConcurrentMap<String, ConcurrentMap<ObjectKey, T>> byKey = new ConcurrentHashMap<>();

        private Index(Function<T, Collection<String>> keysOf) {
            this.keysOf = keysOf;
        }

        /** The objects with that key, in no order. */
        public List<T> get(String key) {
            Map<ObjectKey, T> found = byKey.get(key);
            return found == null ? List.of() : List.copyOf(found.values());
        }

        /** Whether any object has that key. */
        public boolean has(String key) {
            return byKey.containsKey(key);
        }

        /** Called by the informer's thread only. */
        private void change(ObjectKey key, T before, T now) {
            Collection<String> old = before == null ? List.of() : keysOf.apply(before);
            Collection<String> wanted = now == null ? List.of() : keysOf.apply(now);
            for (String each : wanted) {
                byKey.computeIfAbsent(each, k -> new ConcurrentHashMap<>()).put(key, now);
            }
            for (String each : old) {
                if (!wanted.contains(each)) {
                    byKey.computeIfPresent(each, (k, objects) -> {
                        objects.remove(key);
                        return objects.isEmpty() ? null : objects;
                    });
                }
            }
        }
    }
}
