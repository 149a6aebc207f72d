package io.k8j.kubelet.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.kubelet.cgroups.NetworkUse;
import io.k8j.kubelet.linux.Linux;
import io.k8j.kubelet.server.Stats.Use;
import io.k8j.kubelet.server.VolumeSizes.Size;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Writes the pieces of {@code /stats/summary}. Pure, but for the file systems that it asks. */
final class Summary {
    private Summary() {}

    static String text(long nanos) {
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    static Map<String, Object> cpu(long at, long used, long rate) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("time", text(at));
        tree.put("usageNanoCores", rate);
        tree.put("usageCoreNanoSeconds", used);
        return tree;
    }

    /** The file system that a directory lies on. */
    static Map<String, Object> disk(Path directory, long at, boolean inodes) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("time", text(at));
        try {
            FileStore store = Files.getFileStore(directory);
            tree.put("availableBytes", store.getUsableSpace());
            tree.put("capacityBytes", store.getTotalSpace());
            tree.put("usedBytes", store.getTotalSpace() - store.getUnallocatedSpace());
            if (!inodes) return tree;
            Linux.Inodes found = Linux.inodes(directory);
            tree.put("inodesFree", found.free());
            tree.put("inodes", found.all());
            tree.put("inodesUsed", found.all() - found.free());
        } catch (IOException unknown) {
            return tree; // what is there says that it is not known
        }
        return tree;
    }

    /** The default interface comes first and is told twice, as upstream does. */
    static Map<String, Object> network(List<NetworkUse> networks, long at) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("time", text(at));
        networks.stream()
                .filter(network -> network.name().equals("eth0"))
                .findFirst()
                .or(() -> networks.stream().findFirst())
                .ifPresent(network -> tree.putAll(traffic(network)));
        tree.put("interfaces", networks.stream().map(Summary::traffic).toList());
        return tree;
    }

    private static Map<String, Object> traffic(NetworkUse network) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", network.name());
        tree.put("rxBytes", network.bytesIn());
        tree.put("rxErrors", network.errorsIn());
        tree.put("txBytes", network.bytesOut());
        tree.put("txErrors", network.errorsOut());
        return tree;
    }

    static Map<String, Object> volume(Pod pod, Size size, long at) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("time", text(at));
        tree.put("availableBytes", size.available());
        tree.put("capacityBytes", size.capacity());
        tree.put("usedBytes", size.used());
        tree.put("inodesFree", size.inodesFree());
        tree.put("inodes", size.inodes());
        tree.put("inodesUsed", size.inodes() - size.inodesFree());
        tree.put("name", size.name());
        if (!size.claim().isEmpty()) {
            tree.put(
                    "pvcRef",
                    Map.of("name", size.claim(), "namespace", pod.getMetadata().getNamespace()));
        }
        return tree;
    }

    /** A Pod as the sum of its containers. */
    static Map<String, Object> pod(List<Use> uses, List<Map<String, Object>> containers) {
        Use first = uses.getFirst();
        Map<String, Object> pod = new LinkedHashMap<>();
        pod.put("podRef", Map.of("name", first.pod(), "namespace", first.namespace(), "uid", first.uid()));
        pod.put("containers", new ArrayList<>(containers));
        pod.put("cpu", cpu(first.time(), sum(uses, Use::cpu), sum(uses, Use::rate)));
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("time", text(first.time()));
        memory.put(
                "usageBytes",
                sum(uses, use -> use.raw().getMemory().getUsageBytes().getValue()));
        memory.put(
                "workingSetBytes",
                sum(uses, use -> use.raw().getMemory().getWorkingSetBytes().getValue()));
        memory.put(
                "rssBytes", sum(uses, use -> use.raw().getMemory().getRssBytes().getValue()));
        pod.put("memory", memory);
        return pod;
    }

    private static long sum(List<Use> uses, ToLongFunction<Use> amount) {
        return uses.stream().mapToLong(amount).sum();
    }

    /** @param started in seconds since 1970; 0 if it is not known */
    static Map<String, Object> container(Use use, double started) {
        var memory = use.raw().getMemory();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", use.container());
        if (started > 0) tree.put("startTime", text((long) (started * 1e9)));
        tree.put("cpu", cpu(use.time(), use.cpu(), use.rate()));
        tree.put(
                "memory",
                Map.of(
                        "time", text(memory.getTimestamp()),
                        "availableBytes", memory.getAvailableBytes().getValue(),
                        "usageBytes", memory.getUsageBytes().getValue(),
                        "workingSetBytes", memory.getWorkingSetBytes().getValue(),
                        "rssBytes", memory.getRssBytes().getValue(),
                        "pageFaults", memory.getPageFaults().getValue(),
                        "majorPageFaults", memory.getMajorPageFaults().getValue()));
        tree.put(
                "rootfs",
                Map.of("usedBytes", use.raw().getWritableLayer().getUsedBytes().getValue()));
        return tree;
    }
}
