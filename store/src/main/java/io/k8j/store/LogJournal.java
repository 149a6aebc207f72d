package io.k8j.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final long RESERVE = 10_000;
    private static final int ZEROS_BETWEEN_FLUSHES = 1 << 20; // a writer may have to wait for as many

    private final StoreDirectory directory;
    private final StoreConfig config;
    private final Mark mark;
    private final Frame frame = new Frame(); // guarded by this
    private final Thread flusher;
    private LogFile log; // guarded by this, and what is in it
    private long reserved; // guarded by this
    private long start; // guarded by this; the revision at opening
    private boolean exact; // guarded by this; no higher revision was given out than the files have
    private boolean closed; // guarded by this
    private volatile long flushBy; // by System.nanoTime, if dirty
    private volatile boolean dirty;
    private volatile boolean zeroing; // the flusher writes zeros, or is to begin
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
        LogFile.create(path, 1, state.revision(), 0).close();
        try (var mark = Mark.open(path)) {
            mark.write(new Mark.Place(1, Files.size(path.resolve("log-1")), true));
            mark.flush();
        }
        directory.finish();
    }

    @Override
    public synchronized long recover(Consumer<Change> into) {
        try {
            var recovery = new Recovery(directory.path(), into);
            Mark.Place place = mark.read();
            recovery.run(place);
            reserved = recovery.reserved();
            log = LogFile.reopen(directory.path(), recovery.segment(), recovery.end(), config.rewriteAt());
            mark.write(new Mark.Place(log.number(), log.end(), false));
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
            if (log != null) {
                log.close();
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("close a store that could not be opened");
        } finally {
            directory.close();
        }
    }

    @Override
    public synchronized void append(List<Change> changes, long lastRevision, boolean durable) {
        if (log.broken() != null) {
            throw new StoreException(
                    "the store takes no writes since a disk flush failed; restart the server", log.broken());
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
        try {
            long next = log.write(frame.end(), flush);
            if (flush) {
                mark.write(new Mark.Place(log.number(), next, false));
            }
            log.keep(next, flush);
            reserved = reserving;
            exact |= lastRevision > start; // leases have no revision
        } catch (IOException e) {
            StoreException failure = FrameFile.failure("write to the store in " + directory.path(), e);
            tryCutOff(failure);
            throw failure;
        }
        wakeFlusher(flush);
    }

    private void tryCutOff(StoreException failure) {
        try {
            log.cutOff();
        } catch (IOException e) {
            failure.addSuppressed(e); // tried again before the next write
        }
    }

    private void wakeFlusher(boolean flushed) {
        boolean wake = false;
        if (!flushed && !dirty) {
            flushBy = System.nanoTime() + config.relaxedSync().toNanos();
            dirty = true;
            wake = true;
        }
        if (!zeroing && log.wantsZeros()) {
            zeroing = true;
            wake = true;
        }
        if (wake) {
            LockSupport.unpark(flusher);
        }
    }

    private void flushLate() {
        while (!stopping) {
            if (zeroing) {
                zeroing = writeZeros();
                continue;
            }
            long left = dirty ? flushBy - System.nanoTime() : Long.MAX_VALUE;
            if (left > 0) {
                LockSupport.parkNanos(this, left);
                continue;
            }
            dirty = false;
            flushRelaxed();
        }
    }

    /** Writes zeros behind the log and flushes them, a part of what is wanted; returns whether there was one. */
    private boolean writeZeros() {
        LogFile at = null;
        int written = 0;
        while (written < ZEROS_BETWEEN_FLUSHES) {
            synchronized (this) { // again and again, so that writers come in between
                if (closed || log.broken() != null || (at != null && at != log)) {
                    return false;
                }
                at = log;
                try {
                    int length = log.writeZeros();
                    if (length == 0) {
                        break;
                    }
                    written += length;
                } catch (IOException e) {
                    log.pauseZeros(); // frames make the file longer, as far as there is room
                    LOG.atDebug().setCause(e).log("no zeros could be written ahead in the store's log");
                    break;
                }
            }
        }
        if (written > 0) {
            flush(true);
        }
        return written >= ZEROS_BETWEEN_FLUSHES;
    }

    private void flushRelaxed() {
        flush(false);
    }

    /** Flushes beside the writers what the log has now, and zeros if there are new ones. */
    private void flush(boolean zeros) {
        LogFile now;
        long upTo;
        boolean onlyZeros;
        synchronized (this) {
            if (closed || log.broken() != null || (log.allFlushed() && !zeros)) {
                return;
            }
            now = log;
            upTo = log.end();
            onlyZeros = log.allFlushed();
        }
        try {
            now.force();
            synchronized (this) {
                if (now == log && !closed && now.flushedUpTo(upTo)) {
                    mark.write(new Mark.Place(now.number(), upTo, false));
                }
            }
        } catch (IOException e) {
            synchronized (this) {
                if (onlyZeros && FrameFile.full(e)) {
                    now.pauseZeros();
                } else if (now == log && !closed) {
                    now.breakDown(e);
                    LOG.atError().setCause(e).log("flush of the store's log failed, it takes no writes any more");
                }
            }
        }
    }

    @Override
    public void maintain(StateSource state) {
        long size;
        synchronized (this) {
            size = log.end();
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
            if (closed || log.broken() != null) {
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
        log.seal();
        long number = log.number() + 1;
        LogFile next;
        try {
            next = LogFile.create(directory.path(), number, reserved, config.rewriteAt());
        } catch (IOException e) {
            undoRoll(number, e);
            throw e;
        }
        log.close();
        log = next;
        mark.write(new Mark.Place(number, log.end(), false));
        return number;
    }

    /** With a log after it, this one would have to be whole. */
    private void undoRoll(long number, IOException cause) {
        try {
            LogFile.remove(directory.path(), number);
        } catch (IOException e) {
            cause.addSuppressed(e);
            log.breakDown(cause);
        }
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
                    LogFile last = log) {
                if (last.broken() == null) {
                    last.seal();
                    mark.write(new Mark.Place(last.number(), last.end(), exact));
                    mark.flush();
                }
            } catch (IOException e) {
                throw FrameFile.failure("close the store in " + directory.path(), e);
            }
        }
    }
}
