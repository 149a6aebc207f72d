package io.k8j.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Holds a store's directory against others and knows its format and cluster: file {@code store-format}. */
final class StoreDirectory implements AutoCloseable {
    static final int FORMAT = 1;

    private static final int EMPTY = 160; // a base or log of an empty store is shorter

    private final Path path;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final String clusterId;
    private final boolean fresh;

    private StoreDirectory(Path path, FileChannel lockChannel, FileLock lock, String clusterId, boolean fresh) {
        this.path = path;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.clusterId = clusterId;
        this.fresh = fresh;
    }

    /**
     * Takes the directory, making it if it is not there. A fresh one counts as made only after {@link #finish}, so
     * that a start that was killed begins anew.
     */
    static StoreDirectory open(Path path, Optional<String> wantedCluster) {
        FileChannel channel = null;
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lock(channel, path);
            Path format = path.resolve("store-format");
            boolean fresh = !Files.exists(format);
            if (fresh && holdsData(path)) {
                throw new StoreCorruptedException(
                        "the store in %s has lost its file store-format; restore a snapshot".formatted(path));
            }
            String id = fresh ? wantedCluster.orElseGet(() -> UUID.randomUUID().toString()) : readFormat(format);
            if (wantedCluster.isPresent() && !wantedCluster.get().equals(id)) {
                throw new StoreFormatException(
                        "the store in %s belongs to cluster %s, not to %s; choose another directory"
                                .formatted(path, id, wantedCluster.get()));
            }
            return new StoreDirectory(path, channel, lock, id, fresh);
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw FrameFile.failure("open the store in " + path, e);
        } catch (RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static FileLock lock(FileChannel channel, Path path) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new StoreLockedException(
                    "the store in %s is in use by another server; stop that one first".formatted(path));
        }
        return lock;
    }

    /** Whether there is more than a start that was killed before {@link #finish} can have left. */
    private static boolean holdsData(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().matches("(base|log)-\\d+") && Files.size(file) > EMPTY) {
                    return true;
                }
            }
            return false;
        }
    }

    private static String readFormat(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        String[] words = text.strip().split(" ", -1);
        if (words.length >= 2 && words[0].equals("k8j-store") && words[1].matches("\\d{1,9}")) {
            int version = Integer.parseInt(words[1]);
            if (version != FORMAT) {
                throw new StoreFormatException(
                        "the store in %s has format %d, this server reads format %d; use the server that wrote it"
                                .formatted(file.getParent(), version, FORMAT));
            }
            if (words.length == 4 && text.equals(line(words[2]))) {
                return words[2];
            }
        }
        throw new StoreCorruptedException("the store file %s is damaged; restore a snapshot".formatted(file));
    }

    private static String line(String clusterId) {
        String text = "k8j-store %d %s ".formatted(FORMAT, clusterId);
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return text + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n";
    }

    Path path() {
        return path;
    }

    String clusterId() {
        return clusterId;
    }

    boolean fresh() {
        return fresh;
    }

    /** Makes a fresh directory count as a store, when its files are in place. */
    void finish() throws IOException {
        Path format = path.resolve("store-format");
        Path temporary = FrameFile.temporary(format);
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            FrameFile.writeFully(channel, StandardCharsets.ISO_8859_1.encode(line(clusterId)), 0);
            channel.force(true);
        }
        FrameFile.syncDirectory(path); // the names of all others, before this one says that they are there
        FrameFile.publish(temporary, format);
        // Directories above may be new, too, made by us or by who called us: a lost one would look like a new store.
        for (Path above = path.toAbsolutePath().getParent(); above != null; above = above.getParent()) {
            if (Files.isReadable(above)) { // others are not ours
                FrameFile.syncDirectory(above);
            }
        }
    }

    private static void closeQuietly(FileChannel channel, Exception cause) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            throw FrameFile.failure("close the store in " + path, e);
        }
    }
}
