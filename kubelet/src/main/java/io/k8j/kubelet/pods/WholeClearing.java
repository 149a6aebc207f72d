package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.spec.ContainerRef;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes all runs of a Pod that begins anew in place ({@link WholeRestart}): those whose exit asks for it last, so that a
 * node agent that stops in between goes on with it.
 */
final class WholeClearing {
    private WholeClearing() {}

    /** Kills what runs, with the least grace and without hooks, and removes all runs. Their logs stay. */
    static void clear(PodContext context, Pod pod, RuntimePod runtime) {
        List<ContainerRef> order = new ArrayList<>(ContainerRef.appOf(pod));
        order.addAll(ContainerRef.initOf(pod));
        for (boolean asking : new boolean[] {false, true}) {
            for (ContainerRef ref : order) {
                for (RuntimeContainer run : runtime.runs(ref.name())) {
                    if (WholeRestart.asks(ref, run) == asking) remove(context, pod, ref, run);
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
