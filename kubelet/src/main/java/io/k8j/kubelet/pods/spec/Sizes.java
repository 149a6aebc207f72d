package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerResizePolicy;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a container was given; its annotations keep it, so that it is known after a restart of the node agent.
 *
 * @param cpu thousandths of CPUs that it asks for
 * @param cpuLimit thousandths of CPUs; 0 if there is no limit
 * @param memory bytes that it asks for
 * @param memoryLimit bytes; 0 if there is no limit
 */
public record Sizes(long cpu, long cpuLimit, long memory, long memoryLimit) {
    /** What it is to be given. */
    public static Sizes of(Pod pod, Container container) {
        return new Sizes(
                Amounts.milli(Amounts.request(container, "cpu")),
                Amounts.milli(Amounts.limit(pod, container, "cpu")),
                Amounts.whole(Amounts.request(container, "memory")),
                Amounts.whole(Amounts.limit(pod, container, "memory")));
    }

    /** Reads what {@link #text} wrote; empty if it is not that. */
    public static Optional<Sizes> parse(String text) {
        String[] parts = text == null ? new String[0] : text.split("/");
        if (parts.length != 4) return Optional.empty();
        try {
            return Optional.of(new Sizes(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** In a form that can be read back. */
    public String text() {
        return "%d/%d/%d/%d".formatted(cpu, cpuLimit, memory, memoryLimit);
    }

    /** Whether a container that has this wants a restart for something else. */
    public boolean restartsFor(Sizes wanted, List<ContainerResizePolicy> policies) {
        boolean cpuChanges = cpu != wanted.cpu || cpuLimit != wanted.cpuLimit;
        boolean memoryChanges = memory != wanted.memory || memoryLimit != wanted.memoryLimit;
        return policies.stream()
                .filter(policy -> "RestartContainer".equals(policy.getRestartPolicy()))
                .anyMatch(policy -> Objects.equals(policy.getResourceName(), "cpu") ? cpuChanges : memoryChanges);
    }
}
