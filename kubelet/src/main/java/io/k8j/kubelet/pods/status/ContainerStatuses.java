package io.k8j.kubelet.pods.status;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.VolumeMountStatus;
import io.fabric8.kubernetes.api.model.VolumeMountStatusBuilder;
import io.k8j.kubelet.pods.plan.EndedContainers;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.WholeRestart;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.ContainerRef.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Turns runs of containers into their statuses. Pure. */
final class ContainerStatuses {
    private final Pod pod;
    private final RuntimePod runtime;
    private final PodView view;
    private final boolean restarting;

    ContainerStatuses(Pod pod, RuntimePod runtime, PodView view) {
        this.pod = pod;
        this.runtime = runtime;
        this.view = view;
        this.restarting = WholeRestart.isWanted(pod, runtime, pod.getStatus());
    }

    List<ContainerStatus> of(List<ContainerRef> refs) {
        return refs.stream().map(this::status).toList();
    }

    private ContainerStatus status(ContainerRef ref) {
        List<RuntimeContainer> runs = runtime.runs(ref.name());
        Optional<ContainerStatus> old = old(ref);
        ContainerStatusBuilder status = new ContainerStatusBuilder()
                .withName(ref.name())
                .withImage(ref.container().getImage())
                .withImageID("")
                .withReady(false)
                .withRestartCount(0)
                .withLastState(new ContainerState());
        if (runs.isEmpty()) {
            status.withState(waiting(waitingFor(ref)));
            old.filter(o -> o.getContainerID() != null && !o.getContainerID().isEmpty())
                    .ifPresent(o -> {
                        keepWhatWasLost(status, o);
                        if (restarting && o.getState() != null && o.getState().getWaiting() == null) removed(status, o);
                    });
            if (ref.kind() != Kind.EPHEMERAL) status.withStarted(false);
        } else {
            fill(status, ref, runs);
        }
        resources(status, ref);
        mounts(status, ref.container());
        return status.build();
    }

    /** The runtime has lost a container that ran: its end is unknown, as upstream tells it. */
    private void keepWhatWasLost(ContainerStatusBuilder status, ContainerStatus old) {
        status.withRestartCount(old.getRestartCount());
        status.withContainerID(old.getContainerID())
                .withImageID(old.getImageID())
                .withImage(old.getImage());
        if (old.getState() != null && old.getState().getTerminated() != null) {
            status.withState(old.getState()).withLastState(old.getLastState());
        } else if (old.getState() != null && old.getState().getRunning() != null) {
            status.withLastState(EndedContainers.UNKNOWN);
        } else if (old.getLastState() != null) {
            status.withLastState(old.getLastState());
        }
    }

    /** All containers start anew in place. */
    private static void removed(ContainerStatusBuilder status, ContainerStatus old) {
        status.withState(waiting(new PodView.Waiting(WholeRestart.REASON, WholeRestart.MESSAGE)))
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(137)
                .withReason(WholeRestart.REASON)
                .withMessage(WholeRestart.MESSAGE)
                .endTerminated()
                .endLastState()
                .withRestartCount(old.getRestartCount() + 1);
    }

    private void fill(ContainerStatusBuilder status, ContainerRef ref, List<RuntimeContainer> runs) {
        RuntimeContainer newest = runs.getFirst();
        status.withRestartCount(newest.attempt()).withContainerID(idOf(newest));
        String image = newest.status().getImage().getImage();
        if (!image.isEmpty()) status.withImage(image);
        status.withImageID(newest.status().getImageRef());
        if (runs.size() > 1 && runs.get(1).exited()) status.withLastState(terminated(runs.get(1)));
        if (runs.size() == 1 && WholeRestart.isPossible(pod)) old(ref).ifPresent(o -> keepLastEnd(status, o, newest));
        PodView.Waiting why = view.waiting().get(ref.name());
        boolean up = newest.running() && !view.hooked().contains(newest.id());
        boolean started = up && view.started().contains(newest.id());
        if (up) {
            status.withState(new ContainerStateBuilder()
                    .withNewRunning(time(newest.status().getStartedAt()))
                    .build());
        } else if (newest.exited() && why != null && pod.getMetadata().getDeletionTimestamp() == null) {
            status.withState(waiting(why)).withLastState(terminated(newest));
        } else if (newest.exited()) {
            status.withState(terminated(newest));
        } else {
            status.withState(waiting(waitingFor(ref)));
        }
        switch (ref.kind()) {
            case EPHEMERAL, VOLUME -> {}
            case INIT ->
                status.withStarted(started)
                        .withReady(newest.exited() && newest.status().getExitCode() == 0);
            case SIDECAR, APP ->
                status.withStarted(started).withReady(started && view.ready().contains(newest.id()));
        }
        if (newest.status().hasUser() && newest.status().getUser().hasLinux()) {
            var user = newest.status().getUser().getLinux();
            status.withNewUser()
                    .withNewLinux()
                    .withUid(user.getUid())
                    .withGid(user.getGid())
                    .withSupplementalGroups(user.getSupplementalGroupsList())
                    .endLinux()
                    .endUser();
        }
    }

    /** Runs that were removed for a restart of all containers are told of by the status before only. */
    private void keepLastEnd(ContainerStatusBuilder status, ContainerStatus old, RuntimeContainer newest) {
        boolean another = !idOf(newest).equals(old.getContainerID());
        if (another && old.getState() != null && old.getState().getTerminated() != null) {
            status.withLastState(old.getState());
        } else if (old.getLastState() != null && old.getLastState().getTerminated() != null) {
            status.withLastState(old.getLastState());
        }
    }

    private PodView.Waiting waitingFor(ContainerRef ref) {
        PodView.Waiting known = view.waiting().get(ref.name());
        if (known != null) return known;
        boolean hasInit = !ContainerRef.initOf(pod).isEmpty() && ref.kind() != Kind.EPHEMERAL;
        return new PodView.Waiting(hasInit ? "PodInitializing" : "ContainerCreating", null);
    }

    private String idOf(RuntimeContainer container) {
        return view.runtimeName() + "://" + container.id();
    }

    private ContainerState terminated(RuntimeContainer container) {
        var status = container.status();
        String message = view.messages().getOrDefault(container.id(), status.getMessage());
        ContainerStateTerminated ended = new ContainerStateTerminatedBuilder()
                .withExitCode(status.getExitCode())
                .withReason(status.getReason().isEmpty() ? null : status.getReason())
                .withMessage(message.isEmpty() ? null : message)
                .withStartedAt(time(status.getStartedAt()))
                .withFinishedAt(time(status.getFinishedAt()))
                .withContainerID(idOf(container))
                .build();
        return new ContainerStateBuilder().withTerminated(ended).build();
    }

    private static ContainerState waiting(PodView.Waiting why) {
        return new ContainerStateBuilder()
                .withNewWaiting(why.message(), why.reason())
                .build();
    }

    private void resources(ContainerStatusBuilder status, ContainerRef ref) {
        ResourceRequirements granted = ref.container().getResources();
        ResourceRequirements has = view.standing().getOrDefault(ref.name(), granted);
        if (granted == null || has == null) {
            status.withResources(new ResourceRequirements());
            return;
        }
        status.withNewResources()
                .withLimits(has.getLimits())
                .withRequests(has.getRequests())
                .endResources();
        if (granted.getRequests() != null && !granted.getRequests().isEmpty()) {
            status.withAllocatedResources(granted.getRequests());
        }
    }

    private static void mounts(ContainerStatusBuilder status, Container container) {
        List<VolumeMountStatus> mounts = ContainerRef.orEmpty(container.getVolumeMounts()).stream()
                .map(mount -> {
                    boolean readOnly = Boolean.TRUE.equals(mount.getReadOnly());
                    return new VolumeMountStatusBuilder()
                            .withName(mount.getName())
                            .withMountPath(mount.getMountPath())
                            .withReadOnly(readOnly ? true : null)
                            .withRecursiveReadOnly(readOnly ? "Disabled" : null)
                            .build();
                })
                .toList();
        status.withVolumeMounts(mounts);
    }

    private Optional<ContainerStatus> old(ContainerRef ref) {
        if (pod.getStatus() == null) return Optional.empty();
        List<ContainerStatus> list = switch (ref.kind()) {
            case INIT, SIDECAR -> pod.getStatus().getInitContainerStatuses();
            case APP -> pod.getStatus().getContainerStatuses();
            case EPHEMERAL -> pod.getStatus().getEphemeralContainerStatuses();
            case VOLUME -> List.of();
        };
        return ContainerRef.orEmpty(list).stream()
                .filter(status -> status.getName().equals(ref.name()))
                .findFirst();
    }

    static String time(long nanos) {
        return Instant.ofEpochSecond(nanos / 1_000_000_000).toString();
    }
}
