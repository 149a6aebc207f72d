package io.k8j.server;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A short name that tells clusters on one machine apart, made of the data directory: empty for the default one, so that
 * the names people see there are plain.
 */
public final class InstanceId {
    private static final Path DEFAULT = Path.of("/var/lib/k8j");

    private InstanceId() {}

    /** Empty, or six hexadecimal digits. */
    public static String of(Path dataDir) {
        Path normal = dataDir.toAbsolutePath().normalize();
        if (normal.equals(DEFAULT)) {
            return "";
        }
        CRC32 hash = new CRC32();
        hash.update(normal.toString().getBytes(StandardCharsets.UTF_8));
        return "%06x".formatted(hash.getValue() & 0xffffff);
    }

    /** Name of the Pods' bridge, at most 15 characters. */
    public static String bridge(Path dataDir) {
        return "k8j" + of(dataDir) + "br";
    }

    /** Name of the packet filter's tables. */
    public static String table(Path dataDir) {
        String id = of(dataDir);
        return id.isEmpty() ? "k8j" : "k8j-" + id;
    }

    /** Name of the packet filter's table for host ports. */
    public static String hostPortTable(Path dataDir) {
        return table(dataDir) + "-hostports";
    }

    /** The cgroup below which all Pods lie. */
    public static String cgroup(Path dataDir) {
        String id = of(dataDir);
        return id.isEmpty() ? "/" : "/k8j-" + id;
    }
}
