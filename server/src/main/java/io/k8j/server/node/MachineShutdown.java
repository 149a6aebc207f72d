package io.k8j.server.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells why this process is asked to stop. */
final class MachineShutdown {
    private MachineShutdown() {}

    /**
     * Whether the machine goes down. Where systemd does not run, as in a container, a server that is stopped is taken to
     * go down with its machine.
     */
    static boolean isUnderWay() throws InterruptedException {
        if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
            return true;
        }
        try {
            Process process = new ProcessBuilder("systemctl", "is-system-running")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String state = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            process.waitFor();
            return state.equals("stopping");
        } catch (IOException e) {
            return false; // whoever cannot be asked does not end other people's work
        }
    }
}
