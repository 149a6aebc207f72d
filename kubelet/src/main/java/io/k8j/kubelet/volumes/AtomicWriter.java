package io.k8j.kubelet.volumes;

import io.k8j.kubelet.linux.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Replaces the files of a volume all at once: they lie in a directory of their own that the link {@code ..data} names,
 * and the link is renamed over. A reader sees either all old files or all new ones.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/configuration/configmap/">ConfigMaps, mounted ones are updated</a>
 */
final class AtomicWriter {
    private static final String DATA = "..data";

    /**
     * Content, mode and owner of one file.
     *
     * @param owner the user's number; null leaves the file to whoever writes it
     */
    record FileContent(byte[] bytes, int mode, Long owner) {
        FileContent(byte[] bytes, int mode) {
            this(bytes, mode, null);
        }
    }

    private AtomicWriter() {}

    /**
     * Makes the volume hold exactly {@code files}, by relative path. Does nothing if it does already.
     *
     * @param group owner group of the files; null leaves it
     * @return whether anything was written
     */
    static boolean write(Path volume, SortedMap<String, FileContent> files, Long group) throws IOException {
        Path data = volume.resolve(DATA);
        Path old = Files.isSymbolicLink(data) ? volume.resolve(Files.readSymbolicLink(data)) : null;
        if (old != null && same(old, files)) return false;
        Path fresh = Files.createTempDirectory(volume, "..");
        FileTrees.setMode(fresh, 0755);
        for (Map.Entry<String, FileContent> file : files.entrySet()) {
            Path target = fresh.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue().bytes());
            FileTrees.setMode(target, file.getValue().mode());
            if (file.getValue().owner() != null)
                FileTrees.giveToUser(target, file.getValue().owner());
        }
        if (group != null) FileTrees.giveToGroup(fresh, group, true);
        Path link = volume.resolve("..data_tmp");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, fresh.getFileName());
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        linkNames(volume, files.keySet());
        if (old != null) FileTrees.unmountAndDelete(old);
        return true;
    }

    /** Keeps a link in the volume's root for the first component of each path. */
    private static void linkNames(Path volume, Set<String> paths) throws IOException {
        Set<String> names = new HashSet<>();
        for (String path : paths) names.add(Path.of(path).getName(0).toString());
        for (String name : names) {
            Path link = volume.resolve(name);
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, Path.of(DATA, name));
            }
        }
        try (Stream<Path> present = Files.list(volume)) {
            for (Path file : present.toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith("..") && !names.contains(name)) Files.delete(file);
            }
        }
    }

    private static boolean same(Path directory, SortedMap<String, FileContent> files) throws IOException {
        if (!Files.isDirectory(directory)) return false;
        try (Stream<Path> present = Files.walk(directory)) {
            Set<String> names = new HashSet<>();
            for (Path file : present.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                FileContent wanted = files.get(name);
                if (wanted == null || !Arrays.equals(Files.readAllBytes(file), wanted.bytes())) return false;
                names.add(name);
            }
            return names.size() == files.size();
        }
    }
}
