package io.k8j.kubelet.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Copies a container's log to a client, and follows it across rotation. */
public final class LogReader {
    private static final int BLOCK = 64 * 1024;
    private static final long FOLLOW_PAUSE_MILLIS = 50;

    private final Path log;
    private final LogOptions options;
    private final OutputStream out;
    private long budget;
    private byte[] rest = new byte[0];
    private boolean continued; // the last line written was a partial one

    private LogReader(Path log, LogOptions options, OutputStream out) {
        this.log = log;
        this.options = options;
        this.out = out;
        this.budget = options.limitBytes() == null ? Long.MAX_VALUE : options.limitBytes();
    }

    /**
     * Copies until the end of the log; when following, until the container has ended and all is copied. Blocks.
     *
     * @param running whether more may still be written
     * @throws NoSuchFileException if there is no log
     * @throws IOException if the log cannot be read, or the client is gone
     */
    public static void copy(Path log, LogOptions options, OutputStream out, BooleanSupplier running)
            throws IOException, InterruptedException {
        new LogReader(log, options, out).run(running);
    }

    private void run(BooleanSupplier running) throws IOException, InterruptedException {
        FileChannel file = FileChannel.open(log, StandardOpenOption.READ);
        try {
            Object key = key(log);
            long position = options.tailLines() == null ? 0 : LogTail.offsetOfLast(file, options.tailLines());
            while (true) {
                boolean mayGrow = options.follow() && running.getAsBoolean();
                position = copyFrom(file, position);
                if (budget <= 0) return;
                Object now = key(log);
                if (options.follow() && now != null && !now.equals(key)) { // rotated: the rest is in a new file
                    copyFrom(file, position);
                    file.close();
                    file = FileChannel.open(log, StandardOpenOption.READ);
                    key = now;
                    position = 0;
                    continue;
                }
                if (!mayGrow) return;
                out.flush();
                Thread.sleep(FOLLOW_PAUSE_MILLIS);
            }
        } finally {
            file.close();
            out.flush();
        }
    }

    private static Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException betweenRenameAndReopen) {
            return null;
        }
    }

    private long copyFrom(FileChannel file, long from) throws IOException {
        long position = from;
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (budget > 0) {
            block.clear();
            int count = file.read(block, position);
            if (count <= 0) return position;
            position += count;
            feed(block.array(), count);
        }
        return position;
    }

    /** Splits into lines; keeps an unfinished one for the next call. */
    private void feed(byte[] bytes, int count) throws IOException {
        byte[] all = new byte[rest.length + count];
        System.arraycopy(rest, 0, all, 0, rest.length);
        System.arraycopy(bytes, 0, all, rest.length, count);
        int start = 0;
        for (int i = rest.length; i < all.length && budget > 0; i++) {
            if (all[i] != '\n') continue;
            line(all, start, i);
            start = i + 1;
        }
        rest = Arrays.copyOfRange(all, start, all.length);
    }

    private void line(byte[] bytes, int from, int to) throws IOException {
        // Contents may be any bytes: decode as Latin-1, which keeps them all.
        Optional<LogLine> parsed = LogLine.parse(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        if (parsed.isEmpty()) return;
        LogLine line = parsed.get();
        if (!wanted(line)) return;
        StringBuilder text = new StringBuilder();
        if (options.timestamps() && !continued) text.append(line.time()).append(' ');
        text.append(line.content());
        if (!line.partial()) text.append('\n');
        continued = line.partial();
        byte[] encoded = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        int length = (int) Math.min(budget, encoded.length);
        out.write(encoded, 0, length);
        budget -= length;
    }

    private boolean wanted(LogLine line) {
        if (!options.stream().equals("All")
                && !options.stream().toLowerCase(Locale.ROOT).equals(line.stream())) return false;
        if (options.since() == null) return true;
        try {
            return !Instant.parse(line.time()).isBefore(options.since());
        } catch (DateTimeException notATime) {
            return true;
        }
    }
}
