package io.k8j.kubelet.pods.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerRestartRule;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A container of a Pod together with its role.
 *
 * @param kind its role
 * @param container what is wanted; of an ephemeral container, the fields it shares with ordinary ones
 * @param target name of the container whose processes an ephemeral container wants to see, or of the volume; empty
 *     otherwise
 */
public record ContainerRef(Kind kind, Container container, String target) {
    /** The roles of containers. */
    public enum Kind {
        INIT,
        /** An init container that restarts always and runs beside the others. */
        SIDECAR,
        APP,
        EPHEMERAL,
        /** None at all: the image of a volume, which is pulled like a container's. */
        VOLUME
    }

    /** The container's name, unique in its Pod. */
    public String name() {
        return container.getName();
    }

    /** Its role as metrics name it. */
    public String type() {
        return switch (kind) {
            case INIT, SIDECAR -> "init_container";
            case APP, VOLUME -> "container";
            case EPHEMERAL -> "ephemeral_container";
        };
    }

    /** Where in the Pod it stands, as events name it; null for the Pod as a whole. */
    public String fieldPath() {
        String list = switch (kind) {
            case INIT, SIDECAR -> "initContainers";
            case APP -> "containers";
            case EPHEMERAL -> "ephemeralContainers";
            case VOLUME -> "";
        };
        if (list.isEmpty()) return null;
        return "spec.%s{%s}".formatted(list, name());
    }

    /** The init containers, in their order. */
    public static List<ContainerRef> initOf(Pod pod) {
        return orEmpty(pod.getSpec().getInitContainers()).stream()
                .map(c -> new ContainerRef("Always".equals(c.getRestartPolicy()) ? Kind.SIDECAR : Kind.INIT, c, ""))
                .toList();
    }

    /** The containers that are neither init nor ephemeral ones. */
    public static List<ContainerRef> appOf(Pod pod) {
        return orEmpty(pod.getSpec().getContainers()).stream()
                .map(c -> new ContainerRef(Kind.APP, c, ""))
                .toList();
    }

    /** The containers for debugging that were added later. */
    public static List<ContainerRef> ephemeralOf(Pod pod) {
        return orEmpty(pod.getSpec().getEphemeralContainers()).stream()
                .map(c -> new ContainerRef(
                        Kind.EPHEMERAL,
                        common(c),
                        c.getTargetContainerName() == null ? "" : c.getTargetContainerName()))
                .toList();
    }

    /** All containers: init containers, ordinary ones, ephemeral ones. */
    public static List<ContainerRef> allOf(Pod pod) {
        List<ContainerRef> all = new ArrayList<>(initOf(pod));
        all.addAll(appOf(pod));
        all.addAll(ephemeralOf(pod));
        return all;
    }

    /** Finds a container by its name. */
    public static Optional<ContainerRef> find(Pod pod, String name) {
        return allOf(pod).stream().filter(ref -> ref.name().equals(name)).findFirst();
    }

    /** What the first of its own rules that names the exit code wants: to restart it, or all containers. */
    public Optional<String> ruleFor(int exitCode) {
        for (ContainerRestartRule rule : orEmpty(container.getRestartPolicyRules())) {
            if (rule.getExitCodes() == null) continue;
            boolean in = orEmpty(rule.getExitCodes().getValues()).contains(exitCode);
            if (in == "In".equals(rule.getExitCodes().getOperator())) return Optional.of(rule.getAction());
        }
        return Optional.empty();
    }

    /** Whether it is to run again after it has ended with {@code exitCode}. */
    public boolean restarts(Pod pod, int exitCode) {
        if (kind == Kind.EPHEMERAL) return false;
        if (ruleFor(exitCode).isPresent()) return true; // alone or with all others
        String policy = container.getRestartPolicy();
        if (policy == null || policy.isEmpty()) policy = pod.getSpec().getRestartPolicy();
        // An init container of a Pod that restarts always is done once it has succeeded.
        if (kind == Kind.INIT) return exitCode != 0 && !"Never".equals(policy);
        return switch (policy == null ? "Always" : policy) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> true;
        };
    }

    /** The images of the volumes that it mounts. Their names are none that a container can have. */
    public List<ContainerRef> volumeImages(Pod pod) {
        Set<String> mounted = orEmpty(container.getVolumeMounts()).stream()
                .map(VolumeMount::getName)
                .collect(Collectors.toSet());
        return orEmpty(pod.getSpec().getVolumes()).stream()
                .filter(volume -> volume.getImage() != null && mounted.contains(volume.getName()))
                .map(volume -> new ContainerRef(
                        Kind.VOLUME,
                        new ContainerBuilder()
                                .withName("volume/" + volume.getName())
                                .withImage(volume.getImage().getReference())
                                .withImagePullPolicy(volume.getImage().getPullPolicy())
                                .build(),
                        volume.getName()))
                .toList();
    }

    private static Container common(EphemeralContainer c) {
        return new ContainerBuilder()
                .withName(c.getName())
                .withImage(c.getImage())
                .withImagePullPolicy(c.getImagePullPolicy())
                .withCommand(c.getCommand())
                .withArgs(c.getArgs())
                .withEnv(c.getEnv())
                .withEnvFrom(c.getEnvFrom())
                .withWorkingDir(c.getWorkingDir())
                .withVolumeMounts(c.getVolumeMounts())
                .withSecurityContext(c.getSecurityContext())
                .withStdin(c.getStdin())
                .withStdinOnce(c.getStdinOnce())
                .withTty(c.getTty())
                .withTerminationMessagePath(c.getTerminationMessagePath())
                .withTerminationMessagePolicy(c.getTerminationMessagePolicy())
                .withResources(c.getResources())
                .build();
    }

    /** The list, or an empty one for null. */
    public static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }
}
