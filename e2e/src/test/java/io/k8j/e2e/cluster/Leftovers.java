package io.k8j.e2e.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Finds what belongs to one server's data directory: processes, mounts, network interfaces, network namespaces and
 * nftables tables. Things of others on the machine are told apart by name or by comparing with an earlier look.
 */
public final class Leftovers {
    private static final Path NAMESPACES = Path.of("/var/run/netns");
    private static final Path INTERFACES = Path.of("/sys/class/net");
    /** A bridge, a table or a cgroup, named after the last six digits of its cluster's checksum. */
    private static final Pattern OWNED = Pattern.compile("\\bk8j-?([0-9a-f]{6})(?:br|-|$)");

    private final Path dataDirectory;
    private final List<String> before;

    private Leftovers(Path dataDirectory, List<String> before) {
        this.dataDirectory = dataDirectory;
        this.before = before;
    }

    /** Takes a look before the server starts; what is there already is not its own. */
    public static Leftovers lookBefore(Path dataDirectory) throws IOException {
        return new Leftovers(dataDirectory, shared());
    }

    /** One line for each thing that is there now and was not before, or that names the data directory. */
    public List<String> find() throws IOException {
        var found = new ArrayList<String>();
        List<String> markers = List.of(
                dataDirectory.toString(), runtimeDirectory(dataDirectory).toString());
        try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            processes
                    .filter(p -> p.pid() != ProcessHandle.current().pid())
                    .forEach(p -> commandLine(p)
                            .filter(c -> markers.stream().anyMatch(c::contains))
                            .ifPresent(c -> found.add("process " + p.pid() + ": " + c)));
        }
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> markers.stream().anyMatch(line::contains))
                .map(line -> "mount " + line.split(" ")[4])
                .forEach(found::add);
        if (Files.exists(runtimeDirectory(dataDirectory))) {
            found.add("directory " + runtimeDirectory(dataDirectory));
        }
        shared().stream()
                .filter(thing -> !before.contains(thing) && !isOfAnother(thing))
                .forEach(found::add);
        return found;
    }

    /** Whether a thing belongs to a cluster that came up meanwhile: it bears another checksum. */
    private boolean isOfAnother(String thing) {
        Matcher owned = OWNED.matcher(thing);
        return owned.find() && !checksum(dataDirectory).endsWith(owned.group(1));
    }

    /** Where a server keeps sockets and the state of its containers: below {@code /run}, told apart by a checksum. */
    static Path runtimeDirectory(Path dataDirectory) {
        return Path.of("/run/k8j", checksum(dataDirectory));
    }

    private static String checksum(Path dataDirectory) {
        var checksum = new CRC32();
        checksum.update(dataDirectory.toString().getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(checksum.getValue());
    }

    private static Optional<String> commandLine(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .replace('\0', ' ');
            return line.isBlank() ? Optional.empty() : Optional.of(line.strip());
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private static List<String> shared() throws IOException {
        var things = new ArrayList<String>();
        for (String name : names(INTERFACES)) {
            // A Pod's end of the wire hangs on its cluster's bridge; without one it is nobody's.
            if (!name.startsWith("veth")
                    || !Files.exists(INTERFACES.resolve(name).resolve("master"))) {
                things.add("interface " + name);
            }
        }
        Set<String> inhabited = inhabitedNamespaces();
        for (String name : names(NAMESPACES)) {
            if (!inhabited.contains(inode(NAMESPACES.resolve(name)))) {
                things.add("network namespace " + name);
            }
        }
        tables().forEach(table -> things.add("nftables " + table));
        for (Path cgroup : List.of(Path.of("/sys/fs/cgroup"), Path.of("/sys/fs/cgroup/memory"))) {
            for (String name : names(cgroup)) {
                if (name.startsWith("kubepods") || name.startsWith("k8j")) {
                    things.add("cgroup " + cgroup.resolve(name));
                }
            }
        }
        return things;
    }

    /** The network namespaces that processes live in: a process that was left is found by itself. */
    private static Set<String> inhabitedNamespaces() throws IOException {
        var found = new HashSet<String>();
        for (String process : names(Path.of("/proc"))) {
            if (process.matches("\\d+")) {
                try {
                    String link = Files.readSymbolicLink(Path.of("/proc", process, "ns/net"))
                            .toString();
                    found.add(link.replaceAll("\\D", ""));
                } catch (IOException ended) {
                    // It ended between the list and the look.
                }
            }
        }
        return found;
    }

    private static String inode(Path namespace) {
        try {
            return Files.getAttribute(namespace, "unix:ino").toString();
        } catch (IOException gone) {
            return "";
        }
    }

    private static List<String> names(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> tables() throws IOException {
        try {
            Process nft = new ProcessBuilder("nft", "list", "tables")
                    .redirectErrorStream(true)
                    .start();
            nft.getOutputStream().close();
            List<String> lines = nft.inputReader().lines().toList();
            return nft.waitFor(20, TimeUnit.SECONDS) && nft.exitValue() == 0 ? lines : List.of();
        } catch (IOException notInstalled) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while listing nftables tables", e);
        }
    }
}
