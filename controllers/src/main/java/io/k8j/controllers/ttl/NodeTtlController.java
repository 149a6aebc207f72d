package io.k8j.controllers.ttl;

import io.fabric8.kubernetes.api.model.Node;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.PatchType;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells each node how long its kubelet may keep Secrets and ConfigMaps without asking again: the more nodes there are,
 * the longer. One worker. The limits overlap, so that a node that comes and goes does not change all the others.
 */
public final class NodeTtlController {
    static final String ANNOTATION = "node.alpha.kubernetes.io/ttl";

    private record Level(int fewestNodes, int mostNodes, int seconds) {}

    private static final List<Level> LEVELS = List.of(
            new Level(0, 100, 0),
            new Level(90, 500, 15),
            new Level(450, 1000, 30),
            new Level(900, 2000, 60),
            new Level(1800, Integer.MAX_VALUE, 300));

    private final ControllerContext context;
    private final Informer<Node> nodes;
    private final ControllerLoop<ObjectKey> loop;
    private int level; // worker only

    private NodeTtlController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Node.class);
        this.loop = new ControllerLoop<>("ttlcontroller", context.time(), this::reconcile);
        nodes.onChange(Handlers.any(node -> loop.queue().add(ObjectKey.of(node))));
    }

    public static Controller create(ControllerContext context) {
        return Controller.of(new NodeTtlController(context).loop, 1);
    }

    private Outcome reconcile(ObjectKey key) {
        level = next(level, nodes.all().size());
        Optional<Node> found = nodes.get(key);
        String seconds = Integer.toString(LEVELS.get(level).seconds);
        if (found.isEmpty() || seconds.equals(Nulls.annotations(found.get()).get(ANNOTATION))) {
            return Outcome.DONE;
        }
        Map<String, Object> patch = Map.of("metadata", Map.of("annotations", Map.of(ANNOTATION, seconds)));
        context.resources(Node.class).patch(key, PatchType.STRATEGIC, patch, "");
        return Outcome.DONE;
    }

    /** The level for so many nodes, coming from another one. */
    static int next(int level, int count) {
        int next = level;
        while (count > LEVELS.get(next).mostNodes) next++;
        while (count < LEVELS.get(next).fewestNodes) next--;
        return next;
    }
}
