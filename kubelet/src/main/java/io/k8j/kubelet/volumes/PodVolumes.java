package io.k8j.kubelet.volumes;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.kubelet.linux.FileTrees;
import io.k8j.kubelet.linux.Linux;
import io.k8j.kubelet.pods.spec.Amounts;
import io.k8j.kubelet.pods.spec.Fields;
import io.k8j.kubelet.volumes.AtomicWriter.FileContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the volumes of one Pod ready on this node and keeps their content up to date. Owned by the Pod's worker. */
public final class PodVolumes {
    private final Path podDir;
    private final ObjectSource objects;
    private final boolean mounts;
    private final Map<String, Path> ready = new HashMap<>();
    private final Map<String, LocalVolume> locals = new ConcurrentHashMap<>();

    /**
     * A volume that lies on this node and belongs to a claim.
     *
     * @param claim name of it, in the Pod's namespace
     */
    public record LocalVolume(String claim, Path path) {}

    /**
     * Prepares nothing yet.
     *
     * @param podDir the Pod's directory on this node
     * @param mounts whether real mounts are made; not for a simulated runtime
     */
    public PodVolumes(Path podDir, ObjectSource objects, boolean mounts) {
        this.podDir = podDir;
        this.objects = objects;
        this.mounts = mounts;
    }

    /**
     * Makes all volumes ready, or brings their content up to date. May be called again and again.
     *
     * @return where each volume lies, by its name
     * @throws VolumeException if volumes cannot be made ready; the others are
     */
    public Map<String, Path> setUp(Pod pod, Fields fields) throws VolumeException {
        List<String> failures = new ArrayList<>();
        Exception first = null;
        for (Volume volume : pod.getSpec().getVolumes()) {
            try {
                ready.put(volume.getName(), setUp(pod, volume, new Payloads(pod, objects, fields)));
            } catch (VolumeException | IOException e) {
                first = first == null ? e : first;
                failures.add("MountVolume.SetUp failed for volume \"%s\" : %s".formatted(volume.getName(), text(e)));
            }
        }
        if (!failures.isEmpty()) throw new VolumeException(failures, first);
        return Map.copyOf(ready);
    }

    /** Those volumes of kind {@code local} that are ready, by name. Any thread. */
    public Map<String, LocalVolume> locals() {
        return Map.copyOf(locals);
    }

    private Path setUp(Pod pod, Volume volume, Payloads payloads) throws VolumeException, IOException {
        Long group = pod.getSpec().getSecurityContext() == null
                ? null
                : pod.getSpec().getSecurityContext().getFsGroup();
        if (volume.getImage() != null) return directory(volume, "kubernetes.io~image"); // the runtime mounts it
        if (volume.getHostPath() != null) return HostPaths.check(volume.getHostPath());
        if (volume.getEmptyDir() != null) return emptyDir(volume, volume.getEmptyDir(), group);
        if (volume.getConfigMap() != null) {
            return files(volume, "kubernetes.io~configmap", payloads.of(volume.getConfigMap()), false, group);
        }
        if (volume.getSecret() != null) {
            return files(volume, "kubernetes.io~secret", payloads.of(volume.getSecret()), true, group);
        }
        if (volume.getProjected() != null) {
            return files(volume, "kubernetes.io~projected", payloads.of(volume.getProjected()), true, group);
        }
        if (volume.getDownwardAPI() != null) {
            var files = payloads.of(
                    volume.getDownwardAPI().getItems(), volume.getDownwardAPI().getDefaultMode());
            return files(volume, "kubernetes.io~downward-api", files, false, group);
        }
        if (volume.getPersistentVolumeClaim() != null) {
            return claim(pod, volume, volume.getPersistentVolumeClaim().getClaimName(), group);
        }
        if (volume.getEphemeral() != null) {
            return claim(pod, volume, pod.getMetadata().getName() + "-" + volume.getName(), group);
        }
        throw new VolumeException("no volume plugin matched", null);
    }

    private Path directory(Volume volume, String plugin) {
        return podDir.resolve("volumes").resolve(plugin).resolve(volume.getName());
    }

    private Path files(Volume volume, String plugin, SortedMap<String, FileContent> files, boolean secret, Long group)
            throws IOException {
        Path directory = directory(volume, plugin);
        if (!mounts) return directory; // no process reads them, and secrets must not lie about
        if (!ready.containsKey(volume.getName())) {
            Files.createDirectories(directory);
            if (secret) tmpfs(directory, ""); // secrets must not reach a disk
            FileTrees.setMode(directory, 01777);
        }
        AtomicWriter.write(directory, files, group);
        return directory;
    }

    private Path emptyDir(Volume volume, EmptyDirVolumeSource source, Long group) throws IOException {
        Path directory = directory(volume, "kubernetes.io~empty-dir");
        if (ready.containsKey(volume.getName())) return directory;
        boolean fresh = !Files.exists(directory);
        Files.createDirectories(directory);
        if ("Memory".equals(source.getMedium())) {
            long size = Amounts.whole(source.getSizeLimit());
            tmpfs(directory, size > 0 ? "size=" + size : "");
        }
        if (fresh) {
            FileTrees.setMode(directory, 0777);
            if (group != null && mounts) FileTrees.giveToGroup(directory, group, false);
        }
        return directory;
    }

    private void tmpfs(Path directory, String options) throws IOException {
        if (!mounts || Linux.mountsBelow(directory.toAbsolutePath()).contains(directory.toAbsolutePath())) return;
        Linux.mount("tmpfs", directory, "tmpfs", 0, options);
    }

    private Path claim(Pod pod, Volume wanted, String name, Long group) throws VolumeException, IOException {
        PersistentVolumeClaim claim = objects.claim(pod, name)
                .orElseThrow(() -> new VolumeException("persistentvolumeclaim \"%s\" not found".formatted(name), null));
        String volumeName = claim.getSpec().getVolumeName();
        boolean bound =
                claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
        if (volumeName == null || volumeName.isEmpty() || !bound) {
            throw new VolumeException(
                    "PVC %s/%s is not bound".formatted(pod.getMetadata().getNamespace(), name), null);
        }
        PersistentVolume volume = objects.volume(volumeName)
                .orElseThrow(
                        () -> new VolumeException("persistentvolume \"%s\" not found".formatted(volumeName), null));
        if (volume.getSpec().getLocal() != null) {
            Path path = Path.of(volume.getSpec().getLocal().getPath());
            if (!Files.isDirectory(path)) {
                throw new VolumeException("path \"%s\" does not exist".formatted(path), null);
            }
            boolean first = !ready.containsKey(wanted.getName());
            if (first && group != null && mounts && !isGiven(pod, path, group)) {
                FileTrees.giveToGroup(path, group, false);
            }
            locals.put(wanted.getName(), new LocalVolume(name, path));
            return path;
        }
        HostPathVolumeSource host = volume.getSpec().getHostPath();
        if (host == null) throw new VolumeException("no volume plugin matched", null);
        return HostPaths.check(host);
    }

    /** Whether the Pod is content if the group has the root of the volume, and it has. */
    private static boolean isGiven(Pod pod, Path root, long group) throws IOException {
        return "OnRootMismatch".equals(pod.getSpec().getSecurityContext().getFsGroupChangePolicy())
                && FileTrees.belongsTo(root, group);
    }

    /** Takes the volumes down and deletes what the node kept of the Pod. May be called again after a failure. */
    public void tearDown() throws IOException {
        ready.clear();
        FileTrees.unmountAndDelete(podDir);
    }

    private static String text(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
