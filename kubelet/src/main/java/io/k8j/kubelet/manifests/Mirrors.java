package io.k8j.kubelet.manifests;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.client.Client;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an object in the API for each static Pod. Level-triggered: each turn compares all. One virtual thread writes;
 * others only wake it.
 */
public final class Mirrors implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Mirrors.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Resources<Pod> pods;
    private final Resources<Node> nodes;
    private final Time time;
    private final String nodeName;
    private final Supplier<Collection<Pod>> statics;
    private final Function<ObjectKey, Optional<Pod>> seen;
    private final Supplier<List<Pod>> allSeen;
    private final BlockingQueue<Boolean> signal = new ArrayBlockingQueue<>(1);
    private final Thread thread = Thread.ofVirtual().name("mirror-pods").unstarted(this::work);

    /**
     * Begins with the first {@link #wake}.
     *
     * @param statics the static Pods that run or end
     * @param seen finds an object of this node in the API by its name
     * @param allSeen all objects of this node in the API
     */
    public Mirrors(
            Client client,
            String nodeName,
            Supplier<Collection<Pod>> statics,
            Function<ObjectKey, Optional<Pod>> seen,
            Supplier<List<Pod>> allSeen) {
        this.pods = client.resources(Pod.class);
        this.nodes = client.resources(Node.class);
        this.time = client.time();
        this.nodeName = nodeName;
        this.statics = statics;
        this.seen = seen;
        this.allSeen = allSeen;
        thread.start();
    }

    /** Static Pods or their mirrors have changed. */
    public void wake() {
        signal.offer(Boolean.TRUE);
    }

    private void work() {
        try {
            while (true) {
                signal.take();
                try {
                    compare();
                } catch (ApiException | TransportException e) {
                    log.atWarn()
                            .addKeyValue("cause", e.getMessage())
                            .log("mirror pod not in its wanted state, try again");
                    time.after(RETRY, this::wake);
                } catch (RuntimeException e) {
                    log.atError().setCause(e).log("mirror pods failed, try again");
                    time.after(RETRY, this::wake);
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private void compare() {
        Map<ObjectKey, Pod> wanted = new HashMap<>();
        for (Pod pod : statics.get()) wanted.put(ObjectKey.of(pod), pod);
        for (Pod mirror : allSeen.get()) {
            if (!StaticPod.isMirror(mirror)) continue;
            Pod pod = wanted.get(ObjectKey.of(mirror));
            if (pod == null || !mirrors(mirror, pod)) delete(mirror);
        }
        for (Pod pod : wanted.values()) {
            Optional<Pod> there = seen.apply(ObjectKey.of(pod));
            if (there.isEmpty()) create(pod);
        }
    }

    /** A mirror that is being deleted is let go at once, and made anew. */
    private static boolean mirrors(Pod mirror, Pod pod) {
        return mirror.getMetadata().getDeletionTimestamp() == null
                && StaticPod.annotation(pod, StaticPod.HASH).equals(StaticPod.annotation(mirror, StaticPod.MIRROR));
    }

    private void delete(Pod mirror) {
        pods.deleteIfPresent(
                ObjectKey.of(mirror),
                DeleteOptions.ofUid(mirror.getMetadata().getUid()).gracePeriod(0));
    }

    private void create(Pod pod) {
        Optional<Node> node = nodes.find(ObjectKey.of(nodeName));
        if (node.isEmpty()) {
            time.after(RETRY, this::wake); // not registered yet
            return;
        }
        Pod mirror = new PodBuilder(pod)
                .editMetadata()
                .withUid(null)
                .addToAnnotations(StaticPod.MIRROR, StaticPod.annotation(pod, StaticPod.HASH))
                .addNewOwnerReference()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(nodeName)
                .withUid(node.get().getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
        try {
            pods.create(mirror);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e; // the informer will show whose it is
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
