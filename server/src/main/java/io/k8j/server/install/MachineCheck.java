package io.k8j.server.install;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks at what a machine offers to a node. Changes nothing. */
public final class MachineCheck {
    private static final long WANTED_DISK_BYTES = 2L << 30;
    private static final int WANTED_JAVA = 25;

    /** How it stands with one thing. */
    public enum State {
        OK("ok"),
        /** Works, but less well, or {@code k8j server} will mend it itself. */
        NOTE("note"),
        MISSING("missing");

        private final String word;

        State(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * One thing that was looked at.
     *
     * @param fix what to do about it; empty if nothing
     */
    public record Finding(State state, String what, String detail, String fix) {}

    private MachineCheck() {}

    /** All findings, in the order in which a start would meet them. */
    public static List<Finding> run(Path dataDir) {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(system());
        findings.add(root());
        Packages.NODE.forEach(need -> findings.add(program(need)));
        findings.add(cgroups());
        findings.add(oomScore());
        findings.add(overlay());
        findings.add(disk(dataDir));
        findings.add(forwarding());
        return findings;
    }

    private static Finding java() {
        int version = Runtime.version().feature();
        return version >= WANTED_JAVA
                ? ok("Java", System.getProperty("java.runtime.version"))
                : new Finding(State.MISSING, "Java", "version " + version, "install a JDK 25 and set JAVA_HOME");
    }

    private static Finding system() {
        String name = System.getProperty("os.name");
        return name.equals("Linux")
                ? ok("operating system", name + " " + System.getProperty("os.version"))
                : new Finding(
                        State.MISSING,
                        "operating system",
                        name,
                        "containers need Linux; 'k8j server --runtime simulated' runs anywhere");
    }

    private static Finding root() {
        return isRoot()
                ? ok("user", "root")
                : new Finding(
                        State.MISSING,
                        "user",
                        System.getProperty("user.name"),
                        "run as root, or use 'k8j server --runtime simulated'");
    }

    /** Whether this process may do what a node does. */
    public static boolean isRoot() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("Uid:"))
                    .anyMatch(line -> line.split("\\s+")[2].equals("0"));
        } catch (IOException e) {
            return false; // no /proc: not Linux
        }
    }

    private static Finding program(Packages.Need need) {
        Path found = Packages.find(need.binary());
        if (found != null) {
            return ok(need.binary(), found.toString());
        }
        return new Finding(
                need.required() ? State.MISSING : State.NOTE,
                need.binary(),
                "not found; it " + need.purpose(),
                "'k8j server' installs it, or: apt-get install " + need.debian());
    }

    private static Finding cgroups() {
        if (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
            return ok("cgroups", "v2");
        }
        if (Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))) {
            boolean hybrid = Files.isDirectory(Path.of("/sys/fs/cgroup/unified"));
            return ok("cgroups", hybrid ? "v1 with v2 beside it" : "v1");
        }
        return new Finding(State.MISSING, "cgroups", "none mounted", "mount cgroups below /sys/fs/cgroup");
    }

    private static Finding oomScore() {
        return hasCapability(24)
                ? ok("CAP_SYS_RESOURCE", "yes")
                : new Finding(
                        State.NOTE,
                        "CAP_SYS_RESOURCE",
                        "no; containers cannot be made less likely to be killed than k8j itself",
                        "");
    }

    private static boolean hasCapability(int number) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.split("\\s+")[1], 16) >> number & 1) == 1);
        } catch (IOException e) {
            return false;
        }
    }

    private static Finding overlay() {
        try {
            boolean known = Files.readAllLines(Path.of("/proc/filesystems")).stream()
                    .anyMatch(line -> line.endsWith("overlay"));
            return known
                    ? ok("overlayfs", "yes")
                    : new Finding(State.NOTE, "overlayfs", "not loaded", "modprobe overlay");
        } catch (IOException e) {
            return new Finding(State.MISSING, "overlayfs", "cannot tell: " + e.getMessage(), "");
        }
    }

    private static Finding disk(Path dataDir) {
        Path existing = dataDir.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        try {
            FileStore store = Files.getFileStore(existing);
            long free = store.getUsableSpace();
            String detail = "%.1f GB free below %s".formatted(free / 1e9, existing);
            return free >= WANTED_DISK_BYTES
                    ? ok("disk", detail)
                    : new Finding(State.NOTE, "disk", detail, "free some space or choose another --data-dir");
        } catch (IOException e) {
            return new Finding(State.NOTE, "disk", "cannot tell: " + e.getMessage(), "");
        }
    }

    private static Finding forwarding() {
        try {
            boolean on = Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward"))
                    .strip()
                    .equals("1");
            return on
                    ? ok("IP forwarding", "on")
                    : new Finding(State.NOTE, "IP forwarding", "off", "'k8j server' turns it on");
        } catch (IOException e) {
            return new Finding(
                    State.NOTE,
                    "IP forwarding",
                    "cannot tell: " + e.getMessage().toLowerCase(Locale.ROOT),
                    "");
        }
    }

    private static Finding ok(String what, String detail) {
        return new Finding(State.OK, what, detail, "");
    }
}
