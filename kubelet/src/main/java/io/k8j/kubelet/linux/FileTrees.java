package io.k8j.kubelet.linux;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Work on whole directory trees, never following links out of them. */
public final class FileTrees {
    /** Directories that a group can write, and whose new files it gets. */
    private static final int GROUPS = 02770;

    private FileTrees() {}

    /** Unmounts whatever is mounted at or below {@code root}, then deletes all of it. Does nothing if it is not there. */
    public static void unmountAndDelete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) return;
        if (Files.exists(Path.of("/proc/self/mountinfo"))) {
            for (Path mount : Linux.mountsBelow(root.toAbsolutePath())) Linux.unmount(mount);
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) throw e;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
                if (e != null) throw e;
                Files.deleteIfExists(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Gives a tree to a group, readable and writable as upstream's fsGroup has it. */
    public static void giveToGroup(Path root, long group, boolean readOnly) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.setAttribute(file, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isRegularFile()) addMode(file, readOnly ? 0440 : 0660);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                Files.setAttribute(dir, "unix:gid", (int) group, LinkOption.NOFOLLOW_LINKS);
                addMode(dir, (readOnly ? 0550 : 0770) | 02000);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Gives a file to a user; does nothing where files have no such owners. */
    public static void giveToUser(Path file, long user) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) return;
        Files.setAttribute(file, "unix:uid", (int) user, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether a directory looks as {@link #giveToGroup} leaves it; what is below is not looked at. */
    public static boolean belongsTo(Path root, long group) throws IOException {
        int mode = (int) Files.getAttribute(root, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int gid = (int) Files.getAttribute(root, "unix:gid", LinkOption.NOFOLLOW_LINKS);
        return gid == (int) group && (mode & GROUPS) == GROUPS;
    }

    private static void addMode(Path file, int bits) throws IOException {
        int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        setMode(file, (mode & 07777) | bits);
    }

    /** Sets the mode exactly, whatever the umask is; does nothing where files have no modes, as on Windows. */
    public static void setMode(Path file, int mode) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) return;
        Files.setAttribute(file, "unix:mode", mode);
    }
}
