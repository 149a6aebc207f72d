package io.k8j.client;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares one informer per resource and options among the parts of a component. Get all informers, add handlers and
 * indexes, then {@link #start}. Safe for all threads.
 */
public final class InformerFactory implements AutoCloseable {
    private record Key(Class<?> type, ListOptions options) {}

    private final Client client;
    private final Map<Key, Informer<?>> informers = new LinkedHashMap<>(); // guarded by this
    private boolean started; // guarded by this
    private boolean closed; // guarded by this

    public InformerFactory(Client client) {
        this.client = client;
    }

    /** The informer of all objects of a class. */
    public <T extends HasMetadata> Informer<T> of(Class<T> type) {
        return of(type, ListOptions.ALL);
    }

    /** One that is asked for after {@link #start} starts at once, so it must not need handlers or indexes. */
    @SuppressWarnings("unchecked")
    public synchronized <T extends HasMetadata> Informer<T> of(Class<T> type, ListOptions options) {
        return (Informer<T>) informers.computeIfAbsent(new Key(type, options), key -> {
            Informer<T> informer = new Informer<>(client.resources(type), options);
            if (started && !closed) {
                informer.start();
            }
            return informer;
        });
    }

    public synchronized void start() {
        if (!started) {
            started = true;
            informers.values().forEach(Informer::start);
        }
    }

    /** Waits until all informers have their first complete copy. */
    public boolean awaitSynced(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Informer<?> informer : snapshot()) {
            if (!informer.awaitSynced(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }

    private synchronized List<Informer<?>> snapshot() {
        return new ArrayList<>(informers.values());
    }

    @Override
    public void close() {
        List<Informer<?>> all;
        synchronized (this) {
            closed = true;
            all = snapshot();
        }
        all.forEach(Informer::close);
    }
}
