package io.k8j.controllers.nodelifecycle;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.k8j.client.ControllerLoop;
import io.k8j.client.EventRecorder;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiException;
import io.k8j.model.time.Pace;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Watches the nodes' signs of life. A silent node's conditions become Unknown, its Pods not ready, and taints keep new
 * Pods away and, slowly, drive out the old ones. One worker owns all state.
 */
public final class NodeLifecycleController {
    private static final ObjectKey LOOK_AROUND = new ObjectKey("", "");
    private static final String LEASES = "kube-node-lease";

    private final ControllerContext context;
    private final Resources<Node> nodes;
    private final Informer<Node> informer;
    private final Informer<Lease> leases;
    private final EventRecorder events;
    private final Map<String, NodeHealth.Observation> observations = new HashMap<>(); // worker only
    private final Set<String> registered = new HashSet<>(); // worker only
    private final SteadyClock steady;
    private final ZoneLimits limits = new ZoneLimits(); // worker only
    private final ControllerLoop<ObjectKey> loop;

    private NodeLifecycleController(ControllerContext context) {
        this.context = context;
        this.steady = new SteadyClock(context.time());
        this.nodes = context.resources(Node.class);
        this.informer = context.informer(Node.class);
        this.leases = context.informer(Lease.class, ListOptions.inNamespace(LEASES));
        this.events = context.recorder("node-controller");
        this.loop = new ControllerLoop<>("node_lifecycle_controller", context.time(), this::reconcile);
        informer.onChange(Handlers.of(this::enqueue, this::updated, this::enqueue));
    }

    public static Controller create(ControllerContext context) {
        NodeLifecycleController controller = new NodeLifecycleController(context);
        return Controller.of(controller.loop, 1, () -> controller.loop.queue().add(LOOK_AROUND));
    }

    private void enqueue(Node node) {
        loop.queue().add(ObjectKey.of(node));
    }

    /** Heartbeats change nothing here. */
    private void updated(Node before, Node now) {
        boolean same =
                NodeTaints.wanted(before, false, Instant.EPOCH).equals(NodeTaints.wanted(now, false, Instant.EPOCH))
                        && Nulls.list(before.getSpec().getTaints())
                                .equals(Nulls.list(now.getSpec().getTaints()))
                        && NodeHealth.readyStatus(before).equals(NodeHealth.readyStatus(now));
        if (!same) {
            enqueue(now);
        }
    }

    private Outcome reconcile(ObjectKey key) {
        if (key.equals(LOOK_AROUND)) {
            lookAround();
            return Outcome.again(Pace.LOOK, context.config().nodeMonitorPeriod());
        }
        Optional<Node> found = informer.get(key);
        if (found.isEmpty()) {
            observations.remove(key.name());
            if (registered.remove(key.name())) {
                tell(key.name(), key.name(), "RemovingNode", "Node %s event: Removing Node %s from Controller");
            }
            return Outcome.DONE;
        }
        if (registered.add(key.name())) {
            tell(
                    key.name(),
                    Nulls.uid(found.get()),
                    "RegisteredNode",
                    "Node %s event: Registered Node %s in Controller");
        }
        look(found.get(), context.now());
        return Outcome.DONE;
    }

    private void lookAround() {
        Map<String, ZoneLimits.Census> zones = new HashMap<>();
        for (Node node : informer.all()) {
            boolean ready = NodeHealth.readyStatus(node).equals("True");
            zones.merge(
                    zone(node),
                    new ZoneLimits.Census(0, 0).plus(ready),
                    (a, b) -> new ZoneLimits.Census(a.ready() + b.ready(), a.notReady() + b.notReady()));
        }
        limits.count(zones);
        RuntimeException first = null;
        for (Node node : informer.all()) {
            try {
                look(node, context.now()); // with thousands of nodes and writes this takes a while
            } catch (ApiException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null && !(first instanceof ApiException e && (e.isConflict() || e.isNotFound()))) {
            throw first;
        }
    }

    private void look(Node node, Instant now) {
        String name = Nulls.name(node);
        NodeHealth.Observation observation = NodeHealth.observe(
                Optional.ofNullable(observations.get(name)),
                node,
                leases.get(new ObjectKey(LEASES, name)),
                steady.instant());
        observations.put(name, observation);
        Node current = node;
        if (NodeHealth.isSilent(observation, node, context.config().nodeMonitorGracePeriod(), steady.instant())) {
            Optional<Node> unknown = NodeHealth.unknown(node, now);
            if (unknown.isPresent()) {
                current = nodes.updateStatus(unknown.get());
            }
        }
        if (!NodeHealth.readyStatus(current).equals("True")
                && NodeHealth.condition(current, NodeHealth.READY).isPresent()) {
            markPodsNotReady(current, now);
        }
        taint(current, now);
    }

    private void taint(Node node, Instant now) {
        boolean needs = NodeTaints.evicting(node)
                .filter(key -> Nulls.list(node.getSpec().getTaints()).stream()
                        .noneMatch(t -> key.equals(t.getKey()) && "NoExecute".equals(t.getEffect())))
                .isPresent();
        boolean mayEvict = needs && limits.take(zone(node), now);
        if (mayEvict) {
            context.metrics().evicting(zone(node));
        }
        List<Taint> wanted = NodeTaints.wanted(node, mayEvict, now);
        if (limits.allDown()) {
            wanted = wanted.stream()
                    .filter(t -> !("NoExecute".equals(t.getEffect())
                            && (t.getKey().equals(NodeTaints.NOT_READY)
                                    || t.getKey().equals(NodeTaints.UNREACHABLE))))
                    .toList();
        }
        if (wanted.equals(Nulls.list(node.getSpec().getTaints()))) {
            return;
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", node.getMetadata().getResourceVersion());
        metadata.put("uid", Nulls.uid(node));
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("metadata", metadata);
        patch.put(
                "spec",
                Map.of(
                        "taints",
                        wanted.stream().map(NodeLifecycleController::tree).toList()));
        nodes.patch(ObjectKey.of(node), PatchType.MERGE, patch, "");
    }

    private static Map<String, Object> tree(Taint taint) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("key", taint.getKey());
        if (!Nulls.isEmpty(taint.getValue())) {
            tree.put("value", taint.getValue());
        }
        tree.put("effect", taint.getEffect());
        if (!Nulls.isEmpty(taint.getTimeAdded())) {
            tree.put("timeAdded", taint.getTimeAdded());
        }
        return tree;
    }

    private void markPodsNotReady(Node node, Instant now) {
        boolean told = false;
        for (Pod pod : context.pods().onNode(Nulls.name(node))) {
            if (!Pods.isReady(pod) || Pods.isFinished(pod)) {
                continue;
            }
            if (!told) {
                tell(Nulls.name(node), Nulls.uid(node), "NodeNotReady", "Node %s status is now: NodeNotReady");
                told = true;
            }
            Map<String, Object> condition = new LinkedHashMap<>();
            condition.put("type", "Ready");
            condition.put("status", "False");
            condition.put("lastTransitionTime", Times.text(now));
            try {
                context.resources(Pod.class)
                        .patch(
                                ObjectKey.of(pod),
                                PatchType.STRATEGIC,
                                Map.of("status", Map.of("conditions", List.of(condition))),
                                "status");
                events.warning(pod, "NodeNotReady", "Node is not ready");
            } catch (ApiException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
            }
        }
    }

    private void tell(String name, String uid, String reason, String format) {
        events.event(
                new ObjectReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(name)
                        .withUid(uid)
                        .build(),
                "Normal",
                reason,
                format.formatted(name, name));
    }

    private static String zone(Node node) {
        Map<String, String> labels = Nulls.labels(node);
        return labels.getOrDefault("topology.kubernetes.io/region", "") + ":"
                + labels.getOrDefault("topology.kubernetes.io/zone", "");
    }
}
