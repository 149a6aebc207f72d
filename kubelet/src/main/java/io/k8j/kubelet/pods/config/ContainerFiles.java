package io.k8j.kubelet.pods.config;

import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.kubelet.cri.v1.ImageSpec;
import io.k8j.kubelet.cri.v1.Mount;
import io.k8j.kubelet.cri.v1.MountPropagation;
import io.k8j.kubelet.linux.FileTrees;
import io.k8j.kubelet.linux.Linux;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.NodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the files and mounts of one container: volumes, parts of volumes, /etc/hosts, the termination message. */
public final class ContainerFiles {
    private static final String HOSTS = "/etc/hosts";

    private final Pod pod;
    private final NodeInfo node;
    private final Path podDir;

    public ContainerFiles(Pod pod, NodeInfo node) {
        this.pod = pod;
        this.node = node;
        this.podDir = node.podDir(pod.getMetadata().getUid());
    }

    /**
     * Makes the mounts of a container.
     *
     * @param volumes where each volume lies
     * @param images of the volumes that are images
     * @param env for names in {@code subPathExpr}
     * @param messageFile file for the termination message
     */
    public List<Mount> mounts(
            ContainerRef ref,
            Map<String, Path> volumes,
            Map<String, Image> images,
            Map<String, String> env,
            List<String> podIps,
            Path messageFile)
            throws StartFailure, IOException {
        List<Mount> mounts = new ArrayList<>();
        boolean hostsMounted = false;
        int index = 0;
        for (VolumeMount wanted : ContainerRef.orEmpty(ref.container().getVolumeMounts())) {
            Path volume = volumes.get(wanted.getName());
            if (volume == null) {
                throw StartFailure.config("cannot find volume \"%s\" to mount into container \"%s\""
                        .formatted(wanted.getName(), ref.name()));
            }
            hostsMounted |= wanted.getMountPath().equals(HOSTS);
            if ("Enabled".equals(wanted.getRecursiveReadOnly())) {
                throw StartFailure.config(
                        "volume \"%s\" requested recursive read-only mode, but it is not supported by the runtime"
                                .formatted(wanted.getName()));
            }
            Mount.Builder mount = Mount.newBuilder()
                    .setContainerPath(
                            wanted.getMountPath().startsWith("/")
                                    ? wanted.getMountPath()
                                    : "/" + wanted.getMountPath());
            Image image = images.get(wanted.getName());
            if (image != null) {
                mounts.add(imageMount(ref, mount, wanted, image, env));
                continue;
            }
            mounts.add(mount.setHostPath(part(ref, wanted, volume, env, index++).toString())
                    .setReadonly(Boolean.TRUE.equals(wanted.getReadOnly()) || isReadOnly(wanted.getName()))
                    .setPropagation(propagation(wanted.getMountPropagation()))
                    .build());
        }
        if (!hostsMounted && (SandboxConfigs.hostNetwork(pod) || !podIps.isEmpty())) {
            mounts.add(Mount.newBuilder()
                    .setContainerPath(HOSTS)
                    .setHostPath(hostsFile(podIps).toString())
                    .build());
        }
        mounts.add(Mount.newBuilder()
                .setContainerPath(messagePath(ref))
                .setHostPath(messageFile.toString())
                .build());
        return mounts;
    }

    static String messagePath(ContainerRef ref) {
        String path = ref.container().getTerminationMessagePath();
        return path == null || path.isEmpty() ? "/dev/termination-log" : path;
    }

    /** Makes the file of one run for its last words. */
    public Path messageFile(ContainerRef ref, int attempt) throws IOException {
        Path file = podDir.resolve("containers").resolve(ref.name()).resolve("message-" + attempt);
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) Files.createFile(file);
        if (node.realMounts()) FileTrees.setMode(file, 0666);
        return file;
    }

    private static MountPropagation propagation(String wanted) {
        return switch (wanted == null ? "None" : wanted) {
            case "Bidirectional" -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
            case "HostToContainer" -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
            default -> MountPropagation.PROPAGATION_PRIVATE;
        };
    }

    /** What the node keeps up to date is not for containers to change, whatever their mounts say. */
    private boolean isReadOnly(String name) {
        return ContainerRef.orEmpty(pod.getSpec().getVolumes()).stream()
                .filter(volume -> volume.getName().equals(name))
                .anyMatch(volume -> volume.getConfigMap() != null
                        || volume.getSecret() != null
                        || volume.getProjected() != null
                        || volume.getDownwardAPI() != null
                        || (volume.getPersistentVolumeClaim() != null
                                && Boolean.TRUE.equals(
                                        volume.getPersistentVolumeClaim().getReadOnly())));
    }

    /** The runtime mounts images, read-only. */
    private static Mount imageMount(
            ContainerRef ref, Mount.Builder mount, VolumeMount wanted, Image image, Map<String, String> env)
            throws StartFailure {
        String subPath = subPath(ref, wanted, env);
        checkSubPath(subPath);
        return mount.setImage(ImageSpec.newBuilder().setImage(image.getId()))
                .setImageSubPath(subPath)
                .setReadonly(true)
                .setPropagation(propagation(wanted.getMountPropagation()))
                .build();
    }

    private static String subPath(ContainerRef ref, VolumeMount wanted, Map<String, String> env) throws StartFailure {
        String subPath = wanted.getSubPath() == null ? "" : wanted.getSubPath();
        if (wanted.getSubPathExpr() != null && !wanted.getSubPathExpr().isEmpty()) {
            subPath = Expansion.expand(wanted.getSubPathExpr(), env);
            if (subPath.contains("$(")) {
                throw StartFailure.config("failed to expand subPathExpr of container \"%s\"".formatted(ref.name()));
            }
        }
        return subPath;
    }

    private Path part(ContainerRef ref, VolumeMount wanted, Path volume, Map<String, String> env, int index)
            throws StartFailure, IOException {
        String subPath = subPath(ref, wanted, env);
        if (subPath.isEmpty()) return volume;
        checkSubPath(subPath);
        Path target = podDir.resolve("volume-subpaths")
                .resolve(wanted.getName())
                .resolve(ref.name())
                .resolve(String.valueOf(index));
        if (!node.realMounts()) return volume.resolve(subPath);
        try {
            makeMissing(volume, subPath, wanted);
            return bind(volume, subPath, target);
        } catch (IOException e) {
            throw StartFailure.config("failed to prepare subPath for volumeMount \"%s\" of container \"%s\": %s"
                    .formatted(wanted.getName(), ref.name(), e.getMessage()));
        }
    }

    private static void checkSubPath(String subPath) throws StartFailure {
        try {
            Path path = Path.of(subPath);
            if (path.isAbsolute()) {
                throw StartFailure.config("error SubPath `%s` must not be an absolute path".formatted(subPath));
            }
            for (Path name : path) {
                if (name.toString().equals("..")) {
                    throw StartFailure.config("subPath \"%s\": must not contain '..'".formatted(subPath));
                }
            }
        } catch (InvalidPathException e) {
            throw StartFailure.config("subPath \"%s\": %s".formatted(subPath, e.getReason()));
        }
    }

    /** A missing directory is made; what is reached through links is checked by the kernel at the end. */
    private static void makeMissing(Path volume, String subPath, VolumeMount wanted) throws IOException {
        Path current = volume;
        for (Path name : Path.of(subPath)) {
            Path next = current.resolve(name);
            if (!Files.exists(next)) {
                // Only within the volume may anything be made.
                if (!current.toRealPath().startsWith(volume.toRealPath())) {
                    throw new IOException("%s leads out of volume %s".formatted(subPath, wanted.getName()));
                }
                Files.createDirectory(next);
                int mode = (int) Files.getAttribute(volume, "unix:mode") & 07777;
                FileTrees.setMode(next, mode);
                Files.setAttribute(next, "unix:uid", Files.getAttribute(volume, "unix:uid"));
                Files.setAttribute(next, "unix:gid", Files.getAttribute(volume, "unix:gid"));
            }
            current = next;
        }
    }

    private static Path bind(Path volume, String subPath, Path target) throws IOException {
        if (Files.exists(target)) {
            for (Path mount : Linux.mountsBelow(target)) Linux.unmount(mount);
            Files.deleteIfExists(target);
        }
        Files.createDirectories(target.getParent());
        if (Files.isDirectory(volume.resolve(subPath))) Files.createDirectory(target);
        else Files.createFile(target);
        Linux.bindBeneath(volume, subPath, target);
        return target;
    }

    private Path hostsFile(List<String> podIps) throws IOException {
        Path file = podDir.resolve("etc-hosts");
        Files.createDirectories(podDir);
        Files.writeString(file, hosts(podIps));
        if (node.realMounts()) FileTrees.setMode(file, 0644);
        return file;
    }

    private String hosts(List<String> podIps) throws IOException {
        StringBuilder text = new StringBuilder();
        if (SandboxConfigs.hostNetwork(pod)) {
            text.append("# Kubernetes-managed hosts file (host network).\n");
            text.append(Files.exists(Path.of(HOSTS)) ? Files.readString(Path.of(HOSTS)) : "");
        } else {
            text.append("# Kubernetes-managed hosts file.\n");
            text.append("127.0.0.1\tlocalhost\n");
            text.append("::1\tlocalhost ip6-localhost ip6-loopback\n");
            text.append("fe00::\tip6-localnet\n");
            text.append("fe00::\tip6-mcastprefix\n");
            text.append("fe00::1\tip6-allnodes\n");
            text.append("fe00::2\tip6-allrouters\n");
            String fqdn = SandboxConfigs.fqdn(pod, node);
            String name = SandboxConfigs.shortHostname(pod);
            for (String ip : podIps) {
                text.append(ip).append('\t');
                if (!fqdn.isEmpty()) text.append(fqdn).append('\t');
                text.append(name).append('\n');
            }
        }
        List<HostAlias> aliases = ContainerRef.orEmpty(pod.getSpec().getHostAliases());
        if (!aliases.isEmpty()) {
            text.append("\n# Entries added by HostAliases.\n");
            for (HostAlias alias : aliases) {
                text.append(alias.getIp())
                        .append('\t')
                        .append(String.join("\t", ContainerRef.orEmpty(alias.getHostnames())))
                        .append('\n');
            }
        }
        return text.toString();
    }
}
