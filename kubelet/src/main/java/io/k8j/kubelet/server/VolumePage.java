package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.pods.PodWorkers;
import io.k8j.kubelet.server.VolumeSizes.Size;
import io.k8j.model.metrics.MetricText;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Writes {@code kubelet_volume_stats_*}: how full the volumes of claims are. */
final class VolumePage {
    private final Map<String, Size> sizes = new TreeMap<>(); // by labels; a claim counts once, however many use it

    VolumePage(PodWorkers pods, VolumeSizes all) {
        List<Pod> present = pods.pods();
        all.retain(present);
        for (Pod pod : present) {
            if (pods.localVolumes(pod.getMetadata().getUid()).isEmpty()) continue;
            for (Size size : all.of(pod)) {
                if (size.claim().isEmpty()) continue;
                sizes.put(
                        MetricText.label("namespace", pod.getMetadata().getNamespace())
                                + ","
                                + MetricText.label("persistentvolumeclaim", size.claim()),
                        size);
            }
        }
    }

    void write(StringBuilder out) {
        family(out, "capacity_bytes", "Capacity in bytes of the volume", Size::capacity);
        family(out, "available_bytes", "Number of available bytes in the volume", Size::available);
        family(out, "used_bytes", "Number of used bytes in the volume", Size::used);
        family(out, "inodes", "Maximum number of inodes in the volume", Size::inodes);
        family(out, "inodes_free", "Number of free inodes in the volume", Size::inodesFree);
        family(out, "inodes_used", "Number of used inodes in the volume", size -> size.inodes() - size.inodesFree());
    }

    private void family(StringBuilder out, String name, String help, ToLongFunction<Size> amount) {
        Map<String, Long> samples = new TreeMap<>();
        sizes.forEach((labels, size) -> samples.put(labels, amount.applyAsLong(size)));
        MetricText.family(out, "kubelet_volume_stats_" + name, "ALPHA", help, "gauge", samples);
    }
}
