package io.k8j.kubelet.pods.config;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.k8j.kubelet.cri.v1.Capability;
import io.k8j.kubelet.cri.v1.ContainerConfig;
import io.k8j.kubelet.cri.v1.ContainerMetadata;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.ImageSpec;
import io.k8j.kubelet.cri.v1.KeyValue;
import io.k8j.kubelet.cri.v1.LinuxContainerConfig;
import io.k8j.kubelet.cri.v1.LinuxContainerSecurityContext;
import io.k8j.kubelet.cri.v1.Mount;
import io.k8j.kubelet.cri.v1.NamespaceMode;
import io.k8j.kubelet.cri.v1.NamespaceOption;
import io.k8j.kubelet.cri.v1.SecurityProfile;
import io.k8j.kubelet.cri.v1.Signal;
import io.k8j.kubelet.pods.plan.PodPlan;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Labels;
import io.k8j.kubelet.pods.spec.Sizes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Describes a container to the runtime. Pure. */
public final class ContainerConfigs {
    private static final List<String> MASKED = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private ContainerConfigs() {}

    /** What one run of a container needs beside its spec. */
    public record Run(
            int attempt,
            Image image,
            Map<String, String> env,
            List<Mount> mounts,
            Path messageFile,
            String targetId,
            long memoryCapacity) {}

    /** What the runtime is told of one run of a container. */
    public static ContainerConfig of(Pod pod, ContainerRef ref, Run run) throws StartFailure {
        Container container = ref.container();
        ContainerConfig.Builder config = ContainerConfig.newBuilder()
                .setMetadata(ContainerMetadata.newBuilder().setName(ref.name()).setAttempt(run.attempt()))
                .setImage(ImageSpec.newBuilder()
                        .setImage(run.image().getId())
                        .setUserSpecifiedImage(container.getImage()))
                .addAllCommand(expand(container.getCommand(), run.env()))
                .addAllArgs(expand(container.getArgs(), run.env()))
                .addAllMounts(run.mounts())
                .putLabels(Labels.POD_NAME, pod.getMetadata().getName())
                .putLabels(Labels.POD_NAMESPACE, pod.getMetadata().getNamespace())
                .putLabels(Labels.POD_UID, pod.getMetadata().getUid())
                .putLabels(Labels.CONTAINER_NAME, ref.name())
                .putAnnotations(Labels.CONTAINER_HASH, PodPlan.hash(ref))
                .putAnnotations(Labels.RESTART_COUNT, String.valueOf(run.attempt()))
                .putAnnotations(Labels.MESSAGE_PATH, ContainerFiles.messagePath(ref))
                .putAnnotations(
                        Labels.MESSAGE_POLICY,
                        container.getTerminationMessagePolicy() == null
                                ? "File"
                                : container.getTerminationMessagePolicy())
                .putAnnotations(
                        Labels.CONTAINER_LIMITS, Sizes.of(pod, container).text())
                .putAnnotations(Labels.MESSAGE_FILE, run.messageFile().toString())
                .setLogPath(ref.name() + "/" + run.attempt() + ".log")
                .setStdin(Boolean.TRUE.equals(container.getStdin()))
                .setStdinOnce(Boolean.TRUE.equals(container.getStdinOnce()))
                .setTty(Boolean.TRUE.equals(container.getTty()))
                .setLinux(LinuxContainerConfig.newBuilder()
                        .setResources(Cgroups.of(pod, container, run.memoryCapacity()))
                        .setSecurityContext(security(pod, ref, run)));
        if (pod.getSpec().getTerminationGracePeriodSeconds() != null) {
            config.putAnnotations(
                    Labels.GRACE_PERIOD,
                    pod.getSpec().getTerminationGracePeriodSeconds().toString());
        }
        if (container.getWorkingDir() != null) config.setWorkingDir(container.getWorkingDir());
        if (container.getLifecycle() != null && container.getLifecycle().getStopSignal() != null) {
            config.setStopSignal(Signal.valueOf("SIGNAL_"
                    + container
                            .getLifecycle()
                            .getStopSignal()
                            .replace("+", "PLUS")
                            .replace("-", "MINUS")));
        }
        run.env()
                .forEach((name, value) -> config.addEnvs(KeyValue.newBuilder()
                        .setKey(name)
                        .setValue(ByteString.copyFrom(value, StandardCharsets.UTF_8))));
        return config.build();
    }

    private static List<String> expand(List<String> words, Map<String, String> env) {
        return ContainerRef.orEmpty(words).stream()
                .map(word -> Expansion.expand(word, env))
                .toList();
    }

    private static LinuxContainerSecurityContext security(Pod pod, ContainerRef ref, Run run) throws StartFailure {
        PodSecurityContext ofPod = pod.getSpec().getSecurityContext() == null
                ? new PodSecurityContext()
                : pod.getSpec().getSecurityContext();
        SecurityContext own = ref.container().getSecurityContext() == null
                ? new SecurityContext()
                : ref.container().getSecurityContext();
        Long user = own.getRunAsUser() != null ? own.getRunAsUser() : ofPod.getRunAsUser();
        Long group = own.getRunAsGroup() != null ? own.getRunAsGroup() : ofPod.getRunAsGroup();
        Boolean nonRoot = own.getRunAsNonRoot() != null ? own.getRunAsNonRoot() : ofPod.getRunAsNonRoot();
        if (Boolean.TRUE.equals(nonRoot)) checkNonRoot(pod, ref, user, run.image());
        LinuxContainerSecurityContext.Builder security = LinuxContainerSecurityContext.newBuilder()
                .setPrivileged(Boolean.TRUE.equals(own.getPrivileged()))
                .setReadonlyRootfs(Boolean.TRUE.equals(own.getReadOnlyRootFilesystem()))
                .setNoNewPrivs(Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()))
                .setNamespaceOptions(namespaces(pod, ref, run))
                .addAllSupplementalGroups(SandboxConfigs.groups(ofPod))
                .setSupplementalGroupsPolicy(SandboxConfigs.groupsPolicy(ofPod))
                .setSeccomp(
                        seccomp(own.getSeccompProfile() == null ? ofPod.getSeccompProfile() : own.getSeccompProfile()));
        if (!"Unmasked".equals(own.getProcMount())) {
            security.addAllMaskedPaths(MASKED).addAllReadonlyPaths(READ_ONLY);
        }
        if (user != null) {
            security.setRunAsUser(SandboxConfigs.int64(user));
        } else if (run.image().hasUid()) {
            security.setRunAsUser(run.image().getUid());
        } else if (!run.image().getUsername().isEmpty()) {
            security.setRunAsUsername(run.image().getUsername());
        }
        if (group != null) security.setRunAsGroup(SandboxConfigs.int64(group));
        if (own.getCapabilities() != null) {
            security.setCapabilities(Capability.newBuilder()
                    .addAllAddCapabilities(
                            ContainerRef.orEmpty(own.getCapabilities().getAdd()))
                    .addAllDropCapabilities(
                            ContainerRef.orEmpty(own.getCapabilities().getDrop())));
        }
        return security.build();
    }

    private static void checkNonRoot(Pod pod, ContainerRef ref, Long user, Image image) throws StartFailure {
        String who = "(pod: \"%s\", container: %s)".formatted(text(pod), ref.name());
        if (user != null) {
            if (user == 0) throw StartFailure.config("container's runAsUser breaks non-root policy " + who);
            return;
        }
        if (!image.getUsername().isEmpty() && !image.hasUid()) {
            throw StartFailure.config(
                    "container has runAsNonRoot and image has non-numeric user (%s), cannot verify user is non-root %s"
                            .formatted(image.getUsername(), who));
        }
        if (!image.hasUid() || image.getUid().getValue() == 0) {
            throw StartFailure.config("container has runAsNonRoot and image will run as root " + who);
        }
    }

    /** A Pod as upstream's messages name it. */
    public static String text(Pod pod) {
        return "%s_%s(%s)"
                .formatted(
                        pod.getMetadata().getName(),
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getUid());
    }

    private static NamespaceOption.Builder namespaces(Pod pod, ContainerRef ref, Run run) {
        NamespaceOption.Builder options = SandboxConfigs.namespaces(pod);
        boolean own = options.getPid() == NamespaceMode.CONTAINER;
        if (own && !ref.target().isEmpty() && !run.targetId().isEmpty()) {
            options.setPid(NamespaceMode.TARGET).setTargetId(run.targetId());
        }
        return options;
    }

    private static SecurityProfile seccomp(SeccompProfile wanted) {
        if (wanted == null || "Unconfined".equals(wanted.getType())) {
            return SecurityProfile.newBuilder()
                    .setProfileType(SecurityProfile.ProfileType.Unconfined)
                    .build();
        }
        if ("Localhost".equals(wanted.getType())) {
            return SecurityProfile.newBuilder()
                    .setProfileType(SecurityProfile.ProfileType.Localhost)
                    .setLocalhostRef("/var/lib/kubelet/seccomp/" + wanted.getLocalhostProfile())
                    .build();
        }
        return SecurityProfile.newBuilder()
                .setProfileType(SecurityProfile.ProfileType.RuntimeDefault)
                .build();
    }
}
