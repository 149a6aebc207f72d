package io.k8j.controllers.job;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.k8j.controllers.pods.PodControl;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.List;

/** The Pods of Jobs. */
final class JobPods {
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";
    static final String INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";
    private static final String INDEX_ENV = "JOB_COMPLETION_INDEX";

    private JobPods() {}

    static boolean isIndexed(Job job) {
        return "Indexed".equals(job.getSpec().getCompletionMode());
    }

    static boolean isTracked(Pod pod) {
        return Nulls.list(pod.getMetadata().getFinalizers()).contains(FINALIZER);
    }

    /** -1 if it has none. */
    static int index(Pod pod) {
        try {
            return Integer.parseInt(Nulls.annotations(pod).getOrDefault(INDEX, "-1"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** How often the index had failed before this Pod. */
    static int indexFailures(Pod pod) {
        try {
            return Integer.parseInt(Nulls.annotations(pod).getOrDefault(INDEX_FAILURES, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** @param group name; empty for none */
    static Pod inGroup(Pod pod, String group) {
        return group.isEmpty()
                ? pod
                : pod.toBuilder()
                        .editSpec()
                        .withNewSchedulingGroup(group)
                        .endSpec()
                        .build();
    }

    /** @param index -1 for Jobs without indexes */
    static Pod make(Job job, int index, int failures) {
        Pod pod = PodControl.fromTemplate(job.getSpec().getTemplate(), job).toBuilder()
                .editMetadata()
                .addToFinalizers(FINALIZER)
                .endMetadata()
                .build();
        if (index < 0) {
            return pod;
        }
        String number = Integer.toString(index);
        Pod indexed = pod.toBuilder()
                .editMetadata()
                .withGenerateName(Nulls.name(job) + "-" + number + "-")
                .addToAnnotations(INDEX, number)
                .addToLabels(INDEX, number)
                .endMetadata()
                .editSpec()
                .withHostname(Nulls.name(job) + "-" + number)
                .withContainers(withIndex(pod.getSpec().getContainers()))
                .withInitContainers(withIndex(Nulls.list(pod.getSpec().getInitContainers())))
                .endSpec()
                .build();
        return job.getSpec().getBackoffLimitPerIndex() == null
                ? indexed
                : indexed.toBuilder()
                        .editMetadata()
                        .addToAnnotations(INDEX_FAILURES, Integer.toString(failures))
                        .endMetadata()
                        .build();
    }

    private static List<Container> withIndex(List<Container> containers) {
        EnvVar variable = new EnvVarBuilder()
                .withName(INDEX_ENV)
                .withNewValueFrom()
                .withNewFieldRef(null, "metadata.labels['" + INDEX + "']")
                .endValueFrom()
                .build();
        return containers.stream()
                .map(container -> Nulls.list(container.getEnv()).stream().anyMatch(e -> INDEX_ENV.equals(e.getName()))
                        ? container
                        : container.toBuilder().addToEnv(variable).build())
                .toList();
    }

    /** When the Pod ended, as well as it is known. */
    static Instant ended(Pod pod) {
        Instant last = Instant.EPOCH;
        for (ContainerStatus status : Pods.containerStatuses(pod)) {
            if (status.getState() != null && status.getState().getTerminated() != null) {
                Instant end = Times.parse(status.getState().getTerminated().getFinishedAt());
                last = end.isAfter(last) ? end : last;
            }
        }
        if (last.equals(Instant.EPOCH) && Nulls.isDeleting(pod)) {
            last = Times.parse(pod.getMetadata().getDeletionTimestamp());
        }
        return last.equals(Instant.EPOCH) ? Times.created(pod) : last;
    }
}
