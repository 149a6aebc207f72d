package io.k8j.kubelet.pods.status;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.kubelet.manifests.StaticPod;
import io.k8j.kubelet.metrics.PodMetrics;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Pods' statuses: the newest one of each Pod, as a patch with what has changed. At most one write per Pod is
 * under way; statuses set meanwhile replace each other. Thread-safe.
 */
public final class StatusWriter {
    private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);
    private static final int PARALLEL = 8;
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What others write: the API server, the scheduler, controllers. */
    private static final Set<String> OTHERS = Set.of(
            "conditions",
            "resourceClaimStatuses",
            "extendedResourceClaimStatus",
            "nodeAllocatableResourceClaimStatuses",
            "nominatedNodeName");

    /** One Pod's statuses: what the server has, and what it should have. Guarded by itself. */
    private static final class Entry {
        private final ObjectKey key;
        private String uid; // null while a static Pod has no mirror
        private Map<String, Object> written;
        private PodStatus wanted;
        private PodStatus last;
        private boolean writing;
        private long changed; // when the oldest change came that is not written

        Entry(Pod pod) {
            this.key = ObjectKey.of(pod);
            this.uid = StaticPod.isStatic(pod) ? null : pod.getMetadata().getUid();
            this.written = tree(pod.getStatus());
        }
    }

    private final Resources<Pod> pods;
    private final Time time;
    private final PodMetrics metrics;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Semaphore parallel = new Semaphore(PARALLEL);
    private volatile boolean closed;

    public StatusWriter(Client client, PodMetrics metrics) {
        this.pods = client.resources(Pod.class);
        this.time = client.time();
        this.metrics = metrics;
    }

    /** Wants this status to be written soon. */
    public void set(Pod pod, PodStatus status) {
        Entry entry = entries.computeIfAbsent(pod.getMetadata().getUid(), uid -> new Entry(pod));
        synchronized (entry) {
            if (entry.wanted == null) entry.changed = time.nanoTime();
            entry.wanted = status;
            entry.last = status;
        }
        begin(entry);
    }

    private void begin(Entry entry) {
        synchronized (entry) {
            if (entry.writing || entry.uid == null || entry.wanted == null) return;
            entry.writing = true;
        }
        Thread.ofVirtual().name("pod-status").start(() -> write(entry));
    }

    /** A static Pod's status goes to this object from now on; null holds it back until there is one again. */
    public void setMirror(Pod pod, Pod mirror) {
        Entry entry = entries.computeIfAbsent(pod.getMetadata().getUid(), uid -> new Entry(pod));
        synchronized (entry) {
            String uid = mirror == null ? null : mirror.getMetadata().getUid();
            if (Objects.equals(uid, entry.uid)) return;
            entry.uid = uid;
            if (mirror == null) return;
            entry.written = tree(mirror.getStatus());
            entry.wanted = entry.last;
        }
        begin(entry);
    }

    /** Waits until nothing is left to write for a Pod, or its object is gone. */
    public void flush(String uid) throws InterruptedException {
        Entry entry = entries.get(uid);
        if (entry == null) return;
        synchronized (entry) {
            while (entry.writing && !closed) entry.wait(1000);
        }
    }

    /** The Pod is gone. */
    public void forget(String uid) {
        entries.remove(uid);
    }

    /** Nobody waits any more; what is being written is finished. */
    public void close() {
        closed = true;
    }

    private void write(Entry entry) {
        try {
            while (!closed) {
                PodStatus status;
                synchronized (entry) {
                    status = entry.wanted;
                    entry.wanted = null;
                    if (status == null) {
                        entry.writing = false;
                        entry.notifyAll();
                        return;
                    }
                }
                if (!writeOnce(entry, status)) {
                    synchronized (entry) {
                        if (entry.wanted == null) entry.wanted = status;
                    }
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (entry) {
                entry.writing = false;
                entry.notifyAll();
            }
        }
    }

    private boolean writeOnce(Entry entry, PodStatus status) throws InterruptedException {
        Map<String, Object> wanted = tree(status);
        String uid;
        Map<String, Object> changes;
        long changed;
        synchronized (entry) {
            uid = entry.uid;
            changed = entry.changed;
            changes = changes(entry.written, wanted);
        }
        if (uid == null || changes.isEmpty()) return true;
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("metadata", Map.of("uid", uid));
        patch.put("status", changes);
        parallel.acquire();
        try {
            pods.patch(entry.key, PatchType.STRATEGIC, patch, "status");
            metrics.statusWritten(time.nanoTime() - changed);
            synchronized (entry) {
                if (uid.equals(entry.uid)) entry.written = wanted;
            }
            return true;
        } catch (ApiException e) {
            if (e.isNotFound() || e.isConflict()) return true; // deleted, or a new Pod of the same name
            log.atWarn()
                    .addKeyValue("pod", entry.key)
                    .addKeyValue("cause", e.getMessage())
                    .log("status refused");
            return e.code() < 500;
        } catch (TransportException e) {
            log.atDebug().addKeyValue("pod", entry.key).setCause(e).log("status not written, try again");
            return false;
        } finally {
            parallel.release();
        }
    }

    /** The difference as a strategic merge patch of the status. */
    public static Map<String, Object> changes(Map<String, Object> written, Map<String, Object> wanted) {
        Map<String, Object> patch = new LinkedHashMap<>();
        wanted.forEach((field, value) -> {
            Object before = written.get(field);
            if (Objects.equals(before, value)) return;
            patch.put(
                    field,
                    switch (field) {
                        case "conditions" -> changedConditions(before, value);
                        case "podIPs", "hostIPs" -> replaced(value);
                        default -> value;
                    });
        });
        for (String field : written.keySet()) {
            if (!wanted.containsKey(field) && !OTHERS.contains(field)) patch.put(field, null);
        }
        return patch;
    }

    /** Conditions are merged by type: those that others write must not be sent back old, and what is gone must be named. */
    private static List<Object> changedConditions(Object before, Object now) {
        List<?> known = before instanceof List<?> list ? list : List.of();
        List<Object> changed = new ArrayList<>();
        for (Object condition : (List<?>) now) {
            if (known.contains(condition)) continue;
            Map<Object, Object> patch = new LinkedHashMap<>((Map<?, ?>) condition);
            for (Object old : known) {
                if (!Objects.equals(((Map<?, ?>) old).get("type"), patch.get("type"))) continue;
                for (Object field : ((Map<?, ?>) old).keySet()) patch.putIfAbsent(field, null);
            }
            changed.add(patch);
        }
        for (Object old : known) {
            Object type = ((Map<?, ?>) old).get("type");
            boolean gone = PodStatuses.RESIZE.contains(String.valueOf(type))
                    && ((List<?>) now)
                            .stream().noneMatch(condition -> Objects.equals(((Map<?, ?>) condition).get("type"), type));
            if (gone) changed.add(Map.of("type", type, "$patch", "delete"));
        }
        return changed;
    }

    /** These lists are merged by address: without this word old addresses would stay. */
    private static List<Object> replaced(Object value) {
        List<Object> list = new ArrayList<>((List<?>) value);
        list.add(Map.of("$patch", "replace"));
        return list;
    }

    private static Map<String, Object> tree(PodStatus status) {
        return status == null ? Map.of() : ApiObject.treeOf(status);
    }
}
