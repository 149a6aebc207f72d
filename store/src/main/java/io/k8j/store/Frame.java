package io.k8j.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Builds and reads frames: length of the payload (4 bytes), CRC-32 of length and payload (4 bytes), payload. A payload
 * is a row of records, each a kind (1 byte) and its fields; numbers are big-endian.
 */
final class Frame {
    static final int HEADER = 8;

    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final byte LEASE = 3;
    private static final byte LEASE_OVER = 4;
    private static final byte NOTE = 5;
    private static final byte CLUSTER = 6;

    private static final int KEPT = 1 << 20;

    private ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);

    /** Kinds of numbers a file keeps beside the changes. */
    enum Note {
        /** The state is as of this revision. */
        REVISION,
        /** Revisions up to this one may have been given out. */
        RESERVED,
        /** The file is complete and has this many entries. */
        END
    }

    /** What a payload is read into. */
    interface Reader extends Consumer<Change> {
        void note(Note note, long value);

        default void cluster(String id) {}
    }

    Frame begin() {
        if (buffer.capacity() > KEPT) {
            buffer = ByteBuffer.allocateDirect(64 << 10);
        }
        buffer.clear().position(HEADER);
        return this;
    }

    int size() {
        return buffer.position();
    }

    void note(Note note, long value) {
        room(10).put(NOTE).put((byte) note.ordinal()).putLong(value);
    }

    void cluster(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        room(5 + bytes.length).put(CLUSTER).putInt(bytes.length).put(bytes);
    }

    void change(Change change) {
        switch (change) {
            case Change.Put(Entry entry) -> {
                byte[] key = entry.key().getBytes(StandardCharsets.UTF_8);
                room(41 + key.length + entry.value().length)
                        .put(PUT)
                        .putLong(entry.createRevision())
                        .putLong(entry.modRevision())
                        .putLong(entry.version())
                        .putLong(entry.leaseId())
                        .putInt(key.length)
                        .put(key)
                        .putInt(entry.value().length)
                        .put(entry.value());
            }
            case Change.Delete(String name, long revision) -> {
                byte[] key = name.getBytes(StandardCharsets.UTF_8);
                room(13 + key.length)
                        .put(DELETE)
                        .putLong(revision)
                        .putInt(key.length)
                        .put(key);
            }
            case Change.Lease(long id, long ttl, long expires) ->
                room(25).put(LEASE).putLong(id).putLong(ttl).putLong(expires);
            case Change.LeaseOver(long id) -> room(9).put(LEASE_OVER).putLong(id);
        }
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int size = Math.addExact(buffer.position(), bytes);
            ByteBuffer larger = ByteBuffer.allocateDirect((int) Math.min(Integer.MAX_VALUE - 8L, size * 2L));
            larger.put(buffer.flip());
            buffer = larger;
        }
        return buffer;
    }

    /** Closes the frame; the buffer is valid until the next {@link #begin}. */
    ByteBuffer end() {
        int length = buffer.position() - HEADER;
        buffer.flip();
        buffer.putInt(0, length);
        buffer.putInt(4, checksum(length, buffer.slice(HEADER, length)));
        return buffer;
    }

    static int checksum(int length, ByteBuffer payload) {
        var crc = new CRC32();
        for (int shift = 24; shift >= 0; shift -= 8) {
            crc.update(length >>> shift);
        }
        crc.update(payload);
        return (int) crc.getValue();
    }

    /** Reads a payload whose checksum was right. */
    static void read(ByteBuffer payload, Reader into) {
        while (payload.hasRemaining()) {
            byte kind = payload.get();
            switch (kind) {
                case PUT -> {
                    long create = payload.getLong();
                    long mod = payload.getLong();
                    long version = payload.getLong();
                    long lease = payload.getLong();
                    String key = new String(bytes(payload), StandardCharsets.UTF_8);
                    into.accept(new Change.Put(new Entry(key, bytes(payload), create, mod, version, lease)));
                }
                case DELETE -> {
                    long revision = payload.getLong();
                    into.accept(new Change.Delete(new String(bytes(payload), StandardCharsets.UTF_8), revision));
                }
                case LEASE -> into.accept(new Change.Lease(payload.getLong(), payload.getLong(), payload.getLong()));
                case LEASE_OVER -> into.accept(new Change.LeaseOver(payload.getLong()));
                case NOTE -> into.note(Note.values()[payload.get()], payload.getLong());
                case CLUSTER -> into.cluster(new String(bytes(payload), StandardCharsets.UTF_8));
                default -> throw new StoreCorruptedException("record of unknown kind " + kind);
            }
        }
    }

    private static byte[] bytes(ByteBuffer from) {
        byte[] bytes = new byte[from.getInt()];
        from.get(bytes);
        return bytes;
    }
}
