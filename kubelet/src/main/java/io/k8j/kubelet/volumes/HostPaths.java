package io.k8j.kubelet.volumes;

import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.k8j.kubelet.linux.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks hostPath volumes against their type, and makes what the type says to make. */
final class HostPaths {
    private static final int TYPE_MASK = 0170000;

    private HostPaths() {}

    static Path check(HostPathVolumeSource source) throws VolumeException, IOException {
        Path path = Path.of(source.getPath());
        String type = source.getType() == null ? "" : source.getType();
        switch (type) {
            case "" -> {}
            case "DirectoryOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                    FileTrees.setMode(path, 0755);
                }
                want(Files.isDirectory(path), path, "directory");
            }
            case "Directory" -> want(Files.isDirectory(path), path, "directory");
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                    FileTrees.setMode(path, 0644);
                }
                want(Files.isRegularFile(path), path, "file");
            }
            case "File" -> want(Files.isRegularFile(path), path, "file");
            case "Socket" -> want(is(path, 0140000), path, "socket file");
            case "CharDevice" -> want(is(path, 0020000), path, "character device");
            case "BlockDevice" -> want(is(path, 0060000), path, "block device");
            default -> throw new VolumeException(type + " is an invalid volume type", null);
        }
        return path;
    }

    private static boolean is(Path path, int type) throws IOException {
        return Files.exists(path) && ((int) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == type;
    }

    private static void want(boolean met, Path path, String kind) throws VolumeException {
        if (!met) throw new VolumeException("hostPath type check failed: %s is not a %s".formatted(path, kind), null);
    }
}
