package io.k8j.store;

import java.nio.ByteBuffer;

/**
 * Decides how far zeros are written ahead of a log's end: half of what the log has, within bounds. A log that stays small
 * gets none, and one that grows fast gets many at once. New ones are wanted when half of them are used up.
 */
final class ZerosAhead {
    private static final int PAGE = 4 << 10;
    private static final int PIECE = 64 << 10; // what a writer may have to wait for
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PIECE).asReadOnlyBuffer();

    private final long most;
    private final long least;
    private long notBefore;

    /** For a log that is rewritten at a size: up to an eighth of that. */
    ZerosAhead(long rewriteAt) {
        most = Math.max(PAGE, rewriteAt / 8);
        least = most / 64;
    }

    /** A buffer of this many zeros, at most as many as {@link #next} says. */
    static ByteBuffer of(int bytes) {
        return ZEROS.duplicate().limit(bytes);
    }

    /** Whether zeros should be written, for a log that ends at {@code end} in a file of {@code size}. */
    boolean wanted(long end, long size) {
        return end >= Math.max(least, notBefore) && size - end < room(end) / 2;
    }

    /** How many to write next, behind {@code size}; 0 if there are enough. Pages are completed. */
    int next(long end, long size) {
        if (end < Math.max(least, notBefore)) {
            return 0;
        }
        long goal = Math.ceilDiv(end + room(end), PAGE) * PAGE;
        return (int) Math.clamp(goal - size, 0, PIECE - size % PAGE);
    }

    private long room(long end) {
        return Math.clamp(end / 2, least, most);
    }

    /** They could not be written: waits until the log has grown. */
    void pause(long end) {
        notBefore = end + Math.max(PAGE, most / 4);
    }
}
