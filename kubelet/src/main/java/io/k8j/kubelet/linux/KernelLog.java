package io.k8j.kubelet.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads the kernel's log without ever waiting for more of it, from the oldest record on. Needs root. One thread at a time. */
final class KernelLog implements AutoCloseable {
    private static final int LONGEST = 16 << 10; // the kernel's own limit is half of it
    private static final int AGAIN = -11; // EAGAIN: that was all for now
    private static final int OVERWRITTEN = -32; // EPIPE: older records are lost, the reader stands at the next one

    private final int descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(LONGEST);

    private KernelLog(int descriptor) {
        this.descriptor = descriptor;
    }

    static KernelLog open(Path log) throws IOException {
        return new KernelLog(Linux.openWithoutWaiting(log));
    }

    /** The next record; null if there is none now. */
    String next() throws IOException {
        int length;
        do {
            length = Linux.read(descriptor, buffer);
        } while (length == OVERWRITTEN);
        if (length == AGAIN || length == 0) return null;
        if (length < 0) throw new IOException("read the kernel's log: errno " + -length);
        byte[] record = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(record, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            Linux.close(descriptor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            arena.close();
        }
    }
}
