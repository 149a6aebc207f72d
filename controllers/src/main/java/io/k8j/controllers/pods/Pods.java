package io.k8j.controllers.pods;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Answers questions about a Pod's state. */
public final class Pods {
    private Pods() {}

    public static String phase(Pod pod) {
        return pod.getStatus() == null ? "" : Nulls.or(pod.getStatus().getPhase(), "");
    }

    public static boolean isFinished(Pod pod) {
        String phase = phase(pod);
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** Neither finished nor being deleted. */
    public static boolean isActive(Pod pod) {
        return !isFinished(pod) && !Nulls.isDeleting(pod);
    }

    /** Being deleted and not finished yet. */
    public static boolean isTerminating(Pod pod) {
        return Nulls.isDeleting(pod) && !isFinished(pod);
    }

    public static boolean isScheduled(Pod pod) {
        return pod.getSpec() != null && !Nulls.isEmpty(pod.getSpec().getNodeName());
    }

    public static Optional<PodCondition> condition(Pod pod, String type) {
        if (pod.getStatus() == null) {
            return Optional.empty();
        }
        for (PodCondition condition : Nulls.list(pod.getStatus().getConditions())) {
            if (type.equals(condition.getType())) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    public static boolean hasTrue(Pod pod, String type) {
        return condition(pod, type).filter(c -> "True".equals(c.getStatus())).isPresent();
    }

    public static boolean isReady(Pod pod) {
        return hasTrue(pod, "Ready");
    }

    /** Ready for at least that many seconds. */
    public static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
        return availableIn(pod, minReadySeconds, now).filter(Duration::isZero).isPresent();
    }

    /** How long until the Pod is available if it stays ready; zero if it is, empty if it is not ready. */
    public static Optional<Duration> availableIn(Pod pod, int minReadySeconds, Instant now) {
        Optional<PodCondition> ready = condition(pod, "Ready").filter(c -> "True".equals(c.getStatus()));
        if (ready.isEmpty()) {
            return Optional.empty();
        }
        if (minReadySeconds == 0) {
            return Optional.of(Duration.ZERO);
        }
        if (Nulls.isEmpty(ready.get().getLastTransitionTime())) {
            return Optional.empty();
        }
        Instant from = Times.parse(ready.get().getLastTransitionTime()).plusSeconds(minReadySeconds);
        return Optional.of(from.isAfter(now) ? Duration.between(now, from) : Duration.ZERO);
    }

    public static Instant readySince(Pod pod) {
        return condition(pod, "Ready")
                .filter(c -> "True".equals(c.getStatus()))
                .map(c -> Times.parse(c.getLastTransitionTime()))
                .orElse(Instant.EPOCH);
    }

    /** The highest restart count of its containers. */
    public static int restarts(Pod pod) {
        if (pod.getStatus() == null) {
            return 0;
        }
        int most = 0;
        for (ContainerStatus status : Nulls.list(pod.getStatus().getContainerStatuses())) {
            most = Math.max(most, Nulls.or(status.getRestartCount(), 0));
        }
        return most;
    }

    public static List<ContainerStatus> containerStatuses(Pod pod) {
        return pod.getStatus() == null ? List.of() : Nulls.list(pod.getStatus().getContainerStatuses());
    }
}
