package io.k8j.kubelet.logs;

import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.RuntimeFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Starts a new log file when one has grown too large, and keeps only so many old ones. */
public final class LogRotation {
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final ContainerRuntime runtime;
    private final long maxSize;
    private final int maxFiles;

    /** @param maxFiles of one container, the current one included */
    public LogRotation(ContainerRuntime runtime, long maxSize, int maxFiles) {
        this.runtime = runtime;
        this.maxSize = maxSize;
        this.maxFiles = maxFiles;
    }

    /** Rotates a running container's log if it is too large. */
    public void check(Path log, String containerId, Instant now) throws IOException {
        if (!Files.exists(log) || Files.size(log) <= maxSize) return;
        List<Path> old = rotated(log);
        for (int i = 0; i <= old.size() - (maxFiles - 1); i++) Files.deleteIfExists(old.get(i));
        // The newest old file stays as it is, since a reader may still follow it.
        for (Path file : rotated(log)) if (!file.toString().endsWith(".gz")) compress(file);
        Path aside = log.resolveSibling(log.getFileName() + "." + SUFFIX.format(now));
        Files.move(log, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            runtime.reopenContainerLog(containerId);
        } catch (RuntimeFailure e) {
            Files.move(aside, log, StandardCopyOption.ATOMIC_MOVE);
            throw new IOException("reopen log of container " + containerId + ": " + e.description(), e);
        }
    }

    /** Old files, the oldest first. */
    private static List<Path> rotated(Path log) throws IOException {
        String prefix = log.getFileName() + ".";
        try (Stream<Path> files = Files.list(log.getParent())) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    private static void compress(Path file) throws IOException {
        Path target = file.resolveSibling(file.getFileName() + ".gz");
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(unfinished))) {
            Files.copy(file, out);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(file);
    }
}
