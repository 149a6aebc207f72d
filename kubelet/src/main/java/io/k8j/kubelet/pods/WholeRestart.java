package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.k8j.kubelet.pods.RuntimePod.RuntimeContainer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The restart of all containers of a Pod in place, which a container's rule {@code RestartAllContainers} asks for when it
 * exits: all runs are removed, those whose exit asks for it last, so that a node agent that stops in between goes on with
 * it; then the Pod begins anew in its sandbox.
 */
final class WholeRestart {
    static final String CONDITION = "AllContainersRestarting";
    static final String REASON = "RestartingAllContainers";
    static final String MESSAGE = "The container is removed because RestartAllContainers in place";
    private static final String ACTION = "RestartAllContainers";

    private WholeRestart() {}

    /** Whether some container of the Pod may ask for it. */
    static boolean isPossible(Pod pod) {
        return refs(pod)
                .flatMap(ref -> ContainerRef.orEmpty(ref.container().getRestartPolicyRules()).stream())
                .anyMatch(rule -> ACTION.equals(rule.getAction()));
    }

    private static Stream<ContainerRef> refs(Pod pod) {
        return Stream.concat(ContainerRef.initOf(pod).stream(), ContainerRef.appOf(pod).stream());
    }

    /** Whether it has begun, or a container has exited that asks for it. */
    static boolean isWanted(Pod pod, RuntimePod runtime, PodStatus told) {
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

    private static boolean asks(ContainerRef ref, RuntimeContainer run) {
        return run.exited() && asks(ref, run.status().getExitCode());
    }

    private static boolean asks(ContainerRef ref, int exitCode) {
        return ref.ruleFor(exitCode).filter(ACTION::equals).isPresent();
    }

    /** Whether nothing is left to be removed. */
    static boolean isCleared(Pod pod, RuntimePod runtime) {
        return refs(pod).allMatch(ref -> runtime.latest(ref.name()).isEmpty());
    }

    /** Kills what runs, with the least grace and without hooks, and removes all runs. Their logs stay. */
    static void clear(PodContext context, Pod pod, RuntimePod runtime) {
        List<ContainerRef> order = new ArrayList<>(ContainerRef.appOf(pod));
        order.addAll(ContainerRef.initOf(pod));
        for (boolean asking : new boolean[] {false, true}) {
            for (ContainerRef ref : order) {
                for (RuntimeContainer run : runtime.runs(ref.name())) {
                    if (asks(ref, run) == asking) remove(context, pod, ref, run);
                }
            }
        }
    }

    private static void remove(PodContext context, Pod pod, ContainerRef ref, RuntimeContainer run) {
        if (run.running()) {
            context.events().normal(pod, ref, "Killing", "killing");
            context.runtime().stopContainer(run.id(), Killer.LEAST_GRACE);
        }
        context.runtime().removeContainer(run.id());
    }
}
