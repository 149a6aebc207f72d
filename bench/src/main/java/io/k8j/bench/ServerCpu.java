package io.k8j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the server's process has used of the processors, if it runs on this machine and this is Linux. */
public final class ServerCpu {
    private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100 on all Linux

    private final long pid;

    private ServerCpu(long pid) {
        this.pid = pid;
    }

    /** @param pid 0 if it is not known, after which nothing is measured */
    static ServerCpu ofPid(long pid) {
        return new ServerCpu(pid);
    }

    /** Looks for the process that listens at the target's port; finds nothing for servers elsewhere. */
    public static ServerCpu of(Target target) {
        try {
            String inode = listeningSocket(target.port());
            return new ServerCpu(inode == null || !isLocal(target.host()) ? 0 : ownerOf(inode));
        } catch (IOException e) {
            return new ServerCpu(0);
        }
    }

    private static boolean isLocal(String host) throws IOException {
        java.net.InetAddress address = java.net.InetAddress.getByName(host);
        return address.isLoopbackAddress() || java.net.NetworkInterface.getByInetAddress(address) != null;
    }

    private static String listeningSocket(int port) throws IOException {
        String wanted = ":%04X".formatted(port);
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (!Files.exists(Path.of(table))) {
                continue;
            }
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[1].endsWith(wanted) && fields[3].equals("0A")) {
                    return "socket:[" + fields[9] + "]";
                }
            }
        }
        return null;
    }

    private static long ownerOf(String socket) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(p -> p.getFileName().toString().matches("\\d+"))
                    .toList()) {
                if (holds(process, socket)) {
                    return Long.parseLong(process.getFileName().toString());
                }
            }
        }
        return 0;
    }

    private static boolean holds(Path process, String socket) {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.anyMatch(file -> {
                try {
                    return Files.readSymbolicLink(file).toString().equals(socket);
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        } catch (IOException | java.io.UncheckedIOException notOurs) {
            return false;
        }
    }

    long pid() {
        return pid;
    }

    /** Nanoseconds of processor time so far; empty if it is not known. */
    public OptionalLong nanos() {
        if (pid == 0) {
            return OptionalLong.empty();
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return OptionalLong.of((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK);
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Resident memory in bytes; empty if it is not known. */
    OptionalLong resident() {
        if (pid == 0) {
            return OptionalLong.empty();
        }
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) << 10);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
