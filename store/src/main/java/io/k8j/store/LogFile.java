package io.k8j.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code log-N} that is written: frames up to its end and, while it is open, zeros behind that. Who flushes
 * bytes that make a file longer waits until the file system has recorded the new length, too, which takes twice the
 * processor time and sometimes a hundred times as long. So zeros are written ahead, and frames go over them.
 *
 * <p>Behind the end are never bytes that could be taken for a frame: a length of zero is none, what a failed write left
 * is cut off before the next one, and so is everything when the file is opened, or closed in order.
 *
 * <p>Its journal guards it; only {@link #force} may be called beside the others.
 */
final class LogFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

    /** Elsewhere what is written so can stay in the drive's cache, where a flush does not leave it. */
    private static final boolean SYNCED_WRITES = System.getProperty("os.name").equals("Linux");

    private final long number;
    private final FileChannel channel;
    private final FileChannel synced; // its writes return when they are on disk
    private final FileChannel late; // each channel is told once of a failed flush: this one takes it from no writer
    private final ZerosAhead zeros;
    private long end;
    private long size; // frames and zeros reach so far
    private long flushed; // all before it is on disk
    private boolean cut; // what is behind the end is to be removed
    private IOException broken; // a flush failed, what is on disk is unknown

    private LogFile(
            long number, FileChannel channel, FileChannel synced, FileChannel late, long end, ZerosAhead zeros) {
        this.number = number;
        this.channel = channel;
        this.synced = synced;
        this.late = late;
        this.end = end;
        this.size = end;
        this.flushed = end;
        this.zeros = zeros;
    }

    private static LogFile open(Path file, long number, long end, long rewriteAt) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileChannel synced = null;
        try {
            synced = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
            var late = FileChannel.open(file, StandardOpenOption.WRITE);
            return new LogFile(number, channel, synced, late, end, new ZerosAhead(rewriteAt));
        } catch (IOException e) {
            channel.close();
            if (synced != null) {
                synced.close();
            }
            throw e;
        }
    }

    private static Path path(Path directory, long number) {
        return directory.resolve("log-" + number);
    }

    /** Makes a log of one frame, which says that revisions up to {@code reserved} may have been given out. */
    static LogFile create(Path directory, long number, long reserved, long rewriteAt) throws IOException {
        Path file = path(directory, number);
        Path temporary = FrameFile.temporary(file);
        long end;
        try (FileChannel made = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var frame = new Frame().begin();
            frame.note(Frame.Note.RESERVED, reserved);
            FrameFile.writeFully(made, FrameFile.heading(Recovery.LOG_KIND), 0);
            FrameFile.writeFully(made, frame.end(), FrameFile.HEADING);
            made.force(true);
            end = made.size();
        }
        FrameFile.publish(temporary, file);
        return open(file, number, end, rewriteAt);
    }

    /** Removes a log that {@link #create} may have left when it failed. */
    static void remove(Path directory, long number) throws IOException {
        if (Files.deleteIfExists(path(directory, number))) {
            FrameFile.syncDirectory(directory);
        }
    }

    /** Opens a log of earlier and drops what is behind its end: zeros, and a write that was not finished. */
    static LogFile reopen(Path directory, long number, long end, long rewriteAt) throws IOException {
        Path file = path(directory, number);
        long torn = FrameFile.zerosFrom(file, end) - end;
        if (torn > 0) {
            LOG.atInfo().addKeyValue("bytes", torn).log("dropped the torn end of the store's log");
        }
        LogFile log = open(file, number, end, rewriteAt);
        try {
            log.seal();
            return log;
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    long number() {
        return number;
    }

    long end() {
        return end;
    }

    boolean allFlushed() {
        return flushed == end;
    }

    /** The failed flush after which nothing may be written; null if there was none. */
    IOException broken() {
        return broken;
    }

    void breakDown(IOException cause) {
        broken = cause;
    }

    /**
     * Writes a frame behind the end and, if asked, flushes it and all before it. It counts from {@link #keep} on; if
     * that does not come, {@link #cutOff} removes it.
     *
     * @return the end with it
     */
    long write(ByteBuffer frame, boolean flush) throws IOException {
        cutOff();
        cut = true;
        long next = end + frame.remaining();
        boolean flushing = false;
        try {
            if (flush && allFlushed() && SYNCED_WRITES) { // it flushes nothing else
                flushing = true;
                FrameFile.writeFully(synced, frame, end);
            } else {
                FrameFile.writeFully(channel, frame, end);
                if (flush) {
                    flushing = true;
                    channel.force(false);
                }
            }
        } catch (IOException e) {
            if (flushing) {
                flushFailed(e);
            }
            throw e;
        }
        return next;
    }

    private void flushFailed(IOException e) {
        if (!FrameFile.full(e)) {
            broken = e; // the kernel may have dropped the pages: a second flush would wrongly succeed
        }
    }

    /** Takes what was just written as part of the log. */
    void keep(long next, boolean isFlushed) {
        end = next;
        size = Math.max(size, end);
        flushed = isFlushed ? end : flushed;
        cut = false;
    }

    /** Removes what a failed write left, for sure: a frame over it may end where a value in it looks like a frame. */
    void cutOff() throws IOException {
        if (cut) {
            seal();
        }
    }

    /** Flushes all that was there at the call. */
    void force() throws IOException {
        late.force(false);
    }

    /** Notes that all before a position is on disk; returns whether that is news. */
    boolean flushedUpTo(long position) {
        boolean news = position > flushed;
        flushed = Math.max(flushed, position);
        return news;
    }

    boolean wantsZeros() {
        return !cut && broken == null && zeros.wanted(end, size);
    }

    /** Writes some of the zeros that are wanted; returns how many. */
    int writeZeros() throws IOException {
        int length = cut || broken != null ? 0 : zeros.next(end, size);
        if (length > 0) {
            FrameFile.writeFully(late, ZerosAhead.of(length), size);
            size += length;
        }
        return length;
    }

    /** Does without more zeros for a while. */
    void pauseZeros() {
        zeros.pause(end);
    }

    /** Makes the file end at its end, on disk. */
    void seal() throws IOException {
        channel.truncate(end);
        size = end;
        try {
            channel.force(true);
        } catch (IOException e) {
            flushFailed(e);
            throw e;
        }
        flushed = end;
        cut = false;
    }

    @Override
    public void close() throws IOException {
        try (channel;
                synced) {
            late.close();
        }
    }
}
