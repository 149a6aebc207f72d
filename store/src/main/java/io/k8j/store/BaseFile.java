package io.k8j.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** A whole state in one file: bases of the log and snapshots. Its name appears only when it is complete. */
final class BaseFile {
    private static final String KIND = "k8j-state-1";
    private static final int FRAME = 256 << 10;

    /** How much goes to the disk at once: all of it at the end would hold up the log's flushes for a second. */
    private static final int FLUSH_EVERY = 4 << 20;

    private BaseFile() {}

    /** What a file says of itself. */
    record Contents(long revision, String clusterId) {}

    /** Writes a state; the file is on disk under its name on return, or nothing is left of it. */
    static void write(Path target, String clusterId, Journal.State state) {
        write(target, clusterId, state, () -> {});
    }

    /** Likewise, and does one more thing before the file gets its name. */
    static void write(Path target, String clusterId, Journal.State state, Runnable beforePublishing) {
        Path temporary = FrameFile.temporary(target);
        try {
            try (var channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                writeAll(channel, clusterId, state);
                channel.force(true);
            }
            beforePublishing.run();
            FrameFile.publish(temporary, target);
        } catch (IOException e) {
            delete(temporary, e);
            throw FrameFile.failure("write " + target, e);
        } catch (StoreException e) {
            delete(temporary, e);
            throw e;
        }
    }

    private static void delete(Path file, Exception cause) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException second) {
            cause.addSuppressed(second);
        }
    }

    private static void writeAll(FileChannel channel, String clusterId, Journal.State state) throws IOException {
        var frame = new Frame().begin();
        ByteBuffer heading = FrameFile.heading(KIND);
        FrameFile.writeFully(channel, heading, 0);
        long at = FrameFile.HEADING;
        long onDisk = 0;
        frame.cluster(clusterId);
        frame.note(Frame.Note.REVISION, state.revision());
        state.leases().forEach(frame::change);
        for (Entry entry : state.entries()) {
            if (frame.size() > FRAME) {
                at = flush(channel, frame, at);
                if (at - onDisk > FLUSH_EVERY) {
                    channel.force(false);
                    onDisk = at;
                }
            }
            frame.change(new Change.Put(entry));
        }
        frame.note(Frame.Note.END, state.entries().size());
        flush(channel, frame, at);
    }

    private static long flush(FileChannel channel, Frame frame, long at) throws IOException {
        ByteBuffer bytes = frame.end();
        int length = bytes.remaining();
        FrameFile.writeFully(channel, bytes, at);
        frame.begin();
        return at + length;
    }

    /** Reads a file to its end, which proves it complete. */
    static Contents read(Path file, Consumer<Change> into) {
        var reader = new Frame.Reader() {
            private long revision;
            private String clusterId = "";
            private long entries;
            private long expected = -1;

            @Override
            public void accept(Change change) {
                entries += change instanceof Change.Put ? 1 : 0;
                into.accept(change);
            }

            @Override
            public void note(Frame.Note note, long value) {
                switch (note) {
                    case REVISION -> revision = value;
                    case END -> expected = value;
                    case RESERVED -> {}
                }
            }

            @Override
            public void cluster(String id) {
                clusterId = id;
            }
        };
        try {
            long good = FrameFile.read(file, KIND, reader);
            if (good != Files.size(file) || reader.entries != reader.expected) {
                throw new StoreCorruptedException(
                        "the store file %s is damaged: only %d of its %d bytes are sound; restore a snapshot"
                                .formatted(file, good, Files.size(file)));
            }
        } catch (IOException e) {
            throw FrameFile.failure("read " + file, e);
        }
        return new Contents(reader.revision, reader.clusterId);
    }
}
