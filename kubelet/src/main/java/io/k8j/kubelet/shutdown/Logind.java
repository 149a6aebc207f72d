package io.k8j.kubelet.shutdown;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What is asked of systemd-logind for a graceful end of the node. */
final class Logind {
    /** First line of the watch: the lock was taken, so the machine does not go down. */
    static final String HELD = "held";

    /** The shell ends, and the lock with it, when whoever holds its input is gone, however that ends. */
    private static final String WATCH = "echo " + HELD + "; busctl --system --json=short"
            + " --match \"type='signal',interface='org.freedesktop.login1.Manager',member='PrepareForShutdown'\""
            + " monitor & cat >/dev/null; kill $!";

    /** Upstream's words, and its kind of lock: the machine waits for it, but not for ever. */
    static final List<String> INHIBIT = List.of(
            "systemd-inhibit",
            "--what=shutdown",
            "--who=kubelet",
            "--why=Kubelet needs time to handle node shutdown",
            "--mode=delay",
            "sh",
            "-c",
            WATCH);

    private static final List<String> LONGEST_DELAY = List.of(
            "busctl",
            "get-property",
            "org.freedesktop.login1",
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
            "InhibitDelayMaxUSec");

    private static final List<String> RELOAD = List.of("systemctl", "kill", "--signal=HUP", "systemd-logind.service");

    /** Settings that are gone when the machine starts anew. */
    private static final Path SETTINGS = Path.of("/run/systemd/logind.conf.d/99-kubelet.conf");

    private Logind() {}

    /** Whether systemd runs this machine. */
    static boolean isThere() {
        return Files.isDirectory(Path.of("/run/systemd/system"));
    }

    /** Whether a line of the watch says that the machine goes down now. */
    static boolean goesDown(String line) {
        return line.contains("\"PrepareForShutdown\"") && line.contains("[true]");
    }

    /** The answer {@code t 5000000} to a question for a number of microseconds. */
    static Duration delay(String answer) {
        String[] words = answer.strip().split(" ");
        try {
            return words.length == 2 && words[0].equals("t")
                    ? Duration.ofMillis(Long.divideUnsigned(Long.parseUnsignedLong(words[1]), 1000))
                    : Duration.ZERO;
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    /** The settings that let a lock hold the machine up for so long. */
    static String settings(Duration delay) {
        return "# Kubelet logind override\n\n[Login]\nInhibitDelayMaxSec=%d\n".formatted(delay.toSeconds());
    }

    /** Has locks hold the machine up for at least so long; answers how long they do. */
    static Duration allow(Duration delay) throws IOException, InterruptedException {
        Duration now = longest();
        if (now.compareTo(delay) >= 0) return now;
        Files.createDirectories(SETTINGS.getParent());
        Files.writeString(SETTINGS, settings(delay));
        answer(RELOAD);
        return longest();
    }

    /** Takes back what {@link #allow} has set. */
    static void forget() throws IOException {
        Files.deleteIfExists(SETTINGS);
    }

    private static Duration longest() throws IOException, InterruptedException {
        return delay(answer(LONGEST_DELAY));
    }

    private static String answer(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) throw new IOException("%s ended with code %d".formatted(String.join(" ", command), code));
            return text;
        }
    }
}
