package io.k8j.kubelet.pods.plan;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.spec.ContainerRef;
import java.util.stream.Stream;

/**
 * The restart of all containers of a Pod in place, which a container's rule {@code RestartAllContainers} asks for when it
 * exits: all runs are removed, and the Pod begins anew in its sandbox. Here is when, pure; what is done is in {@link
 * WholeClearing}.
 */
public final class WholeRestart {
    public static final String CONDITION = "AllContainersRestarting";
    public static final String REASON = "RestartingAllContainers";
    public static final String MESSAGE = "The container is removed because RestartAllContainers in place";
    private static final String ACTION = "RestartAllContainers";

    private WholeRestart() {}

    /** Whether some container of the Pod may ask for it. */
    public static boolean isPossible(Pod pod) {
        return refs(pod)
                .flatMap(ref -> ContainerRef.orEmpty(ref.container().getRestartPolicyRules()).stream())
                .anyMatch(rule -> ACTION.equals(rule.getAction()));
    }

    private static Stream<ContainerRef> refs(Pod pod) {
        return Stream.concat(ContainerRef.initOf(pod).stream(), ContainerRef.appOf(pod).stream());
    }

    /** Whether it has begun, or a container has exited that asks for it. */
    public static boolean isWanted(Pod pod, RuntimePod runtime, PodStatus told) {
        if (!isPossible(pod)) return false;
        boolean begun = told != null
                && ContainerRef.orEmpty(told.getConditions()).stream()
                        .anyMatch(c -> CONDITION.equals(c.getType()) && "True".equals(c.getStatus()));
        return begun
                || refs(pod)
                        .anyMatch(ref -> runtime.latest(ref.name())
                                        .filter(run -> asks(ref, run))
                                        .isPresent()
                                || toldEnd(told, ref).anyMatch(end -> asks(ref, end.getExitCode())));
    }

    private static Stream<ContainerStateTerminated> toldEnd(PodStatus told, ContainerRef ref) {
        if (told == null) return Stream.empty();
        return Stream.concat(
                        ContainerRef.orEmpty(told.getInitContainerStatuses()).stream(),
                        ContainerRef.orEmpty(told.getContainerStatuses()).stream())
                .filter(status -> status.getName().equals(ref.name()))
                .map(ContainerStatus::getState)
                .filter(state -> state != null && state.getTerminated() != null)
                .map(state -> state.getTerminated());
    }

    /** Whether this run's exit asks for it. */
    public static boolean asks(ContainerRef ref, RuntimeContainer run) {
        return run.exited() && asks(ref, run.status().getExitCode());
    }

    private static boolean asks(ContainerRef ref, int exitCode) {
        return ref.ruleFor(exitCode).filter(ACTION::equals).isPresent();
    }

    /** Whether nothing is left to be removed. */
    public static boolean isCleared(Pod pod, RuntimePod runtime) {
        return refs(pod).allMatch(ref -> runtime.latest(ref.name()).isEmpty());
    }
}
