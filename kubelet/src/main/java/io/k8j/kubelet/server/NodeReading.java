package io.k8j.kubelet.server;

import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.node.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the whole node uses at a moment: the machine, or its containers if it is only played.
 *
 * @param cpuNanos processor time since the machine's start; 0 if it is not known
 * @param memoryBytes working set; 0 if it is not known
 */
record NodeReading(long cpuNanos, long memoryBytes) {
    static NodeReading of(ContainerRuntime runtime, Machine machine) {
        return runtime.playedNode()
                .map(use -> new NodeReading(use.cpuNanos(), use.memoryBytes()))
                .orElseGet(() -> new NodeReading(nodeCpu(), nodeMemory(machine)));
    }

    private static long nodeCpu() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            String[] words = lines.findFirst().orElse("").split("\\s+");
            long ticks = 0;
            for (int i = 1; i < words.length && i <= 8; i++) {
                boolean idle = i == 4 || i == 5;
                if (!idle) ticks += Long.parseLong(words[i]);
            }
            return ticks * 10_000_000L; // a tick is a hundredth of a second on every Linux that Java runs on
        } catch (IOException notLinux) {
            return 0;
        }
    }

    private static long nodeMemory(Machine machine) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return machine.memory() - (Long.parseLong(line.replaceAll("\\D", "")) << 10);
                }
            }
        } catch (IOException notLinux) {
            return 0;
        }
        return 0;
    }
}
