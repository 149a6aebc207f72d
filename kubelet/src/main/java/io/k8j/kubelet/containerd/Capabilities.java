package io.k8j.kubelet.containerd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel lets this process do. */
public final class Capabilities {
    private static final int CAP_SYS_RESOURCE = 24;

    private Capabilities() {}

    /** Whether this process may lower oom_score_adj and raise resource limits (CAP_SYS_RESOURCE). */
    public static boolean mayRaiseLimits() {
        return has(CAP_SYS_RESOURCE);
    }

    private static boolean has(int bit) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> bit & 1) == 1);
        } catch (IOException e) {
            throw new UncheckedIOException("read capabilities of this process", e);
        }
    }

    /** Whether this process runs as root. */
    public static boolean root() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
        } catch (IOException noProc) { // not Linux
            return false;
        }
    }
}
