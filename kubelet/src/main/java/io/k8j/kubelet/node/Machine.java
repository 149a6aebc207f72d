package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.eviction.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What this machine has. On other systems than Linux the figures are what the JVM knows.
 *
 * @param cpus number of CPUs
 * @param memory bytes of memory
 * @param disk bytes of the file system that Pods write to
 */
public record Machine(int cpus, long memory, long disk) {
    private static final long EVICTION_MEMORY = 100L << 20;
    private static final int DISK_FOR_PODS_PERCENT = 90;

    /** Looks at this machine; {@code directory} lies on the file system that Pods write to. */
    public static Machine inspect(Path directory) {
        long memory = Runtime.getRuntime().maxMemory();
        try {
            memory = meminfo("MemTotal");
        } catch (IOException notLinux) {
            // the JVM's own limit must do
        }
        long disk = 0;
        try {
            Files.createDirectories(directory);
            disk = Files.getFileStore(directory).getTotalSpace();
        } catch (IOException unknown) {
            // a node without known disk still runs Pods
        }
        return new Machine(Runtime.getRuntime().availableProcessors(), memory, disk);
    }

    /** What there is left at this moment; what cannot be known counts as plenty. */
    public static Signals left(Path directory) {
        long memory = Long.MAX_VALUE;
        long disk = Long.MAX_VALUE;
        long capacity = 0;
        try {
            memory = meminfo("MemAvailable");
        } catch (IOException notLinux) {
            // no figure, no shortage
        }
        try {
            var store = Files.getFileStore(directory);
            capacity = store.getTotalSpace();
            disk = store.getUsableSpace();
        } catch (IOException unknown) {
            // no figure, no shortage
        }
        return new Signals(memory, disk, capacity);
    }

    static long meminfo(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith(field + ":")) return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
        throw new IOException("no " + field + " in /proc/meminfo");
    }

    /** All there is, as the Node's status has it. */
    public Map<String, Quantity> capacity(int maxPods) {
        return amounts(memory >> 10, disk >> 10, "Ki", maxPods);
    }

    /** What Pods may use: upstream keeps some memory and disk back. */
    public Map<String, Quantity> allocatable(int maxPods) {
        Map<String, Quantity> amounts = amounts((memory - EVICTION_MEMORY) >> 10, 0, "Ki", maxPods);
        amounts.put("ephemeral-storage", new Quantity(String.valueOf(disk / 100 * DISK_FOR_PODS_PERCENT)));
        return amounts;
    }

    private Map<String, Quantity> amounts(long memoryAmount, long diskAmount, String unit, int maxPods) {
        Map<String, Quantity> amounts = new LinkedHashMap<>();
        amounts.put("cpu", new Quantity(String.valueOf(cpus)));
        amounts.put("ephemeral-storage", new Quantity(diskAmount + unit));
        amounts.put("hugepages-1Gi", new Quantity("0"));
        amounts.put("hugepages-2Mi", new Quantity("0"));
        amounts.put("memory", new Quantity(memoryAmount + unit));
        amounts.put("pods", new Quantity(String.valueOf(maxPods)));
        return amounts;
    }
}
