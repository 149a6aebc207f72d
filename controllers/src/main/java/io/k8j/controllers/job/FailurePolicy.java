package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the Job's podFailurePolicy says about a failed Pod. */
final class FailurePolicy {
    /**
     * A rule that matched.
     *
     * @param action {@code Ignore}, {@code Count}, {@code FailJob} or {@code FailIndex}
     * @param message upstream's sentence for FailJob
     */
    record Verdict(String action, String message) {
        static final Verdict COUNT = new Verdict("Count", "");
    }

    private FailurePolicy() {}

    static boolean isSet(Job job) {
        return job.getSpec().getPodFailurePolicy() != null;
    }

    static Verdict judge(Job job, Pod pod) {
        if (!isSet(job)) {
            return Verdict.COUNT;
        }
        List<PodFailurePolicyRule> rules =
                Nulls.list(job.getSpec().getPodFailurePolicy().getRules());
        for (int i = 0; i < rules.size(); i++) {
            Optional<String> match = match(rules.get(i), pod, i);
            if (match.isPresent()) {
                return new Verdict(rules.get(i).getAction(), match.get());
            }
        }
        return Verdict.COUNT;
    }

    private static Optional<String> match(PodFailurePolicyRule rule, Pod pod, int index) {
        String where = Nulls.namespace(pod) + "/" + Nulls.name(pod);
        if (rule.getOnExitCodes() != null) {
            return failedContainers(pod).stream()
                    .filter(status -> matches(rule.getOnExitCodes(), status))
                    .findFirst()
                    .map(status -> "Container %s for pod %s failed with exit code %d matching %s rule at index %d"
                            .formatted(
                                    status.getName(),
                                    where,
                                    status.getState().getTerminated().getExitCode(),
                                    rule.getAction(),
                                    index));
        }
        return Nulls.list(rule.getOnPodConditions()).stream()
                .filter(pattern -> Pods.condition(pod, pattern.getType())
                        .filter(c -> Nulls.or(pattern.getStatus(), "True").equals(c.getStatus()))
                        .isPresent())
                .findFirst()
                .map(pattern -> "Pod %s has condition %s matching %s rule at index %d"
                        .formatted(where, pattern.getType(), rule.getAction(), index));
    }

    private static List<ContainerStatus> failedContainers(Pod pod) {
        List<ContainerStatus> statuses = new ArrayList<>();
        if (pod.getStatus() != null) {
            statuses.addAll(Nulls.list(pod.getStatus().getContainerStatuses()));
            statuses.addAll(Nulls.list(pod.getStatus().getInitContainerStatuses()));
        }
        statuses.removeIf(status -> status.getState() == null
                || status.getState().getTerminated() == null
                || Nulls.or(status.getState().getTerminated().getExitCode(), 0) == 0);
        return statuses;
    }

    private static boolean matches(PodFailurePolicyOnExitCodesRequirement requirement, ContainerStatus status) {
        if (!Nulls.isEmpty(requirement.getContainerName())
                && !requirement.getContainerName().equals(status.getName())) {
            return false;
        }
        boolean listed = requirement
                .getValues()
                .contains(status.getState().getTerminated().getExitCode());
        return "In".equals(requirement.getOperator()) == listed;
    }
}
