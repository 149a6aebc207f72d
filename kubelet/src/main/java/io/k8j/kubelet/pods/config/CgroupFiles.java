package io.k8j.kubelet.pods.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and removes cgroups, in one hierarchy for all controllers (version 2) or in one for each (version 1).
 *
 * @param mount where cgroups are mounted
 */
public record CgroupFiles(Path mount) {
    private static final Logger log = LoggerFactory.getLogger(CgroupFiles.class);

    /** This machine's. */
    static final CgroupFiles HERE = new CgroupFiles(Path.of("/sys/fs/cgroup"));

    private static final long PERIOD = 100_000;
    private static final List<String> CONTROLLERS = List.of("+cpu", "+memory", "+pids", "+cpuset", "+io");

    /**
     * Limits of one cgroup.
     *
     * @param shares of CPU time, as version 1 counts them
     * @param quota microseconds of CPU time in each tenth of a second; 0 is no limit
     * @param memory bytes; 0 is no limit
     */
    public record Limits(long shares, long quota, long memory) {
        /** What has room for both. */
        public Limits widest(Limits other) {
            return new Limits(Math.max(shares, other.shares), wider(quota, other.quota), wider(memory, other.memory));
        }

        private static long wider(long one, long other) {
            return one == 0 || other == 0 ? 0 : Math.max(one, other);
        }

        /** The same weight as version 2 counts it: 2 to 262,144 shares become 1 to 10,000. */
        long weight() {
            return 1 + (shares - 2) * 9999 / 262_142;
        }
    }

    private boolean isUnified() {
        return Files.exists(mount.resolve("cgroup.controllers"));
    }

    /**
     * Makes a cgroup, or changes its limits.
     *
     * @param path below the mount, without a slash at its begin
     * @param leastParent whether all that lies in its parent together gets the least CPU time
     */
    void create(String path, Limits limits, boolean leastParent) throws IOException {
        if (isUnified()) createUnified(path, limits, leastParent);
        else createSplit(path, limits, leastParent);
    }

    private void createSplit(String path, Limits limits, boolean leastParent) throws IOException {
        Path cpu = make("cpu", path);
        if (cpu != null) {
            if (leastParent) set(cpu.getParent(), "cpu.shares", Cgroups.MIN_SHARES);
            set(cpu, "cpu.shares", limits.shares());
            if (limits.quota() > 0) {
                set(cpu, "cpu.cfs_period_us", PERIOD);
                set(cpu, "cpu.cfs_quota_us", limits.quota());
            }
        }
        Path memory = make("memory", path);
        if (memory != null && limits.memory() > 0) set(memory, "memory.limit_in_bytes", limits.memory());
    }

    private void createUnified(String path, Limits limits, boolean leastParent) throws IOException {
        Path directory = mount;
        for (Path part : Path.of(path)) {
            // A child has a controller only if its parent hands it on.
            Path control = directory.resolve("cgroup.subtree_control");
            for (String controller : CONTROLLERS) {
                try {
                    Files.writeString(control, controller);
                } catch (IOException e) {
                    log.atDebug().addKeyValue("controller", controller).log("cgroup controller not available");
                }
            }
            directory = directory.resolve(part.toString());
            if (!Files.isDirectory(directory)) Files.createDirectory(directory);
        }
        if (leastParent) set(directory.getParent(), "cpu.weight", 1);
        set(directory, "cpu.weight", limits.weight());
        if (limits.quota() > 0) write(directory.resolve("cpu.max"), limits.quota() + " " + PERIOD);
        if (limits.memory() > 0) set(directory, "memory.max", limits.memory());
    }

    private Path make(String controller, String path) throws IOException {
        Path hierarchy = mount.resolve(controller);
        return Files.isDirectory(hierarchy) ? Files.createDirectories(hierarchy.resolve(path)) : null;
    }

    private static void set(Path cgroup, String file, long value) throws IOException {
        write(cgroup.resolve(file), Long.toString(value));
    }

    /** A file that is not there belongs to a controller that this machine has not. */
    private static void write(Path file, String text) throws IOException {
        if (Files.exists(file)) Files.writeString(file, text);
    }

    /** How many processes are in a cgroup and below; 0 if that cannot be known. */
    long processes(String path) throws IOException {
        for (Path hierarchy : List.of(mount, mount.resolve("pids"))) {
            Path file = hierarchy.resolve(path).resolve("pids.current");
            if (Files.exists(file)) return Long.parseLong(Files.readString(file).strip());
        }
        return 0;
    }

    /** Removes a cgroup from all hierarchies; what still has processes stays. */
    void remove(String path) {
        List<Path> hierarchies = new ArrayList<>(List.of(mount));
        if (!isUnified()) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(mount, Files::isDirectory)) {
                children.forEach(hierarchies::add);
            } catch (IOException e) {
                return; // no cgroups on this machine
            }
        }
        for (Path hierarchy : hierarchies) removeTree(hierarchy.resolve(path));
    }

    private static void removeTree(Path cgroup) {
        if (!Files.isDirectory(cgroup)) return;
        try (DirectoryStream<Path> children = Files.newDirectoryStream(cgroup, Files::isDirectory)) {
            children.forEach(CgroupFiles::removeTree);
            Files.delete(cgroup);
        } catch (IOException e) {
            log.atDebug().addKeyValue("cgroup", cgroup).setCause(e).log("cgroup not removed yet");
        }
    }
}
