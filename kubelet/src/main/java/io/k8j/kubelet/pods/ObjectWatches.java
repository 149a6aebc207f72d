package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps copies of single objects (ConfigMaps, Secrets) that Pods of this node refer to, each with a watch of its own for
 * as long as a Pod wants it: a node may not see others. Thread-safe.
 */
final class ObjectWatches<T extends HasMetadata> implements AutoCloseable {
    private static final Duration FIRST_READ = Duration.ofSeconds(10);

    private record Watched<T extends HasMetadata>(Informer<T> informer, Set<String> users) {}

    private final Resources<T> resources;
    private final Consumer<String> onChange;
    private final Map<ObjectKey, Watched<T>> watched = new HashMap<>(); // guarded by this

    /** @param onChange gets the uid of each Pod that refers to an object that has changed */
    ObjectWatches(Resources<T> resources, Consumer<String> onChange) {
        this.resources = resources;
        this.onChange = onChange;
    }

    /** Reads an object for a Pod; blocks until it was first read, at most ten seconds. */
    Optional<T> get(String podUid, ObjectKey key) {
        Informer<T> informer;
        synchronized (this) {
            Watched<T> entry = watched.computeIfAbsent(key, this::watch);
            entry.users().add(podUid);
            informer = entry.informer();
        }
        try {
            informer.awaitSynced(FIRST_READ);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return informer.get(key);
    }

    private Watched<T> watch(ObjectKey key) {
        ListOptions one = ListOptions.inNamespace(key.namespace()).fields("metadata.name=" + key.name());
        return new Watched<>(
                new Informer<>(resources, one)
                        .onChange(new Informer.Handler<>() {
                            @Override
                            public void added(T object) {
                                changed(key);
                            }

                            @Override
                            public void updated(T before, T now) {
                                changed(key);
                            }

                            @Override
                            public void deleted(T last) {
                                changed(key);
                            }
                        })
                        .start(),
                new HashSet<>());
    }

    private void changed(ObjectKey key) {
        Set<String> users;
        synchronized (this) {
            Watched<T> entry = watched.get(key);
            if (entry == null) return;
            users = Set.copyOf(entry.users());
        }
        users.forEach(onChange);
    }

    /** A Pod needs nothing any more. */
    synchronized void release(String podUid) {
        watched.values().removeIf(entry -> {
            boolean unused = entry.users().remove(podUid) && entry.users().isEmpty();
            if (unused) entry.informer().close();
            return unused;
        });
    }

    @Override
    public synchronized void close() {
        watched.values().forEach(entry -> entry.informer().close());
        watched.clear();
    }
}
