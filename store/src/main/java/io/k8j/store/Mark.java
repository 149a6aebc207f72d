package io.k8j.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Remembers how much of the log is known to be on disk: file {@code mark}, overwritten in place after each flush. So
 * damage before the mark (lost data) can be told from a torn end behind it (writes never acknowledged). The mark itself
 * is flushed only at opening and closing: an older mark after a power loss is still true.
 */
final class Mark implements AutoCloseable {
    private static final long MAGIC = 0x6b386a6d61726b31L; // "k8jmark1"
    private static final int SIZE = 36;

    /** All of segment {@code segment} up to {@code position} is on disk; {@code clean} if it was closed in order. */
    record Place(long segment, long position, boolean clean) {}

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);

    private Mark(FileChannel channel) {
        this.channel = channel;
    }

    static Mark open(Path directory) throws IOException {
        return new Mark(FileChannel.open(
                directory.resolve("mark"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
    }

    Place read() throws IOException {
        var bytes = ByteBuffer.allocate(SIZE);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) > 0) {
            // goes on until all is read
        }
        if (bytes.hasRemaining() || bytes.getLong(0) != MAGIC || bytes.getInt(SIZE - 4) != checksum(bytes)) {
            throw new StoreCorruptedException("the store file mark is damaged or missing; restore a snapshot");
        }
        return new Place(bytes.getLong(8), bytes.getLong(16), bytes.getLong(24) == 1);
    }

    void write(Place place) throws IOException {
        buffer.clear();
        buffer.putLong(MAGIC).putLong(place.segment()).putLong(place.position()).putLong(place.clean() ? 1 : 0);
        buffer.putInt(checksum(buffer)).flip();
        FrameFile.writeFully(channel, buffer, 0);
    }

    void flush() throws IOException {
        channel.force(true);
    }

    private static int checksum(ByteBuffer bytes) {
        var crc = new CRC32();
        crc.update(bytes.slice(0, SIZE - 4));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
