package io.k8j.scheduler.queue;

import io.k8j.scheduler.framework.PodInfo;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A Pod on its way to a node, with its history in the queue. Belongs to the scheduling thread. */
public final class QueuedPod {
    enum Place {
        ACTIVE,
        BACKING_OFF,
        UNSCHEDULABLE,
        GATED,
        /** Handed out. */
        IN_FLIGHT
    }

    private final Set<String> refusedBy = new LinkedHashSet<>();
    private final Instant firstSeen;
    private PodInfo pod;
    private volatile String expected; // node; null for none
    private CompletableFuture<Void> writes = CompletableFuture.completedFuture(null);
    Place place = Place.ACTIVE;
    PodQueue.Entry entry;
    long queuedAt; // nanos
    long order;
    long takenAtMove;
    int attempts;
    int refusals;
    int errors;

    QueuedPod(PodInfo pod, Instant firstSeen) {
        this.pod = pod;
        this.firstSeen = firstSeen;
    }

    public PodInfo pod() {
        return pod;
    }

    void pod(PodInfo now) {
        pod = now;
    }

    /** When it first came into the queue. */
    public Instant firstSeen() {
        return firstSeen;
    }

    /** How often it was handed out. */
    public int attempts() {
        return attempts;
    }

    /** Plugins that refused it at the last attempt. */
    public Set<String> refusedBy() {
        return refusedBy;
    }

    /** Notes that the Pod's status says now which node it is about to be bound to. */
    public void expect(String node) {
        expected = node;
    }

    /** The nominated node that the Pod's status has, as far as is known. */
    public String nominatedNode() {
        String told = expected;
        return told != null ? told : pod.nominatedNode();
    }

    /** Does a write about the Pod after all earlier ones, so that the last word stays the last. */
    public void afterWrites(Runnable write, java.util.concurrent.Executor executor) {
        writes = writes.handleAsync(
                (done, failure) -> {
                    write.run();
                    return null;
                },
                executor);
    }
}
