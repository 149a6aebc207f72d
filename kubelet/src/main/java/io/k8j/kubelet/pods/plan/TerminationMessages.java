package io.k8j.kubelet.pods.plan;

import io.k8j.kubelet.logs.LogTail;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.spec.Labels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads what ended containers have left as their last words; each once. Owned by the Pod's worker. */
public final class TerminationMessages {
    private static final int MAX_FILE = 4096;
    private static final int MAX_LOG_BYTES = 2048;
    private static final int MAX_LOG_LINES = 80;

    private Map<String, String> known = new HashMap<>();

    /** Messages of all ended containers, by id; those without one are left out. */
    public Map<String, String> of(RuntimePod runtime, Path logDirectory) {
        Map<String, String> now = new HashMap<>();
        for (RuntimeContainer container : runtime.containers()) {
            if (!container.exited()) continue;
            String message = known.get(container.id());
            now.put(container.id(), message == null ? read(container, logDirectory) : message);
        }
        known = now;
        return now;
    }

    /** What the runtime says of the end, and what the container says itself. */
    private static String read(RuntimeContainer container, Path logDirectory) {
        String end = container.status().getMessage();
        String own = own(container, logDirectory);
        return end.isEmpty() || own.isEmpty() ? end + own : end + ": " + own;
    }

    private static String own(RuntimeContainer container, Path logDirectory) {
        var annotations = container.status().getAnnotationsMap();
        String file = annotations.get(Labels.MESSAGE_FILE);
        if (file == null) return "";
        try {
            if (Files.exists(Path.of(file))) {
                try (InputStream in = Files.newInputStream(Path.of(file))) {
                    String message = new String(in.readNBytes(MAX_FILE), StandardCharsets.UTF_8);
                    if (!message.isEmpty()) return message;
                }
            }
        } catch (IOException e) {
            return "Error on reading termination log %s: %s".formatted(file, e.getMessage());
        }
        boolean useLog = "FallbackToLogsOnError".equals(annotations.get(Labels.MESSAGE_POLICY))
                && (container.status().getExitCode() != 0
                        || "ContainerCannotRun".equals(container.status().getReason()));
        if (!useLog) return "";
        Path log = logDirectory.resolve(container.name()).resolve(container.attempt() + ".log");
        try {
            return LogTail.last(log, MAX_LOG_LINES, MAX_LOG_BYTES);
        } catch (IOException e) {
            return "Error on reading termination message from logs: " + e.getMessage();
        }
    }
}
