package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.k8j.kubelet.pods.spec.Amounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides whether a Pod uses more of the node's disk than it may, and in what words it is told. Pure. */
final class StorageLimits {
    private static final String RESOURCE = "ephemeral-storage";

    private StorageLimits() {}

    /** Whether the Pod has any limit, so that measuring it is worth while. */
    static boolean apply(Pod pod) {
        return pod.getSpec().getContainers().stream().anyMatch(container -> limit(container) != null)
                || limitedVolumes(pod).stream().findAny().isPresent();
    }

    static List<Volume> limitedVolumes(Pod pod) {
        if (pod.getSpec().getVolumes() == null) return List.of();
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getEmptyDir() != null
                        && Amounts.whole(volume.getEmptyDir().getSizeLimit()) > 0)
                .toList();
    }

    private static Quantity limit(Container container) {
        return container.getResources() == null || container.getResources().getLimits() == null
                ? null
                : container.getResources().getLimits().get(RESOURCE);
    }

    /**
     * A limit that is exceeded.
     *
     * @param signal as upstream's metrics name it
     * @param message upstream's sentence
     */
    record Excess(String signal, String message) {}

    /** The first limit that is exceeded. */
    static Optional<Excess> exceeded(Pod pod, PodUse use) {
        for (Volume volume : limitedVolumes(pod)) {
            Quantity limit = volume.getEmptyDir().getSizeLimit();
            if (use.emptyDirs().getOrDefault(volume.getName(), 0L) > Amounts.whole(limit)) {
                String message = "Usage of EmptyDir volume \"%s\" exceeds the limit \"%s\". ";
                return Optional.of(new Excess("emptydirfs.limit", message.formatted(volume.getName(), limit)));
            }
        }
        return ofPod(pod, use).or(() -> ofContainers(pod, use));
    }

    /** The sum of the limits counts once at least one container has one. */
    private static Optional<Excess> ofPod(Pod pod, PodUse use) {
        List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
        List<Quantity> limits = all.stream()
                .map(StorageLimits::limit)
                .filter(java.util.Objects::nonNull)
                .toList();
        if (limits.isEmpty()) return Optional.empty();
        long sum = limits.stream().mapToLong(Amounts::whole).sum();
        if (use.allDisk() <= sum) return Optional.empty();
        String text = limits.size() == 1 ? limits.getFirst().toString() : Ranking.binary(sum);
        String message = "Pod ephemeral local storage usage exceeds the total limit of containers %s. ";
        return Optional.of(new Excess("ephemeralpodfs.limit", message.formatted(text)));
    }

    private static Optional<Excess> ofContainers(Pod pod, PodUse use) {
        for (Container container : pod.getSpec().getContainers()) {
            Quantity limit = limit(container);
            if (limit != null && use.disk(container.getName()) > Amounts.whole(limit)) {
                String message = "Container %s exceeded its local ephemeral storage limit \"%s\". ";
                return Optional.of(
                        new Excess("ephemeralcontainerfs.limit", message.formatted(container.getName(), limit)));
            }
        }
        return Optional.empty();
    }
}
