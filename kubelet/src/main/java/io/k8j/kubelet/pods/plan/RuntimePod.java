package io.k8j.kubelet.pods.plan;

import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the runtime has of one Pod at one moment.
 *
 * @param sandboxes newest first
 * @param containers of all sandboxes, newest first
 */
public record RuntimePod(List<Sandbox> sandboxes, List<RuntimeContainer> containers) {
    public static final RuntimePod EMPTY = new RuntimePod(List.of(), List.of());

    /**
     * A sandbox.
     *
     * @param ips addresses, the main one first; empty with the host's network
     */
    public record Sandbox(String id, int attempt, boolean ready, List<String> ips, long createdAt) {}

    /** One run of a container. */
    public record RuntimeContainer(String id, String sandboxId, String name, int attempt, ContainerStatus status) {
        /** Whether its process runs. */
        public boolean running() {
            return status.getState() == ContainerState.CONTAINER_RUNNING;
        }

        /** Whether it ran and has ended. */
        public boolean exited() {
            return status.getState() == ContainerState.CONTAINER_EXITED;
        }
    }

    public RuntimePod {
        sandboxes = sandboxes.stream()
                .sorted(Comparator.comparingInt(Sandbox::attempt)
                        .thenComparingLong(Sandbox::createdAt)
                        .reversed())
                .toList();
        containers = containers.stream()
                .sorted(Comparator.comparingInt(RuntimeContainer::attempt)
                        .thenComparingLong(c -> c.status().getCreatedAt())
                        .reversed())
                .toList();
    }

    /** The newest sandbox. */
    public Optional<Sandbox> sandbox() {
        return sandboxes.stream().findFirst();
    }

    /** All runs of a container, newest first. */
    public List<RuntimeContainer> runs(String name) {
        return containers.stream().filter(c -> c.name().equals(name)).toList();
    }

    /** The newest run of a container. */
    public Optional<RuntimeContainer> latest(String name) {
        return containers.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    /** Whether any container runs. */
    public boolean anythingRuns() {
        return containers.stream().anyMatch(RuntimeContainer::running);
    }
}
