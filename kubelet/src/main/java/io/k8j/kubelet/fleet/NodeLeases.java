package io.k8j.kubelet.fleet;

import io.k8j.client.PatchType;
import io.k8j.client.WorkQueue;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the lease of each node in a quarter of its duration, as kubelets do, spread over time. Safe for all threads. */
final class NodeLeases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLeases.class);
    private static final GroupVersionResource LEASES = new GroupVersionResource("coordination.k8s.io", "v1", "leases");
    private static final String NAMESPACE = "kube-node-lease";
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Duration RETRY = Duration.ofMillis(200);

    /** @param known whether the lease is there */
    private record Held(String uid, boolean known, Wheel.Entry next) {}

    private final ApiTransport transport;
    private final Wheel wheel;
    private final Time time;
    private final RandomGenerator random;
    private final Duration duration;
    private final Map<String, Held> held = new ConcurrentHashMap<>(); // by node
    private final WorkQueue<String> due;

    NodeLeases(ApiTransport transport, Wheel wheel, Time time, RandomGenerator random, Duration duration) {
        this.transport = transport;
        this.wheel = wheel;
        this.time = time;
        this.random = random;
        this.duration = duration;
        this.due = new WorkQueue<>(time);
    }

    void start(int workers) {
        for (int i = 0; i < workers; i++) Thread.ofVirtual().name("leases-" + i).start(this::work);
    }

    /** Begins to renew a node's lease; a node with another uid is another node. */
    void hold(String node, String uid) {
        Held before = held.get(node);
        if (before != null && before.uid().equals(uid)) return;
        if (before != null) release(node);
        held.put(node, new Held(uid, false, null));
        due.add(node);
    }

    void release(String node) {
        Held before = held.remove(node);
        if (before != null && before.next() != null) wheel.cancel(before.next());
    }

    boolean isIdle() {
        return due.isIdle();
    }

    private void work() {
        try {
            for (Optional<String> node = due.take(); node.isPresent(); node = due.take()) {
                Held current = held.get(node.get());
                if (current != null) renew(node.get(), current);
                due.done(node.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void renew(String node, Held current) {
        boolean known = current.known();
        Duration pause = RETRY;
        try {
            if (!known) create(node, current.uid());
            else patch(node, Map.of("renewTime", now()));
            known = true;
            pause = nextPause(current.known());
        } catch (ApiException e) {
            if (e.isAlreadyExists()) known = true;
            else if (e.isNotFound()) known = false;
            else pause = failed(node, e);
        } catch (TransportException e) {
            pause = failed(node, e);
        }
        Wheel.Entry next = wheel.after(pause, () -> due.add(node));
        if (!held.replace(node, current, new Held(current.uid(), known, next))) wheel.cancel(next);
    }

    /** The first pause is anything up to a whole one, so that nodes made together do not renew together for ever. */
    private Duration nextPause(boolean again) {
        double part = again ? 1 + (random.nextDouble() - 0.5) * 0.08 : 0.3 + random.nextDouble() * 0.7;
        return Duration.ofNanos((long) (duration.toNanos() / 4 * part));
    }

    private Duration failed(String node, RuntimeException cause) {
        LOG.atWarn()
                .addKeyValue("node", node)
                .addKeyValue("cause", cause.getMessage())
                .log("lease not renewed");
        return Duration.ofSeconds(2);
    }

    private String now() {
        Instant now = time.instant();
        return MICRO_TIME.format(now);
    }

    private void create(String node, String uid) {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("holderIdentity", node);
        spec.put("leaseDurationSeconds", duration.toSeconds());
        spec.put("renewTime", now());
        Map<String, Object> lease = Map.of(
                "apiVersion",
                "coordination.k8s.io/v1",
                "kind",
                "Lease",
                "metadata",
                Map.of(
                        "name",
                        node,
                        "namespace",
                        NAMESPACE,
                        "ownerReferences",
                        List.of(Map.of("apiVersion", "v1", "kind", "Node", "name", node, "uid", uid))),
                "spec",
                spec);
        transport.call(new ApiCall(Verb.CREATE, LEASES, NAMESPACE, "", "", Map.of(), null, lease));
    }

    private void patch(String node, Map<String, Object> spec) {
        transport.call(new ApiCall(
                Verb.PATCH, LEASES, NAMESPACE, node, "", Map.of(), PatchType.MERGE.mediaType(), Map.of("spec", spec)));
    }

    @Override
    public void close() {
        due.close();
        held.clear();
    }
}
