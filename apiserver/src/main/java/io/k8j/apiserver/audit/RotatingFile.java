package io.k8j.apiserver.audit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A log file that is put aside when it is full. Old ones are named {@code audit-2026-01-02T15-04-05.000.log} and removed by
 * number and age, as upstream's logger does. One thread at a time; each write goes into one file as a whole.
 */
public final class RotatingFile extends OutputStream {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS").withZone(ZoneOffset.UTC);

    /**
     * How much is kept.
     *
     * @param maxBytes size at which a file is put aside
     * @param maxBackups files put aside that are kept; 0 for all
     * @param maxAge age at which they are removed; zero for never
     * @param compress whether files put aside are compressed
     */
    public record Limits(long maxBytes, int maxBackups, Duration maxAge, boolean compress) {}

    private final Path file;
    private final Limits limits;
    private final InstantSource clock;
    private OutputStream out;
    private long size;

    /** @throws IOException if the file cannot be opened for writing */
    public RotatingFile(Path file, Limits limits, InstantSource clock) throws IOException {
        this.file = file.toAbsolutePath();
        this.limits = limits;
        this.clock = clock;
        Files.createDirectories(this.file.getParent());
        open();
    }

    private void open() throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        out = Files.newOutputStream(file, StandardOpenOption.APPEND);
        size = Files.size(file);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one});
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (length > limits.maxBytes()) {
            throw new IOException("write length %d exceeds maximum file size %d".formatted(length, limits.maxBytes()));
        }
        if (size > 0 && size + length > limits.maxBytes()) putAside();
        out.write(bytes, from, length);
        size += length;
    }

    private void putAside() throws IOException {
        out.close();
        Path aside = aside(clock.instant());
        Files.move(file, aside);
        open();
        if (limits.compress()) compress(aside);
        tidy();
    }

    private Path aside(Instant now) {
        for (Instant at = now; ; at = at.plusMillis(1)) {
            Path aside = file.resolveSibling(stem() + "-" + STAMP.format(at) + ending());
            if (!Files.exists(aside) && !Files.exists(Path.of(aside + ".gz"))) return aside;
        }
    }

    private String stem() {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - ending().length());
    }

    private String ending() {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    private static void compress(Path aside) throws IOException {
        Path packed = Path.of(aside + ".gz");
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (InputStream in = Files.newInputStream(aside);
                OutputStream gzip = new GZIPOutputStream(java.nio.channels.Channels.newOutputStream(
                        java.nio.channels.FileChannel.open(packed, options, owner)))) {
            in.transferTo(gzip);
        }
        Files.delete(aside);
    }

    private void tidy() throws IOException {
        List<Path> old;
        try (Stream<Path> files = Files.list(file.getParent())) {
            old = files.filter(other -> stamp(other) != null)
                    .sorted(Comparator.comparing(this::stamp).reversed())
                    .toList();
        }
        Instant oldest =
                limits.maxAge().isZero() ? Instant.MIN : clock.instant().minus(limits.maxAge());
        for (int i = 0; i < old.size(); i++) {
            boolean tooMany = limits.maxBackups() > 0 && i >= limits.maxBackups();
            if (tooMany || stamp(old.get(i)).isBefore(oldest)) Files.deleteIfExists(old.get(i));
        }
    }

    /** When a file was put aside; null if it is none of ours. */
    private Instant stamp(Path other) {
        String name = other.getFileName().toString();
        if (name.endsWith(".gz")) name = name.substring(0, name.length() - 3);
        if (!name.startsWith(stem() + "-") || !name.endsWith(ending())) return null;
        String text = name.substring(stem().length() + 1, name.length() - ending().length());
        try {
            return Instant.from(STAMP.parse(text));
        } catch (DateTimeParseException e) {
            return null; // another file with a similar name
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
