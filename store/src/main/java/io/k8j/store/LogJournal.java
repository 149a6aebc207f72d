package io.k8j.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to {@code log-N}, on top of {@code base-N}, a whole state. When the log outgrows the live data, {@code log-N+1}
 * is started, the state is written to {@code base-N+1}, and the files before are deleted.
 */
final class LogJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(LogJournal.class);
    private static final String KIND = "k8j-log-1";
    private static final long RESERVE = 10_000;

    private final StoreDirectory directory;
    private final StoreConfig config;
    private final Mark mark;
    private final Frame frame = new Frame(); // guarded by this
    private final Thread flusher;
    private FileChannel channel; // guarded by this
    private long segment; // guarded by this
    private long end; // guarded by this
    private long flushed; // guarded by this; all before it is on disk
    private long reserved; // guarded by this
    private boolean cut; // guarded by this; what is behind the end is to be removed
    private IOException broken; // guarded by this; a flush failed, what is on disk is unknown
    private long start; // guarded by this; the revision at opening
    private boolean exact; // guarded by this; no higher revision was given out than the files have
    private boolean closed; // guarded by this
    private volatile boolean dirty;
    private volatile boolean stopping;
    private volatile long dontRewriteBelow;

    private LogJournal(StoreDirectory directory, StoreConfig config) throws IOException {
        this.directory = directory;
        this.config = config;
        this.mark = Mark.open(directory.path());
        this.flusher = Thread.ofPlatform().name("store-flush").daemon().unstarted(this::flushLate);
    }

    static LogJournal open(Path path, StoreConfig config) {
        var directory = StoreDirectory.open(path, config.clusterId());
        try {
            if (directory.fresh()) {
                create(directory, new State(1, List.of(), List.of()));
            }
            return new LogJournal(directory, config);
        } catch (IOException e) {
            directory.close();
            throw FrameFile.failure("open the store in " + path, e);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Lays out a fresh directory with a state. */
    static void create(StoreDirectory directory, State state) throws IOException {
        Path path = directory.path();
        BaseFile.write(path.resolve("base-1"), directory.clusterId(), state);
        startSegment(path, 1, state.revision()).close();
        try (var mark = Mark.open(path)) {
            mark.write(new Mark.Place(1, Files.size(path.resolve("log-1")), true));
            mark.flush();
        }
        directory.finish();
    }

    private static FileChannel startSegment(Path path, long number, long reserved) throws IOException {
        Path file = path.resolve("log-" + number);
        Path temporary = FrameFile.temporary(file);
        FileChannel made = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            var frame = new Frame().begin();
            frame.note(Frame.Note.RESERVED, reserved);
            FrameFile.writeFully(made, FrameFile.heading(KIND), 0);
            FrameFile.writeFully(made, frame.end(), FrameFile.HEADING);
            made.force(true);
            FrameFile.publish(temporary, file);
            return made;
        } catch (IOException e) {
            made.close();
            throw e;
        }
    }

    @Override
    public synchronized long recover(Consumer<Change> into) {
        try {
            var recovery = new Recovery(directory.path(), KIND, into);
            Mark.Place place = mark.read();
            recovery.run(place);
            segment = recovery.segment();
            end = recovery.end();
            reserved = recovery.reserved();
            channel = FileChannel.open(directory.path().resolve("log-" + segment), StandardOpenOption.WRITE);
            if (channel.size() > end) {
                LOG.atInfo().addKeyValue("bytes", channel.size() - end).log("dropped the torn end of the store's log");
                channel.truncate(end);
            }
            channel.force(true);
            flushed = end;
            mark.write(new Mark.Place(segment, end, false));
            mark.flush();
            flusher.start();
            exact = place.clean();
            start = exact ? recovery.revision() : Math.max(recovery.revision(), reserved);
            return start;
        } catch (IOException e) {
            abandon();
            throw FrameFile.failure("open the store in " + directory.path(), e);
        } catch (RuntimeException e) {
            abandon();
            throw e;
        }
    }

    private void abandon() {
        try {
            closed = true;
            mark.close();
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("close a store that could not be opened");
        } finally {
            directory.close();
        }
    }

    @Override
    public synchronized void append(List<Change> changes, long lastRevision, boolean durable) {
        if (broken != null) {
            throw new StoreException("the store takes no writes since a disk flush failed; restart the server", broken);
        }
        boolean flush = durable;
        frame.begin();
        changes.forEach(frame::change);
        long reserving = reserved;
        if (lastRevision > reserved) {
            reserving = lastRevision + RESERVE;
            frame.note(Frame.Note.RESERVED, reserving);
            flush = true; // so that a revision is on disk as possible before anyone has seen it
        }
        ByteBuffer bytes = frame.end();
        int length = bytes.remaining();
        try {
            cutOff();
            cut = true;
            FrameFile.writeFully(channel, bytes, end);
            if (flush) {
                flush(end + length);
            }
            end += length;
            reserved = reserving;
            exact |= lastRevision > start; // leases have no revision
            cut = false;
        } catch (IOException e) {
            StoreException failure = FrameFile.failure("write to the store in " + directory.path(), e);
            tryCutOff(failure);
            throw failure;
        }
        if (!flush && !dirty) {
            dirty = true;
            LockSupport.unpark(flusher);
        }
    }

    /** Removes what a failed write left. */
    private void cutOff() throws IOException {
        if (cut) {
            channel.truncate(end);
            cut = false;
        }
    }

    private void tryCutOff(StoreException failure) {
        try {
            cutOff();
        } catch (IOException e) {
            failure.addSuppressed(e); // tried again before the next write
        }
    }

    private void flush(long upTo) throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            if (!(FrameFile.failure("", e) instanceof StoreFullException)) {
                broken = e; // the kernel may have dropped the pages: a second flush would wrongly succeed
            }
            throw e;
        }
        flushed = upTo;
        mark.write(new Mark.Place(segment, upTo, false));
    }

    private void flushLate() {
        while (!stopping) {
            if (!dirty) {
                LockSupport.park(this);
                continue;
            }
            LockSupport.parkNanos(this, config.relaxedSync().toNanos());
            dirty = false;
            flushRelaxed();
        }
    }

    private void flushRelaxed() {
        FileChannel now;
        long upTo;
        long in;
        synchronized (this) {
            if (closed || flushed == end || broken != null) {
                return;
            }
            now = channel;
            upTo = end;
            in = segment;
        }
        try {
            now.force(false);
            synchronized (this) {
                if (in == segment && upTo > flushed && !closed) {
                    flushed = upTo;
                    mark.write(new Mark.Place(segment, upTo, false));
                }
            }
        } catch (IOException e) {
            synchronized (this) {
                if (in == segment && !closed) {
                    broken = e;
                    LOG.atError().setCause(e).log("flush of the store's log failed, it takes no writes any more");
                }
            }
        }
    }

    @Override
    public void maintain(StateSource state) {
        long size;
        synchronized (this) {
            size = end;
        }
        if (size < Math.max(Math.max(config.rewriteAt(), state.liveBytes()), dontRewriteBelow)) {
            return;
        }
        try {
            rewrite(state);
            dontRewriteBelow = 0;
        } catch (StoreException e) {
            dontRewriteBelow = size + size / 2; // there may be no room now
            LOG.atWarn().setCause(e).log("giving back space of the store failed, it is tried again later");
        }
    }

    private void rewrite(StateSource source) {
        long number;
        synchronized (this) {
            if (closed || broken != null) {
                return;
            }
            try {
                number = roll();
            } catch (IOException e) {
                throw FrameFile.failure("start a new log in " + directory.path(), e);
            }
        }
        // What the log says up to here is in the state read now; later changes may be in both.
        State state = source.read();
        BaseFile.write(directory.path().resolve("base-" + number), directory.clusterId(), state, this::flushRelaxed);
        Recovery.deleteBefore(directory.path(), number);
    }

    private long roll() throws IOException {
        cutOff();
        flush(end);
        FileChannel next = startSegment(directory.path(), segment + 1, reserved);
        channel.close();
        channel = next;
        segment++;
        end = next.size();
        flushed = end;
        mark.write(new Mark.Place(segment, end, false));
        return segment;
    }

    @Override
    public void snapshot(StateSource state, Path target) {
        if (Files.exists(target)) {
            throw new StoreException("write a snapshot to %s: the file exists".formatted(target));
        }
        BaseFile.write(target, directory.clusterId(), state.read());
    }

    @Override
    public String clusterId() {
        return directory.clusterId();
    }

    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(flusher);
        Threads.join(flusher);
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            try (directory;
                    mark;
                    FileChannel log = channel) {
                cutOff();
                if (broken == null) {
                    log.force(true);
                    mark.write(new Mark.Place(segment, end, exact));
                    mark.flush();
                }
            } catch (IOException e) {
                throw FrameFile.failure("close the store in " + directory.path(), e);
            }
        }
    }
}
