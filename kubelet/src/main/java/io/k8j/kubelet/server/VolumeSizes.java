package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.kubelet.linux.DiskUse;
import io.k8j.kubelet.linux.Linux;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How full Pods' volumes are. Directories are walked once a minute at most, and only if somebody asks. Thread-safe. */
final class VolumeSizes {
    private static final Duration LASTS = Duration.ofMinutes(1);

    /**
     * One volume.
     *
     * @param claim the claim that it belongs to; empty for none
     */
    record Size(String name, String claim, long capacity, long available, long used, long inodes, long inodesFree) {}

    private record Known(Instant at, List<Size> sizes) {}

    private final PodWorkers pods;
    private final Time time;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    VolumeSizes(PodWorkers pods, Time time) {
        this.pods = pods;
        this.time = time;
    }

    /** The volumes of a Pod that upstream measures: those of the API's objects, empty ones, and local ones of claims. */
    List<Size> of(Pod pod) {
        Instant now = time.instant();
        return known.compute(
                        pod.getMetadata().getUid(),
                        (uid, before) ->
                                before != null && now.isBefore(before.at().plus(LASTS))
                                        ? before
                                        : new Known(now, measure(pod)))
                .sizes();
    }

    /** Forgets the Pods that are not among these. */
    void retain(List<Pod> present) {
        known.keySet()
                .retainAll(
                        present.stream().map(pod -> pod.getMetadata().getUid()).toList());
    }

    private List<Size> measure(Pod pod) {
        List<Size> sizes = new ArrayList<>();
        if (pod.getSpec().getVolumes() == null) return sizes;
        var locals = pods.localVolumes(pod.getMetadata().getUid());
        for (Volume volume : pod.getSpec().getVolumes()) {
            var local = locals.get(volume.getName());
            String plugin = plugin(volume);
            try {
                if (local != null) {
                    sizes.add(size(volume.getName(), local.claim(), local.path(), true));
                } else if (!plugin.isEmpty()) {
                    Path directory = pods.directory(pod).resolve("volumes").resolve(plugin);
                    sizes.add(size(volume.getName(), "", directory.resolve(volume.getName()), false));
                }
            } catch (IOException notThere) {
                continue; // a volume that is not made yet, or not any more, has no size
            }
        }
        return sizes;
    }

    private static Size size(String name, String claim, Path path, boolean whole) throws IOException {
        FileStore store = Files.getFileStore(path);
        long total = store.getTotalSpace();
        long used = whole ? total - store.getUnallocatedSpace() : DiskUse.of(path);
        Linux.Inodes inodes = Linux.inodes(path);
        return new Size(name, claim, total, store.getUsableSpace(), used, inodes.all(), inodes.free());
    }

    private static String plugin(Volume volume) {
        if (volume.getEmptyDir() != null) return "kubernetes.io~empty-dir";
        if (volume.getConfigMap() != null) return "kubernetes.io~configmap";
        if (volume.getSecret() != null) return "kubernetes.io~secret";
        if (volume.getProjected() != null) return "kubernetes.io~projected";
        if (volume.getDownwardAPI() != null) return "kubernetes.io~downward-api";
        return "";
    }
}
