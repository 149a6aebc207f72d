package io.k8j.kubelet.pods.plan;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.spec.ContainerRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Tells of the containers of a Pod of which nothing will run any more: none of them waits. Whoever looks at the status, such
 * as the Job that the Pod belongs to, can rely on that. Pure; upstream's rules.
 */
public final class EndedContainers {
    /** How the end of a container is told that nobody saw. */
    public static final ContainerState UNKNOWN = new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(137)
            .withReason("ContainerStatusUnknown")
            .withMessage("The container could not be located when the pod was terminated")
            .endTerminated()
            .build();

    private EndedContainers() {}

    /** Containers that come after the initialization, if it has ended; otherwise they never had their turn. */
    public static List<ContainerStatus> app(Pod pod, List<ContainerStatus> init, List<ContainerStatus> app) {
        return isInitialized(pod, init, app)
                ? app.stream().map(EndedContainers::ended).toList()
                : app;
    }

    /** Containers of the initialization: those that had their turn, and the first. */
    public static List<ContainerStatus> init(List<ContainerStatus> init) {
        int last = 0;
        for (int i = 0; i < init.size(); i++) {
            if (hasBegun(init.get(i))) last = i;
        }
        List<ContainerStatus> all = new ArrayList<>(init);
        for (int i = 0; i < init.size() && i <= last; i++) all.set(i, ended(init.get(i)));
        return all;
    }

    private static boolean isInitialized(Pod pod, List<ContainerStatus> init, List<ContainerStatus> app) {
        return ContainerRef.orEmpty(pod.getSpec().getInitContainers()).isEmpty()
                || app.stream().anyMatch(EndedContainers::hasBegun)
                || Stream.of(init.getLast().getState(), init.getLast().getLastState())
                        .filter(Objects::nonNull)
                        .anyMatch(state -> state.getTerminated() != null
                                && state.getTerminated().getExitCode() == 0);
    }

    private static boolean hasBegun(ContainerStatus status) {
        boolean ranBefore =
                status.getLastState() != null && status.getLastState().getTerminated() != null;
        return ranBefore || status.getState().getWaiting() == null;
    }

    private static ContainerStatus ended(ContainerStatus status) {
        return status.getState().getTerminated() != null
                ? status
                : status.toBuilder().withState(UNKNOWN).build();
    }
}
