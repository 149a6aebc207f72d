package io.k8j.model.json;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few buffers that are used again and again: what is written is copied out of them, and a new one for each object would
 * be a tenth of all garbage. Safe for all threads, also virtual ones, which have nothing of their own to keep.
 */
final class SpareBuffers {
    private static final int USUAL_BYTES = 8 * 1024;
    private static final int MOST_BYTES = 64 * 1024; // larger ones are not kept
    private static final int PLACES = 16; // a power of two
    private static final AtomicReferenceArray<byte[]> KEPT = new AtomicReferenceArray<>(PLACES);

    private SpareBuffers() {}

    /** A buffer that nobody else has; its content is arbitrary. */
    static byte[] take() {
        byte[] kept = KEPT.getAndSet(place(), null);
        return kept != null ? kept : new byte[USUAL_BYTES];
    }

    /** The one who gives it must not use it any more. */
    static void give(byte[] buffer) {
        if (buffer.length >= USUAL_BYTES && buffer.length <= MOST_BYTES) KEPT.set(place(), buffer);
    }

    private static int place() {
        return (int) Thread.currentThread().threadId() & (PLACES - 1);
    }
}
