package io.k8j.kubelet.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.eviction.EvictionConfig;
import io.k8j.kubelet.eviction.Observation;
import io.k8j.kubelet.eviction.Signal;
import io.k8j.kubelet.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
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

    /** What there is left at this moment; what cannot be known is not named. */
    public static Map<Signal, Observation> left(Path directory, Path images) {
        Map<Signal, Observation> left = new EnumMap<>(Signal.class);
        try {
            left.put(Signal.MEMORY_AVAILABLE, new Observation(meminfo("MemAvailable"), meminfo("MemTotal")));
            left.put(Signal.PID_AVAILABLE, processes());
        } catch (IOException notLinux) {
            // no figure, no shortage
        }
        disk(directory, Signal.NODEFS_AVAILABLE, Signal.NODEFS_INODES_FREE, left);
        disk(images, Signal.IMAGEFS_AVAILABLE, Signal.IMAGEFS_INODES_FREE, left);
        return left;
    }

    private static void disk(Path on, Signal space, Signal inodes, Map<Signal, Observation> into) {
        try {
            var store = Files.getFileStore(on);
            into.put(space, new Observation(store.getUsableSpace(), store.getTotalSpace()));
            if (!System.getProperty("os.name").equals("Linux")) return;
            Linux.Inodes found = Linux.inodes(on);
            // Some file systems, such as btrfs, make inodes as they need them.
            if (found.all() > 0) into.put(inodes, new Observation(found.free(), found.all()));
        } catch (IOException unknown) {
            // no figure, no shortage
        }
    }

    private static Observation processes() throws IOException {
        long most = Math.min(number("/proc/sys/kernel/pid_max"), number("/proc/sys/kernel/threads-max"));
        String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
        long running = Long.parseLong(words[3].substring(words[3].indexOf('/') + 1));
        return new Observation(most - running, most);
    }

    private static long number(String file) throws IOException {
        return Long.parseLong(Files.readString(Path.of(file)).strip());
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

    /** What Pods may use: what the hard thresholds of eviction keep is not theirs. */
    public Map<String, Quantity> allocatable(int maxPods, EvictionConfig eviction) {
        long keptMemory = eviction.kept(Signal.MEMORY_AVAILABLE, memory);
        long keptDisk = eviction.kept(Signal.NODEFS_AVAILABLE, disk);
        Map<String, Quantity> amounts = amounts(Math.max(0, memory - keptMemory) >> 10, 0, "Ki", maxPods);
        amounts.put("ephemeral-storage", new Quantity(String.valueOf(disk - keptDisk)));
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
