package io.k8j.kubelet.pods.status;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.ContainerRef.Kind;
import java.util.List;

/**
 * How many containers of a Pod are in which state, as its phase counts them.
 *
 * @param initFailed whether an init container has failed for good
 * @param pendingInit init containers that run or have not run
 * @param pendingSidecars that have not started
 * @param running ordinary containers and sidecars
 * @param waiting the same, that never ran
 * @param stopped ordinary containers that have ended, though they may start again
 * @param stoppedForGood that will not
 * @param succeeded that have ended well, and do not wait to start again
 */
record PhaseCounts(
        boolean initFailed,
        int pendingInit,
        int pendingSidecars,
        int running,
        int waiting,
        int stopped,
        int stoppedForGood,
        int succeeded) {
    static PhaseCounts of(Pod pod, List<ContainerStatus> init, List<ContainerStatus> app) {
        PhaseCounts counts = new PhaseCounts(false, 0, 0, 0, 0, 0, 0, 0);
        List<ContainerRef> inits = ContainerRef.initOf(pod);
        for (int i = 0; i < init.size(); i++) {
            counts = inits.get(i).kind() == Kind.SIDECAR
                    ? counts.withSidecar(init.get(i))
                    : counts.withInit(pod, inits.get(i), init.get(i));
        }
        List<ContainerRef> apps = ContainerRef.appOf(pod);
        for (int i = 0; i < app.size(); i++) counts = counts.withApp(pod, apps.get(i), app.get(i));
        return counts;
    }

    private PhaseCounts withInit(Pod pod, ContainerRef ref, ContainerStatus status) {
        ContainerStateTerminated end = end(status);
        if (end == null) return plus(1, 0, 0, 0, 0, 0, 0);
        return end.getExitCode() != 0 && !startsAgain(pod, ref, end)
                ? new PhaseCounts(
                        true, pendingInit, pendingSidecars, running, waiting, stopped, stoppedForGood, succeeded)
                : this;
    }

    private PhaseCounts withSidecar(ContainerStatus status) {
        if (status.getState().getRunning() != null) {
            return plus(0, Boolean.TRUE.equals(status.getStarted()) ? 0 : 1, 1, 0, 0, 0, 0);
        }
        return end(status) == null ? plus(0, 1, 0, 1, 0, 0, 0) : this; // ended ones do not count
    }

    private PhaseCounts withApp(Pod pod, ContainerRef ref, ContainerStatus status) {
        if (status.getState().getRunning() != null) return plus(0, 0, 1, 0, 0, 0, 0);
        ContainerStateTerminated end = end(status);
        if (end == null) return plus(0, 0, 0, 1, 0, 0, 0);
        boolean well = status.getState().getTerminated() != null && end.getExitCode() == 0;
        return plus(0, 0, 0, 0, 1, startsAgain(pod, ref, end) ? 0 : 1, well ? 1 : 0);
    }

    private PhaseCounts plus(int init, int sidecars, int nowRunning, int nowWaiting, int ended, int forGood, int well) {
        return new PhaseCounts(
                initFailed,
                pendingInit + init,
                pendingSidecars + sidecars,
                running + nowRunning,
                waiting + nowWaiting,
                stopped + ended,
                stoppedForGood + forGood,
                succeeded + well);
    }

    private static boolean startsAgain(Pod pod, ContainerRef ref, ContainerStateTerminated end) {
        return ref.restarts(pod, end.getExitCode()) || WholeRestart.REASON.equals(end.getReason());
    }

    /** How it ended, if it does not run: now, or before it waited to start again. */
    private static ContainerStateTerminated end(ContainerStatus status) {
        ContainerState state = status.getState();
        if (state.getTerminated() != null || state.getRunning() != null) return state.getTerminated();
        return status.getLastState() == null ? null : status.getLastState().getTerminated();
    }
}
