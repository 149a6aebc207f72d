package io.k8j.kubelet.runtime;

import io.k8j.kubelet.runtime.ContainerScript.Line;
import io.k8j.model.time.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a container's log as CRI wants it, where the kubelet reads it. Safe for all threads. */
final class PlayedLog {
    private static final Logger LOG = LoggerFactory.getLogger(PlayedLog.class);
    private static final DateTimeFormatter NANO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Path file;
    private final Time time;

    PlayedLog(Path file, Time time) {
        this.file = file;
        this.time = time;
    }

    synchronized void write(Line line) {
        Instant now = time.instant();
        String text = "%s %s F %s\n".formatted(NANO_TIME.format(now), line.stream(), line.text());
        try {
            Files.createDirectories(file.getParent());
            Files.write(
                    file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("simulated log not written");
        }
    }
}
