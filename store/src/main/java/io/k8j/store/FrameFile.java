package io.k8j.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Reads and writes files of a 16-byte heading and frames, and does what makes file changes last. */
final class FrameFile {
    static final int HEADING = 16;

    private static final int CHUNK = 1 << 20;

    private FrameFile() {}

    static ByteBuffer heading(String kind) {
        return ByteBuffer.wrap("%-15s%n".formatted(kind).replace("\r", "").getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads frames up to the first that is damaged or cut; zeros are none.
     *
     * @return the length of the good part; 0 if the heading is not as expected
     */
    static long read(Path file, String kind, Frame.Reader into) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer buffer =
                    ByteBuffer.allocate(Math.clamp(size, HEADING, CHUNK)).flip();
            if (size < HEADING) {
                return 0;
            }
            buffer = fill(channel, buffer, HEADING);
            if (!buffer.slice(0, HEADING).equals(heading(kind))) {
                return 0;
            }
            buffer.position(HEADING);
            long good = HEADING;
            while (size - good >= Frame.HEADER) {
                buffer = fill(channel, buffer, Frame.HEADER);
                int length = buffer.getInt(buffer.position());
                if (length <= 0 || length > size - good - Frame.HEADER) {
                    break;
                }
                buffer = fill(channel, buffer, Frame.HEADER + length);
                int checksum = buffer.getInt(buffer.position() + 4);
                ByteBuffer payload = buffer.slice(buffer.position() + Frame.HEADER, length);
                if (Frame.checksum(length, payload) != checksum) {
                    break;
                }
                Frame.read(payload.rewind(), into);
                buffer.position(buffer.position() + Frame.HEADER + length);
                good += Frame.HEADER + length;
            }
            return good;
        }
    }

    /** Makes sure that {@code bytes} are in the buffer, which the file is known to have. */
    private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer, int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return buffer;
        }
        ByteBuffer target =
                bytes > buffer.capacity() ? ByteBuffer.allocate(bytes).put(buffer) : buffer.compact();
        while (target.position() < bytes) {
            if (channel.read(target) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return target.flip();
    }

    static void writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Where the zeros at the end of a file begin, if that is behind a position; otherwise the position. */
    static long zerosFrom(Path file, long from) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long found = from;
            long at = from;
            ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
            while (channel.read(buffer.clear(), at) > 0) {
                for (int i = buffer.position() - 1; i >= 0; i--) {
                    if (buffer.get(i) != 0) {
                        found = at + i + 1;
                        break;
                    }
                }
                at += buffer.position();
            }
            return found;
        }
    }

    /** Moves a finished file to its name, replacing what is there, so that it lasts. */
    static void publish(Path temporary, Path target) throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
        syncDirectory(target.toAbsolutePath().getParent());
    }

    static void syncDirectory(Path directory) throws IOException {
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows")) {
            return; // directories cannot be opened there, and their entries are journaled
        }
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    /** Whether a disk said that it has no room. */
    static boolean full(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left")
                || message.contains("quota exceeded")
                || message.contains("not enough space");
    }

    /** Names what went wrong in the terms of the store. */
    static StoreException failure(String doing, IOException e) {
        return full(e)
                ? new StoreFullException("%s: the disk is full; free some space".formatted(doing), e)
                : new StoreException("%s: %s".formatted(doing, e), e);
    }
}
