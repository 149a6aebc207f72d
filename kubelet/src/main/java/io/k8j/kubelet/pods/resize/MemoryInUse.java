package io.k8j.kubelet.pods.resize;

import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.v1.ContainerStats;
import io.k8j.kubelet.cri.v1.MemoryUsage;
import io.k8j.kubelet.pods.config.CgroupFiles;
import io.k8j.kubelet.pods.plan.RuntimePod;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps limits of memory above what is in use, since the kernel would kill for the difference. */
final class MemoryInUse {
    private MemoryInUse() {}

    /**
     * Says why new limits cannot be given now, in upstream's words. Asks the runtime only if limits fall.
     *
     * @param has the Pod's limits; null if nobody knows them
     */
    static Optional<String> refusal(
            ContainerRuntime runtime,
            RuntimePod pod,
            List<Resizer.Update> updates,
            CgroupFiles.Limits has,
            CgroupFiles.Limits wanted) {
        boolean podFalls = has != null && falls(has.memory(), wanted.memory());
        List<Resizer.Update> falling = updates.stream()
                .filter(update ->
                        falls(update.has().memoryLimit(), update.wanted().memoryLimit()))
                .toList();
        if (!podFalls && falling.isEmpty()) return Optional.empty();
        Map<String, Long> used = used(runtime, pod);
        long all = used.values().stream().mapToLong(Long::longValue).sum();
        List<String> errors = new ArrayList<>();
        if (podFalls && all >= wanted.memory()) {
            errors.add(
                    "attempting to set pod memory limit (%d) below current usage (%d)".formatted(wanted.memory(), all));
        }
        for (Resizer.Update update : falling) {
            Long own = used.get(update.run().id());
            long limit = update.wanted().memoryLimit();
            if (own == null || own < limit) continue;
            errors.add("attempting to set container \"%s\" memory limit (%d) below current usage (%d)"
                    .formatted(update.ref().name(), limit, all));
        }
        if (errors.isEmpty()) return Optional.empty();
        String list = errors.size() == 1 ? errors.getFirst() : errors.toString();
        return Optional.of("cannot decrease memory limits: " + list);
    }

    private static boolean falls(long has, long wanted) {
        return wanted != 0 && (has == 0 || wanted < has);
    }

    /** Bytes in use, by container id. */
    private static Map<String, Long> used(ContainerRuntime runtime, RuntimePod pod) {
        List<String> ids = pod.containers().stream().map(RuntimeContainer::id).toList();
        Map<String, Long> used = new HashMap<>();
        for (ContainerStats stats : runtime.containerStats()) {
            String id = stats.getAttributes().getId();
            MemoryUsage memory = stats.getMemory();
            long bytes = memory.hasUsageBytes()
                    ? memory.getUsageBytes().getValue()
                    : memory.getWorkingSetBytes().getValue();
            if (ids.contains(id)) used.put(id, bytes);
        }
        return used;
    }
}
