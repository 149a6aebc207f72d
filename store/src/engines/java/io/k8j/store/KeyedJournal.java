package io.k8j.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A journal over an engine that keeps the newest record of each key by itself. */
abstract class KeyedJournal implements Journal {
    private final Frame frame = new Frame();
    private long revision = 1;

    abstract void write(List<Record> batch, boolean durable);

    abstract void readAll(Consumer<byte[]> into);

    /** What to put under a key; null removes it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Record(byte[] key, byte[] value) {}

    @Override
    public long recover(Consumer<Change> into) {
        readAll(bytes -> {
            var buffer = ByteBuffer.wrap(bytes);
            int length = buffer.getInt();
            if (Frame.checksum(length, buffer.slice(Frame.HEADER, length)) != buffer.getInt()) {
                throw new StoreCorruptedException("record damaged");
            }
            Frame.read(buffer, new Frame.Reader() {
                @Override
                public void accept(Change change) {
                    if (change instanceof Change.Put(Entry entry)) {
                        revision = Math.max(revision, entry.modRevision());
                    }
                    into.accept(change);
                }

                @Override
                public void note(Frame.Note note, long value) {
                    revision = Math.max(revision, value);
                }
            });
        });
        return revision;
    }

    @Override
    public void append(List<Change> changes, long lastRevision, boolean durable) {
        write(changes.stream().map(this::record).toList(), durable);
    }

    private Record record(Change change) {
        return switch (change) {
            case Change.Put(Entry entry) -> new Record(entry.key().getBytes(StandardCharsets.UTF_8), encode(change));
            case Change.Delete(String key, long _) -> new Record(key.getBytes(StandardCharsets.UTF_8), null);
            case Change.Lease lease -> new Record(leaseKey(lease.id()), encode(change));
            case Change.LeaseOver(long id) -> new Record(leaseKey(id), null);
        };
    }

    private static byte[] leaseKey(long id) {
        return ("!lease " + id).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] encode(Change change) {
        frame.begin().change(change);
        ByteBuffer bytes = frame.end();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    @Override
    public void maintain(StateSource state) {}

    @Override
    public void snapshot(StateSource state, Path target) {
        BaseFile.write(target, clusterId(), state.read());
    }

    @Override
    public String clusterId() {
        return "comparison";
    }
}
