package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.Client;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.manifests.Mirrors;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.pods.status.StatusWriter;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The node's static Pods: which of them run, and which object of the API shows each. A Pod whose manifest has changed is
 * another Pod of the same name; it starts when its forerunner has ended. Thread-safe.
 */
final class StaticPods implements AutoCloseable {
    private final StatusWriter statuses;
    private final Informer<Pod> seen;
    private final Consumer<Pod> start;
    private final Consumer<Pod> end;
    private final Mirrors mirrors;
    private final CountDownLatch known = new CountDownLatch(1);
    private final Map<ObjectKey, Pod> running = new HashMap<>(); // guarded by this; also those that end
    private final Map<ObjectKey, Pod> wanted = new HashMap<>(); // guarded by this

    StaticPods(
            Client client,
            String node,
            StatusWriter statuses,
            Informer<Pod> seen,
            Consumer<Pod> start,
            Consumer<Pod> end) {
        this.statuses = statuses;
        this.seen = seen;
        this.start = start;
        this.end = end;
        this.mirrors = new Mirrors(client, node, this::shown, seen::get, () -> List.copyOf(seen.all()));
    }

    /**
     * The static Pods of now.
     *
     * @param complete whether these are all that there are
     */
    void set(List<Pod> now, boolean complete) {
        Set<Pod> starting = new HashSet<>();
        Set<Pod> ending = new HashSet<>();
        synchronized (this) {
            wanted.clear();
            now.forEach(pod -> wanted.putIfAbsent(ObjectKey.of(pod), pod)); // of equal names the first file's
            wanted.forEach((key, pod) -> {
                if (running.putIfAbsent(key, pod) == null) starting.add(pod);
            });
            running.forEach((key, pod) -> {
                if (!same(pod, wanted.get(key))) ending.add(pod);
            });
        }
        ending.forEach(end);
        starting.forEach(this::begin);
        if (complete) known.countDown();
        mirrors.wake();
    }

    /** Waits until the first set is known: until then, what runs may belong to one of them. */
    void awaitKnown() throws InterruptedException {
        known.await();
    }

    private static boolean same(Pod one, Pod other) {
        return other != null
                && one.getMetadata().getUid().equals(other.getMetadata().getUid());
    }

    private void begin(Pod pod) {
        start.accept(pod);
        seen.get(ObjectKey.of(pod)).ifPresent(this::isMirror);
    }

    /** Nothing of the Pod runs any more. */
    void ended(Pod pod) {
        if (!StaticPod.isStatic(pod)) return;
        Pod next;
        ObjectKey key = ObjectKey.of(pod);
        synchronized (this) {
            if (!same(pod, running.get(key))) return;
            running.remove(key);
            next = wanted.get(key);
            if (next != null) running.put(key, next);
        }
        if (next != null) begin(next);
        mirrors.wake();
    }

    /** How many Pods have or are to have a mirror. */
    int mirrors() {
        return shown().size();
    }

    private synchronized Collection<Pod> shown() {
        return List.copyOf(running.values());
    }

    private synchronized Pod mirrored(Pod mirror) {
        return running.get(ObjectKey.of(mirror));
    }

    /** Whether an object of the API is none to be run; notes which Pod it shows. */
    boolean isMirror(Pod object) {
        if (!StaticPod.isMirror(object)) return false;
        Pod pod = mirrored(object);
        boolean shows = pod != null && object.getMetadata().getDeletionTimestamp() == null;
        if (shows) statuses.setMirror(pod, object);
        mirrors.wake();
        return true;
    }

    /** Likewise, of an object that is gone. */
    boolean isMirrorGone(Pod object) {
        if (!StaticPod.isMirror(object)) return false;
        Pod pod = mirrored(object);
        if (pod != null) statuses.setMirror(pod, null);
        mirrors.wake();
        return true;
    }

    @Override
    public void close() {
        mirrors.close();
    }
}
