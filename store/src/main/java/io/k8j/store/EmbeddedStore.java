package io.k8j.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps its data in a directory of this machine, for one process at a time.
 *
 * <p>Listeners are called on one thread of the store's own, {@code store-commit}. The past is forgotten at closing: a
 * reopened store starts with {@link #compactedRevision()} at {@link #revision()}. After a crash the revision continues
 * up to 10,000 higher, so that one given out with a lost relaxed write is not used again.
 */
public final class EmbeddedStore extends LocalStore {
    /** How much higher a restored store continues, because clients may have seen revisions after the snapshot. */
    private static final long RESTORE_GAP = 1_000_000_000;

    private final Path directory; // null if the journal keeps it to itself

    /** For journals that are being compared. */
    EmbeddedStore(Journal journal, StoreConfig config) {
        this(journal, config, null);
    }

    private EmbeddedStore(Journal journal, StoreConfig config, Path directory) {
        super(journal, config, true);
        this.directory = directory;
    }

    /**
     * Opens a directory, or makes a new store if it has none.
     *
     * @throws StoreLockedException if someone has it open
     * @throws StoreFormatException if it has another format or belongs to another cluster
     * @throws StoreCorruptedException if acknowledged data is damaged or missing
     * @throws StoreFullException if there is no room even to open
     * @throws StoreException if it cannot be read or written
     */
    public static EmbeddedStore open(Path directory, StoreConfig config) {
        return new EmbeddedStore(LogJournal.open(directory, config), config, directory);
    }

    @Override
    public OptionalLong diskBytes() {
        if (directory == null) return OptionalLong.empty();
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) bytes += size(file);
        } catch (IOException | DirectoryIteratorException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(bytes);
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // what is not needed any more is removed meanwhile
        }
    }

    /**
     * Makes a store from a snapshot; it keeps the snapshot's cluster id. Clients must list again: the revision goes
     * on far above the snapshot's.
     *
     * @param directory has no store yet
     * @throws StoreCorruptedException if the snapshot is damaged
     * @throws StoreException if there is a store already, or the disk fails
     */
    public static void restore(Path snapshot, Path directory) {
        if (Files.exists(directory.resolve("store-format"))) {
            throw new StoreException("restore to %s: there is a store already; move it away".formatted(directory));
        }
        List<Entry> entries = new ArrayList<>();
        List<Change.Lease> leases = new ArrayList<>();
        var contents = BaseFile.read(snapshot, change -> {
            switch (change) {
                case Change.Put(Entry entry) -> entries.add(entry);
                case Change.Lease lease -> leases.add(lease);
                case Change.Delete _, Change.LeaseOver _ -> {}
            }
        });
        try (var target = StoreDirectory.open(directory, Optional.of(contents.clusterId()))) {
            LogJournal.create(target, new Journal.State(contents.revision() + RESTORE_GAP, entries, leases));
        } catch (IOException e) {
            throw FrameFile.failure("restore to " + directory, e);
        }
    }
}
