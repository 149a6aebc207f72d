package io.k8j.junit;

import io.fabric8.kubernetes.api.model.Node;
import io.k8j.client.Client;
import io.k8j.client.ListOptions;
import io.k8j.kubelet.runtime.Scripts;
import io.k8j.server.Closing;
import io.k8j.server.controlplane.ControlPlane;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The simulated nodes of a cluster, closed with it. Safe for all threads. */
final class SimulatedNodes {
    private static final String NOT_READY = "node.kubernetes.io/not-ready";

    private final ControlPlane plane;
    private final Path directory;
    private final Scripts scripts;
    private final Closing closing;
    private final List<SimulatedNode> nodes = new ArrayList<>(); // guarded by nodes

    SimulatedNodes(ControlPlane plane, Path directory, Scripts scripts, Closing closing) {
        this.plane = plane;
        this.directory = directory;
        this.scripts = scripts;
        this.closing = closing;
    }

    SimulatedNode add() {
        synchronized (nodes) {
            int number = nodes.size();
            String name = "node-" + number;
            Client client = plane.client("kubelet", "system:node:" + name, "system:nodes");
            SimulatedNode node = closing.add(
                    new SimulatedNode(name, number, client, plane.time(), directory.resolve(name), scripts));
            nodes.add(node);
            node.recover();
            return node;
        }
    }

    List<SimulatedNode> all() {
        synchronized (nodes) {
            return List.copyOf(nodes);
        }
    }

    SimulatedNode named(String name) {
        return all().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no simulated node " + name));
    }

    /** How many nodes of the cluster, light ones included, say that they are ready and are open for Pods. */
    long ready() {
        return plane
                .client("k8j-junit", "system:admin", "system:masters")
                .resources(Node.class)
                .list(ListOptions.ALL)
                .stream()
                .filter(node -> node.getStatus() != null && node.getStatus().getConditions() != null)
                .filter(node -> node.getSpec().getTaints().stream()
                        .noneMatch(taint -> taint.getKey().equals(NOT_READY)))
                .filter(node -> node.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True")))
                .count();
    }
}
