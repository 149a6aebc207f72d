package io.k8j.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a directory's newest base and the logs after it; changes nothing but leftovers of an interrupted rewrite. */
final class Recovery implements Frame.Reader {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    /** What a log's heading says. */
    static final String LOG_KIND = "k8j-log-1";

    private static final Pattern NAME = Pattern.compile("(base|log)-(\\d{1,18})");

    private final Path path;
    private final Consumer<Change> into;
    private long revision;
    private long reserved;
    private long segment;
    private long end;

    Recovery(Path path, Consumer<Change> into) {
        this.path = path;
        this.into = into;
    }

    /** The highest revision read. */
    long revision() {
        return revision;
    }

    /** The highest revision that may have been given out. */
    long reserved() {
        return reserved;
    }

    long segment() {
        return segment;
    }

    /** Where the sound part of the last segment ends. */
    long end() {
        return end;
    }

    void run(Mark.Place mark) throws IOException {
        List<Long> bases = numbers("base");
        List<Long> logs = numbers("log");
        if (bases.isEmpty()) {
            throw damaged("its file base-%d is missing".formatted(Math.max(1, mark.segment())));
        }
        long from = bases.getLast();
        segment = Math.max(mark.segment(), logs.isEmpty() ? 0 : logs.getLast());
        revision = BaseFile.read(path.resolve("base-" + from), into).revision();
        if (from > segment) {
            throw damaged("its file log-%d is missing".formatted(from));
        }
        for (long number = from; number <= segment; number++) {
            Path file = path.resolve("log-" + number);
            if (!Files.exists(file)) {
                throw damaged("its file log-%d is missing".formatted(number));
            }
            end = FrameFile.read(file, LOG_KIND, this);
            long size = Files.size(file);
            boolean sealed = number < segment;
            long known = number == mark.segment() ? mark.position() : FrameFile.HEADING;
            if (end < known || (end < size && (sealed || mark.clean()))) {
                throw damaged("its file log-%d is sound only up to byte %d of %d"
                        .formatted(number, end, Math.max(size, known)));
            }
        }
        deleteBefore(path, from);
    }

    private StoreCorruptedException damaged(String what) {
        return new StoreCorruptedException("the store in %s is damaged: %s; restore a snapshot".formatted(path, what));
    }

    @Override
    public void accept(Change change) {
        switch (change) {
            case Change.Put(Entry entry) -> revision = Math.max(revision, entry.modRevision());
            case Change.Delete(String _, long at) -> revision = Math.max(revision, at);
            case Change.Lease _, Change.LeaseOver _ -> {}
        }
        into.accept(change);
    }

    @Override
    public void note(Frame.Note note, long value) {
        if (note == Frame.Note.RESERVED) {
            reserved = Math.max(reserved, value);
        }
    }

    private List<Long> numbers(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(name -> name.matches() && name.group(1).equals(prefix))
                    .map(name -> Long.valueOf(name.group(2)))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    /** Deletes what a newer base has made needless, and unfinished files. */
    static void deleteBefore(Path path, long number) {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                var numbered = NAME.matcher(name);
                boolean old = numbered.matches() && Long.parseLong(numbered.group(2)) < number;
                if (old || name.endsWith(".tmp")) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("an old store file could not be deleted, it is tried again later");
        }
    }
}
