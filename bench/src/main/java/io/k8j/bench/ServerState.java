package io.k8j.bench;

import io.k8j.bench.LoadGenerator.Call;
import io.k8j.server.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Asks a server how much memory and disk it uses: its metrics, and if it runs here, the process and its directory. */
final class ServerState {
    private static final double MEGABYTE = 1048576.0;

    private final LoadGenerator generator;
    private final ServerCpu cpu;
    private final Path dataDir;

    ServerState(LoadGenerator generator, ServerCpu cpu, Path dataDir) {
        this.generator = generator;
        this.cpu = cpu;
        this.dataDir = dataDir;
    }

    /** Bytes; empty where nobody says it. */
    record Sample(OptionalLong resident, OptionalLong heap, OptionalLong disk) {
        void into(Map<String, Object> row) {
            put(row, "residentMegabytes", resident);
            put(row, "heapMegabytes", heap);
            put(row, "diskMegabytes", disk);
        }

        private static void put(Map<String, Object> row, String name, OptionalLong bytes) {
            bytes.ifPresent(value -> row.put(name, Report.rounded(value / MEGABYTE)));
        }

        /** How much more this is than the other, in percent. */
        void against(Sample before, Map<String, Object> row) {
            percent(row, "residentPercent", before.resident, resident);
            percent(row, "heapPercent", before.heap, heap);
            percent(row, "diskPercent", before.disk, disk);
        }

        private static void percent(Map<String, Object> row, String name, OptionalLong before, OptionalLong now) {
            if (before.isPresent() && now.isPresent() && before.getAsLong() > 0) {
                row.put(name, Report.rounded(100.0 * now.getAsLong() / before.getAsLong() - 100));
            }
        }
    }

    Sample read() throws InterruptedException {
        String metrics = metrics();
        OptionalLong resident = cpu.resident();
        if (resident.isEmpty()) resident = sum(metrics, "process_resident_memory_bytes");
        OptionalLong heap = sum(metrics, "jvm_memory_used_bytes{area=\"heap\"");
        if (heap.isEmpty()) heap = sum(metrics, "go_memstats_heap_inuse_bytes");
        OptionalLong disk = sum(metrics, "apiserver_storage_size_bytes");
        return new Sample(resident, heap, disk.isPresent() ? disk : size(dataDir));
    }

    private String metrics() throws InterruptedException {
        try {
            byte[] text = generator.request(Call.get("/metrics"));
            return text == null ? "" : new String(text, StandardCharsets.UTF_8);
        } catch (UserException forbiddenOrAbsent) {
            return "";
        }
    }

    /** All series of a metric together; empty if there are none. */
    static OptionalLong sum(String metrics, String start) {
        double[] sum = {0};
        long found = metrics.lines()
                .filter(line -> line.startsWith(start))
                .filter(line -> line.length() == start.length() || " {,}".indexOf(line.charAt(start.length())) >= 0)
                .peek(line -> sum[0] += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .count();
        return found == 0 ? OptionalLong.empty() : OptionalLong.of((long) sum[0]);
    }

    /** Only a server on this machine has its directory here. */
    private OptionalLong size(Path directory) {
        if (cpu.pid() == 0 || !Files.isDirectory(directory)) return OptionalLong.empty();
        try (Stream<Path> files = Files.walk(directory)) {
            return OptionalLong.of(files.filter(Files::isRegularFile)
                    .mapToLong(ServerState::length)
                    .sum());
        } catch (IOException | java.io.UncheckedIOException e) {
            return OptionalLong.empty();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException goneMeanwhile) {
            return 0;
        }
    }
}
