package io.k8j.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Makes sure that one server at a time uses a data directory, and tells others which process it is. The operating system
 * lets go of the lock when the process ends, however it ends.
 */
public final class ServerLock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private ServerLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the lock.
     *
     * @throws UserException if another server has it, or the directory cannot be written
     */
    public static ServerLock acquire(Path dataDir) {
        Path file = file(dataDir);
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new UserException(
                        "another k8j server%s uses %s: stop it with 'k8j stop --data-dir %s' or choose another --data-dir"
                                .formatted(
                                        readPid(file)
                                                .map(pid -> " (pid " + pid + ")")
                                                .orElse(""),
                                        dataDir,
                                        dataDir));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new ServerLock(channel, lock);
        } catch (IOException e) {
            throw new UserException(
                    "cannot use the data directory %s (%s): choose one that you may write to with --data-dir"
                            .formatted(dataDir, describe(e)),
                    e);
        }
    }

    private static String describe(IOException e) {
        return e instanceof java.nio.file.AccessDeniedException ? "permission denied" : e.getMessage();
    }

    /** The process of the server that uses the directory now; empty if none does. */
    public static Optional<ProcessHandle> owner(Path dataDir) throws IOException {
        Path file = file(dataDir);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock free = tryLock(channel);
            if (free != null) {
                free.release();
                return Optional.empty();
            }
        }
        return readPid(file).flatMap(ProcessHandle::of);
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    private static Optional<Long> readPid(Path file) throws IOException {
        try {
            return Optional.of(Long.parseLong(Files.readString(file).strip()));
        } catch (NumberFormatException e) {
            return Optional.empty(); // just being written
        }
    }

    private static Path file(Path dataDir) {
        return dataDir.resolve("server/lock");
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
