package io.k8j.client;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Remembers a controller's own writes until its informer has shown them, so that it does not decide on a copy that is
 * behind: without it a slow watch makes a controller create everything twice. Safe for all threads.
 *
 * @param <K> key of the object that owns what is written
 */
public final class Expectations<K> {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static final class Pending {
        int creations;
        final Set<String> deletions = new HashSet<>();
        long sinceNanos;

        boolean isEmpty() {
            return creations <= 0 && deletions.isEmpty();
        }
    }

    private final Time time;
    private final Map<K, Pending> pending = new HashMap<>(); // guarded by this

    public Expectations(Time time) {
        this.time = time;
    }

    /** Call before the creations begin. */
    public synchronized void expectCreations(K owner, int count) {
        if (count > 0) {
            of(owner).creations += count;
        }
    }

    /** Call before the deletions begin. */
    public synchronized void expectDeletions(K owner, Collection<String> uids) {
        if (!uids.isEmpty()) {
            of(owner).deletions.addAll(uids);
        }
    }

    /** The informer has shown a creation, or it failed. */
    public synchronized void created(K owner) {
        Pending found = pending.get(owner);
        if (found != null) {
            found.creations--;
            dropIfMet(owner, found);
        }
    }

    /** The informer has shown a deletion (or the begin of one), or it failed. */
    public synchronized void deleted(K owner, String uid) {
        Pending found = pending.get(owner);
        if (found != null) {
            found.deletions.remove(uid);
            dropIfMet(owner, found);
        }
    }

    /** Whether all writes were seen; also true when they were not for five minutes, since then the copy must be right. */
    public synchronized boolean met(K owner) {
        Pending found = pending.get(owner);
        if (found == null) {
            return true;
        }
        if (time.nanoTime() - found.sinceNanos > LIMIT.toNanos()) {
            pending.remove(owner);
            return true;
        }
        return false;
    }

    /** The owner is gone. */
    public synchronized void forget(K owner) {
        pending.remove(owner);
    }

    private Pending of(K owner) {
        Pending found = pending.computeIfAbsent(owner, k -> new Pending());
        found.sinceNanos = time.nanoTime();
        return found;
    }

    private void dropIfMet(K owner, Pending found) {
        if (found.isEmpty()) {
            pending.remove(owner);
        }
    }
}
