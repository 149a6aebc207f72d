package io.k8j.controllers.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.PodEnd;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Deletes Pods from nodes whose NoExecute taints they do not tolerate, or not for longer. */
public final class TaintEvictionController {
    private static final int WORKERS = 8;

    /**
     * A Pod that will be evicted.
     *
     * @param uid tells it from a later one of its name
     * @param since when this was first seen; tolerations of taints that carry no time of their own count from here
     */
    private record Waiting(String uid, Instant since) {}

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final EventRecorder events;
    private final PodEnd end;
    private final Map<ObjectKey, Waiting> scheduled = new ConcurrentHashMap<>();
    private final ControllerLoop<ObjectKey> loop;

    private TaintEvictionController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        this.events = context.recorder("taint-eviction-controller");
        this.end = new PodEnd(context.resources(Pod.class));
        this.loop = new ControllerLoop<>("taint_eviction_controller", context.time(), this::reconcile);
        nodes.onChange(Handlers.of(this::enqueuePods, this::nodeUpdated, node -> {}));
        context.pods().informer().onChange(Handlers.of(this::enqueue, this::podUpdated, pod -> {}));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new TaintEvictionController(context).loop, WORKERS);
    }

    private static List<Taint> noExecute(Node node) {
        return node.getSpec() == null
                ? List.of()
                : Nulls.list(node.getSpec().getTaints()).stream()
                        .filter(taint -> "NoExecute".equals(taint.getEffect()))
                        .toList();
    }

    private void nodeUpdated(Node before, Node now) {
        if (!noExecute(before).equals(noExecute(now))) {
            context.pods().onNode(Nulls.name(now)).forEach(pod -> loop.queue().add(ObjectKey.of(pod)));
        }
    }

    private void enqueuePods(Node node) {
        if (!noExecute(node).isEmpty()) {
            context.pods().onNode(Nulls.name(node)).forEach(pod -> loop.queue().add(ObjectKey.of(pod)));
        }
    }

    private void enqueue(Pod pod) {
        boolean tainted = Pods.isScheduled(pod)
                && nodes.get(ObjectKey.of(pod.getSpec().getNodeName()))
                        .filter(node -> !noExecute(node).isEmpty())
                        .isPresent();
        if (tainted) {
            loop.queue().add(ObjectKey.of(pod));
        }
    }

    private void podUpdated(Pod before, Pod now) {
        if (!Objects.equals(before.getSpec().getNodeName(), now.getSpec().getNodeName())
                || !Nulls.list(before.getSpec().getTolerations())
                        .equals(Nulls.list(now.getSpec().getTolerations()))) {
            enqueue(now);
        }
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<Pod> found = context.pods().get(key).filter(pod -> Pods.isScheduled(pod) && !Nulls.isDeleting(pod));
        Instant now = context.now();
        Instant since = found.map(pod -> pod.getMetadata().getUid())
                .map(uid ->
                        scheduled.get(key) instanceof Waiting(String of, Instant start) && of.equals(uid) ? start : now)
                .orElse(now);
        Optional<Instant> time =
                found.flatMap(pod -> nodes.get(ObjectKey.of(pod.getSpec().getNodeName()))
                        .flatMap(node -> Tolerations.evictionTime(
                                noExecute(node), Nulls.list(pod.getSpec().getTolerations()), since, now)));
        if (time.isEmpty()) {
            if (scheduled.remove(key) != null && found.isPresent()) {
                events.normal(found.get(), "TaintManagerEviction", "Cancelling deletion of Pod " + key);
            }
            return Outcome.DONE;
        }
        if (time.get().isAfter(now)) {
            scheduled.put(key, new Waiting(found.get().getMetadata().getUid(), since));
            return Outcome.again(Duration.between(now, time.get()));
        }
        scheduled.remove(key);
        events.normal(found.get(), "TaintManagerEviction", "Marking for deletion Pod " + key);
        end.disrupt(
                found.get(), "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", false, now);
        end.delete(found.get(), null);
        return Outcome.DONE;
    }
}
