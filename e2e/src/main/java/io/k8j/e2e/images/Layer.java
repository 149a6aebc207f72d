package io.k8j.e2e.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * One layer of an image under construction. Paths have no leading slash. The packed bytes depend on the added files
 * alone: entries are sorted, belong to root and date from 1970. Not safe for several threads.
 */
final class Layer {
    private sealed interface Entry {
        record Directory(int mode) implements Entry {}

        record File(byte[] content, int mode) implements Entry {}

        record Link(String target) implements Entry {}
    }

    private final Map<String, Entry> entries = new TreeMap<>();

    Layer directory(String path, int mode) {
        entries.put(path + "/", new Entry.Directory(mode));
        return this;
    }

    Layer file(String path, byte[] content, int mode) {
        parents(path);
        entries.put(path, new Entry.File(content, mode));
        return this;
    }

    Layer file(String path, String content) {
        return file(path, content.getBytes(StandardCharsets.UTF_8), 0644);
    }

    Layer link(String path, String target) {
        parents(path);
        entries.put(path, new Entry.Link(target));
        return this;
    }

    /** Adds the files and links below {@code root} whose path relative to it is wanted, with the same path. */
    Layer tree(Path root, Predicate<String> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted().toList()) {
                String path = root.relativize(file).toString();
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || !wanted.test(path)) {
                    continue;
                }
                if (Files.isSymbolicLink(file)) {
                    link(path, Files.readSymbolicLink(file).toString());
                } else {
                    file(path, Files.readAllBytes(file), Files.isExecutable(file) ? 0755 : 0644);
                }
            }
        }
        return this;
    }

    private void parents(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            entries.putIfAbsent(path.substring(0, slash + 1), new Entry.Directory(0755));
        }
    }

    /** The layer as an uncompressed tar file. */
    byte[] tar() {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var entry : entries.entrySet()) {
                append(tar, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException("pack a layer in memory", e);
        }
        return bytes.toByteArray();
    }

    private static void append(TarArchiveOutputStream tar, String path, Entry entry) throws IOException {
        TarArchiveEntry header = switch (entry) {
            case Entry.Directory(int mode) -> withMode(new TarArchiveEntry(path), mode);
            case Entry.File(byte[] content, int mode) -> {
                var file = withMode(new TarArchiveEntry(path), mode);
                file.setSize(content.length);
                yield file;
            }
            case Entry.Link(String target) -> {
                var link = withMode(new TarArchiveEntry(path, TarConstants.LF_SYMLINK), 0777);
                link.setLinkName(target);
                yield link;
            }
        };
        tar.putArchiveEntry(header);
        if (entry instanceof Entry.File file) {
            tar.write(file.content());
        }
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry withMode(TarArchiveEntry entry, int mode) {
        entry.setMode(mode);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("root", "root");
        return entry;
    }

    /** Compresses a layer; Java's gzip header carries no time and no file name. */
    static byte[] gzip(byte[] tar) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(tar);
        } catch (IOException e) {
            throw new IllegalStateException("compress a layer in memory", e);
        }
        return bytes.toByteArray();
    }
}
