package io.k8j.store.disk;

import io.k8j.store.disk.ForgetfulNode.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * An open file, or a directory opened to be flushed. Used by one thread at a time. What the store does not use is
 * refused, so that a new use of it is noticed instead of passing unsimulated.
 */
final class ForgetfulChannel extends FileChannel {
    private final ForgetfulDisk disk;
    private final ForgetfulNode node;
    private final boolean synced;
    private long position;

    /** With {@code synced} each write is flushed, and nothing else by that. */
    ForgetfulChannel(ForgetfulDisk disk, ForgetfulNode node, boolean synced) {
        this.disk = disk;
        this.node = node;
        this.synced = synced;
    }

    private File file() throws IOException {
        if (node instanceof File file) return file;
        throw new IOException("Is a directory");
    }

    @Override
    public int read(ByteBuffer into, long from) throws IOException {
        byte[] bytes = disk.read(file());
        if (from >= bytes.length) return -1;
        int length = (int) Math.min(into.remaining(), bytes.length - from);
        into.put(bytes, (int) from, length);
        return length;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int length = read(into, position);
        if (length > 0) position += length;
        return length;
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        disk.write(file(), at, bytes, synced);
        return bytes.length;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int length = write(from, position);
        position += length;
        return length;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public FileChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() throws IOException {
        return disk.read(file()).length;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        disk.truncate(file(), size);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        disk.flush(node);
    }

    @Override
    public FileLock tryLock(long from, long size, boolean shared) throws IOException {
        if (!disk.lock(node)) return null;
        return new FileLock(this, from, size, shared) {
            @Override
            public boolean isValid() {
                return true;
            }

            @Override
            public void release() {
                disk.unlock(node);
            }
        };
    }

    @Override
    protected void implCloseChannel() {
        // nothing is held
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long from, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long from, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long from, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
