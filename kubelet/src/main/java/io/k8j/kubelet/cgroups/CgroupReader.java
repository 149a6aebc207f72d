package io.k8j.kubelet.cgroups;

import io.k8j.kubelet.cgroups.CgroupUse.DiskTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads cgroups, of one hierarchy for all controllers (version 2) or of one for each (version 1). Thread-safe.
 *
 * @param mount where cgroups are mounted
 * @param devices directory in which the kernel names block devices by their numbers
 */
public record CgroupReader(Path mount, Path devices) {
    /** This machine's. */
    public static final CgroupReader HERE = new CgroupReader(Path.of("/sys/fs/cgroup"), Path.of("/sys/dev/block"));

    private static final double NANOS = 1e-9;
    private static final double MICROS = 1e-6;
    private static final double TICKS = 0.01; // USER_HZ is a hundred on every Linux that Java runs on
    /** What version 1 says instead of "no limit" is near the largest number there is. */
    private static final long NO_LIMIT = 1L << 62;

    private boolean isUnified() {
        return Files.exists(mount.resolve("cgroup.controllers"));
    }

    /** @param path below the mount, with a slash at its begin; empty if there is no such cgroup */
    public Optional<CgroupUse> read(String path) {
        String below = path.substring(1);
        EnumMap<Figure, Double> figures = new EnumMap<>(Figure.class);
        List<DiskTraffic> disks;
        if (isUnified()) {
            Path cgroup = mount.resolve(below);
            if (!Files.isDirectory(cgroup)) return Optional.empty();
            unified(cgroup, figures);
            disks = unifiedDisks(cgroup.resolve("io.stat"));
        } else {
            if (!Files.isDirectory(mount.resolve("memory").resolve(below))
                    && !Files.isDirectory(mount.resolve("cpu").resolve(below))) return Optional.empty();
            cpu(below, figures);
            memory(mount.resolve("memory").resolve(below), figures);
            tasks(mount.resolve("pids").resolve(below), figures);
            disks = splitDisks(mount.resolve("blkio").resolve(below));
        }
        return Optional.of(new CgroupUse(figures, disks));
    }

    /** One of the processes that are in a cgroup itself. */
    public OptionalLong process(String path) {
        for (Path hierarchy : List.of(mount, mount.resolve("pids"), mount.resolve("memory"), mount.resolve("cpu"))) {
            List<String> processes = lines(hierarchy.resolve(path.substring(1)).resolve("cgroup.procs"));
            if (!processes.isEmpty()) return OptionalLong.of(Long.parseLong(processes.getFirst()));
        }
        return OptionalLong.empty();
    }

    private void cpu(String below, Map<Figure, Double> into) {
        Path account = mount.resolve("cpuacct").resolve(below);
        number(account.resolve("cpuacct.usage")).ifPresent(nanos -> into.put(Figure.CPU_TOTAL, nanos * NANOS));
        Map<String, Long> split = table(account.resolve("cpuacct.stat"));
        put(into, Figure.CPU_USER, split.get("user"), TICKS);
        put(into, Figure.CPU_SYSTEM, split.get("system"), TICKS);
        Path cpu = mount.resolve("cpu").resolve(below);
        long quota = number(cpu.resolve("cpu.cfs_quota_us")).orElse(-1);
        if (quota > 0) {
            Map<String, Long> stat = table(cpu.resolve("cpu.stat"));
            put(into, Figure.CPU_PERIODS, stat.get("nr_periods"), 1);
            put(into, Figure.CPU_THROTTLED_PERIODS, stat.get("nr_throttled"), 1);
            put(into, Figure.CPU_THROTTLED, stat.get("throttled_time"), NANOS);
            into.put(Figure.SPEC_CPU_QUOTA, (double) quota);
        }
        number(cpu.resolve("cpu.cfs_period_us")).ifPresent(micros -> into.put(Figure.SPEC_CPU_PERIOD, (double) micros));
        number(cpu.resolve("cpu.shares")).ifPresent(shares -> into.put(Figure.SPEC_CPU_SHARES, (double) shares));
    }

    private static void memory(Path memory, Map<Figure, Double> into) {
        Map<String, Long> stat = table(memory.resolve("memory.stat"));
        put(into, Figure.MEMORY_CACHE, stat.get("total_cache"), 1);
        put(into, Figure.MEMORY_RSS, stat.get("total_rss"), 1);
        put(into, Figure.MEMORY_SWAP, stat.get("total_swap"), 1);
        put(into, Figure.MEMORY_MAPPED, stat.get("total_mapped_file"), 1);
        put(into, Figure.MEMORY_ACTIVE_FILE, stat.get("total_active_file"), 1);
        put(into, Figure.MEMORY_INACTIVE_FILE, stat.get("total_inactive_file"), 1);
        put(into, Figure.PAGE_FAULTS, stat.get("total_pgfault"), 1);
        put(into, Figure.MAJOR_PAGE_FAULTS, stat.get("total_pgmajfault"), 1);
        usage(memory.resolve("memory.usage_in_bytes"), stat.getOrDefault("total_inactive_file", 0L), into);
        file(memory, "memory.max_usage_in_bytes", Figure.MEMORY_MOST, into);
        file(memory, "memory.kmem.usage_in_bytes", Figure.MEMORY_KERNEL, into);
        file(memory, "memory.failcnt", Figure.MEMORY_FAILURES, into);
        put(
                into,
                Figure.OUT_OF_MEMORY,
                table(memory.resolve("memory.oom_control")).get("oom_kill"),
                1);
        file(memory, "memory.limit_in_bytes", Figure.SPEC_MEMORY_LIMIT, into);
        file(memory, "memory.soft_limit_in_bytes", Figure.SPEC_MEMORY_RESERVATION, into);
        file(memory, "memory.memsw.limit_in_bytes", Figure.SPEC_SWAP_LIMIT, into);
    }

    private static void unified(Path cgroup, Map<Figure, Double> into) {
        Map<String, Long> cpu = table(cgroup.resolve("cpu.stat"));
        put(into, Figure.CPU_TOTAL, cpu.get("usage_usec"), MICROS);
        put(into, Figure.CPU_USER, cpu.get("user_usec"), MICROS);
        put(into, Figure.CPU_SYSTEM, cpu.get("system_usec"), MICROS);
        List<String> most = lines(cgroup.resolve("cpu.max"));
        if (!most.isEmpty()) {
            String[] words = most.getFirst().split(" ");
            if (words.length > 1) into.put(Figure.SPEC_CPU_PERIOD, Double.valueOf(words[1]));
            if (!words[0].equals("max")) {
                into.put(Figure.SPEC_CPU_QUOTA, Double.valueOf(words[0]));
                put(into, Figure.CPU_PERIODS, cpu.get("nr_periods"), 1);
                put(into, Figure.CPU_THROTTLED_PERIODS, cpu.get("nr_throttled"), 1);
                put(into, Figure.CPU_THROTTLED, cpu.get("throttled_usec"), MICROS);
            }
        }
        number(cgroup.resolve("cpu.weight"))
                .ifPresent(weight -> into.put(Figure.SPEC_CPU_SHARES, (double) (2 + (weight - 1) * 262_142 / 9999)));
        Map<String, Long> stat = table(cgroup.resolve("memory.stat"));
        put(into, Figure.MEMORY_CACHE, stat.get("file"), 1);
        put(into, Figure.MEMORY_RSS, stat.get("anon"), 1);
        put(into, Figure.MEMORY_MAPPED, stat.get("file_mapped"), 1);
        put(into, Figure.MEMORY_KERNEL, stat.get("kernel"), 1);
        put(into, Figure.MEMORY_ACTIVE_FILE, stat.get("active_file"), 1);
        put(into, Figure.MEMORY_INACTIVE_FILE, stat.get("inactive_file"), 1);
        put(into, Figure.PAGE_FAULTS, stat.get("pgfault"), 1);
        put(into, Figure.MAJOR_PAGE_FAULTS, stat.get("pgmajfault"), 1);
        usage(cgroup.resolve("memory.current"), stat.getOrDefault("inactive_file", 0L), into);
        file(cgroup, "memory.swap.current", Figure.MEMORY_SWAP, into);
        file(cgroup, "memory.peak", Figure.MEMORY_MOST, into);
        Map<String, Long> events = table(cgroup.resolve("memory.events"));
        put(into, Figure.MEMORY_FAILURES, events.get("max"), 1);
        put(into, Figure.OUT_OF_MEMORY, events.get("oom_kill"), 1);
        file(cgroup, "memory.max", Figure.SPEC_MEMORY_LIMIT, into);
        file(cgroup, "memory.low", Figure.SPEC_MEMORY_RESERVATION, into);
        file(cgroup, "memory.swap.max", Figure.SPEC_SWAP_LIMIT, into);
        tasks(cgroup, into);
    }

    private static void tasks(Path cgroup, Map<Figure, Double> into) {
        file(cgroup, "pids.current", Figure.THREADS, into);
        file(cgroup, "pids.max", Figure.THREADS_LIMIT, into);
        if (Files.exists(cgroup.resolve("cgroup.procs"))) into.put(Figure.PROCESSES, (double) processes(cgroup));
    }

    /** A cgroup's own processes and those below it. */
    private static long processes(Path cgroup) {
        long count = lines(cgroup.resolve("cgroup.procs")).size();
        try (Stream<Path> children = Files.list(cgroup)) {
            for (Path child : children.filter(Files::isDirectory).toList()) count += processes(child);
        } catch (IOException gone) {
            return count;
        }
        return count;
    }

    private static void usage(Path file, long inactive, Map<Figure, Double> into) {
        number(file).ifPresent(bytes -> {
            into.put(Figure.MEMORY_USAGE, (double) bytes);
            into.put(Figure.MEMORY_WORKING_SET, (double) Math.max(0, bytes - inactive));
        });
    }

    private static void file(Path cgroup, String name, Figure figure, Map<Figure, Double> into) {
        number(cgroup.resolve(name)).ifPresent(value -> into.put(figure, (double) (value > NO_LIMIT ? 0 : value)));
    }

    private static void put(Map<Figure, Double> into, Figure figure, Long value, double unit) {
        if (value != null) into.put(figure, value * unit);
    }

    private List<DiskTraffic> unifiedDisks(Path file) {
        List<DiskTraffic> disks = new ArrayList<>();
        for (String line : lines(file)) {
            String[] words = line.split(" ");
            Map<String, Long> of = new HashMap<>();
            for (int i = 1; i < words.length; i++) {
                int equals = words[i].indexOf('=');
                if (equals > 0 && words[i].substring(equals + 1).matches("\\d+")) {
                    of.put(words[i].substring(0, equals), Long.valueOf(words[i].substring(equals + 1)));
                }
            }
            disks.add(new DiskTraffic(
                    device(words[0]),
                    of.getOrDefault("rios", 0L),
                    of.getOrDefault("wios", 0L),
                    of.getOrDefault("rbytes", 0L),
                    of.getOrDefault("wbytes", 0L)));
        }
        return disks;
    }

    private List<DiskTraffic> splitDisks(Path cgroup) {
        Map<String, long[]> byDevice = new TreeMap<>();
        addDisks(cgroup.resolve("blkio.throttle.io_serviced_recursive"), 0, byDevice);
        if (byDevice.isEmpty()) addDisks(cgroup.resolve("blkio.throttle.io_serviced"), 0, byDevice);
        addDisks(cgroup.resolve("blkio.throttle.io_service_bytes_recursive"), 2, byDevice);
        if (byDevice.values().stream().allMatch(of -> of[2] + of[3] == 0)) {
            addDisks(cgroup.resolve("blkio.throttle.io_service_bytes"), 2, byDevice);
        }
        List<DiskTraffic> disks = new ArrayList<>();
        byDevice.forEach((numbers, of) -> disks.add(new DiskTraffic(device(numbers), of[0], of[1], of[2], of[3])));
        return disks;
    }

    /** Lines such as {@code 8:0 Read 17}; the last one is a sum. */
    private static void addDisks(Path file, int at, Map<String, long[]> byDevice) {
        for (String line : lines(file)) {
            String[] words = line.split(" ");
            if (words.length != 3) continue;
            long[] of = byDevice.computeIfAbsent(words[0], numbers -> new long[4]);
            if (words[1].equals("Read")) of[at] += Long.parseLong(words[2]);
            if (words[1].equals("Write")) of[at + 1] += Long.parseLong(words[2]);
        }
    }

    private String device(String numbers) {
        for (String line : lines(devices.resolve(numbers).resolve("uevent"))) {
            if (line.startsWith("DEVNAME=")) return "/dev/" + line.substring("DEVNAME=".length());
        }
        return "";
    }

    /** Lines of a word and a number. */
    private static Map<String, Long> table(Path file) {
        Map<String, Long> table = new HashMap<>();
        for (String line : lines(file)) {
            int space = line.indexOf(' ');
            if (space > 0 && line.substring(space + 1).matches("\\d{1,18}")) {
                table.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
            }
        }
        return table;
    }

    /** A file with one number; {@code max} is none that could be reached. */
    private static OptionalLong number(Path file) {
        List<String> lines = lines(file);
        if (lines.isEmpty()) return OptionalLong.empty();
        String text = lines.getFirst().strip();
        if (text.equals("max")) return OptionalLong.of(Long.MAX_VALUE);
        return text.matches("-?\\d{1,19}") ? OptionalLong.of(clamp(text)) : OptionalLong.empty();
    }

    private static long clamp(String text) {
        return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /** Nothing if the file is not there, or not any more. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException gone) {
            return List.of();
        }
    }
}
