package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.admission.Ending;
import io.k8j.kubelet.pods.config.SandboxConfigs;
import io.k8j.kubelet.pods.status.PodStatuses;
import io.k8j.kubelet.pods.status.PodView;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Knows whether one Pod must be ended, whatever its containers do, and why. {@link #order} may be called by any thread,
 * the others belong to the Pod's worker.
 */
final class Endings {
    private static final long USUAL_GRACE = 30;

    private final PodContext context;
    private final Consumer<Duration> wakeAfter;
    private volatile Ending ordered; // null if the node does not want it
    private PodView.Failure failure;

    Endings(PodContext context, Consumer<Duration> wakeAfter) {
        this.context = context;
        this.wakeAfter = wakeAfter;
    }

    /** The node wants the Pod to end. */
    void order(Ending ending) {
        if (ordered == null) ordered = ending;
    }

    boolean isOrdered() {
        return ordered != null;
    }

    /** Why the Pod failed as a whole; null if it did not. */
    PodView.Failure failure() {
        return failure;
    }

    /** Whether the Pod must end; asks to be asked again when time alone may change that. */
    boolean mustEnd(Pod now) {
        if (now.getMetadata().getDeletionTimestamp() != null) return true;
        String phase = now.getStatus() == null ? null : now.getStatus().getPhase();
        if (PodStatuses.isOver(phase)) return true;
        Ending ending = ordered;
        if (ending != null) {
            failure =
                    new PodView.Failure(ending.reason(), ending.statusMessage(), ending.refused(), ending.disruption());
            if (ending.isTold()) context.events().warning(now, ending.reason(), ending.message());
            return true;
        }
        String sysctl = SandboxConfigs.forbiddenSysctl(now);
        if (!sysctl.isEmpty()) {
            failure = new PodView.Failure("SysctlForbidden", sysctl);
            context.events().warning(now, "SysctlForbidden", sysctl);
            return true;
        }
        return deadlinePassed(now);
    }

    private boolean deadlinePassed(Pod now) {
        Long limit = now.getSpec().getActiveDeadlineSeconds();
        if (limit == null || now.getStatus() == null || now.getStatus().getStartTime() == null) return false;
        Instant end = Instant.parse(now.getStatus().getStartTime()).plusSeconds(limit);
        Duration left = Duration.between(context.time().instant(), end);
        if (left.isPositive()) {
            wakeAfter.accept(left);
            return false;
        }
        failure = new PodView.Failure(
                "DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        context.events().normal(now, "DeadlineExceeded", failure.message());
        return true;
    }

    /** How long its containers get. */
    Duration grace(Pod now) {
        Long seconds = now.getMetadata().getDeletionTimestamp() != null
                ? now.getMetadata().getDeletionGracePeriodSeconds()
                : null;
        if (seconds == null) seconds = now.getSpec().getTerminationGracePeriodSeconds();
        Duration own = Duration.ofSeconds(seconds == null ? USUAL_GRACE : Math.max(1, seconds));
        Ending ending = ordered;
        if (ending == null || ending.grace().compareTo(own) >= 0) return own;
        return ending.grace().isPositive() ? ending.grace() : Duration.ofSeconds(1);
    }
}
