package io.k8j.server;

import io.k8j.server.certs.Pem;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a server wrote its kubeconfig, noted in its data directory: commands find it there, and know what they may remove. */
public final class KubeconfigNote {
    private KubeconfigNote() {}

    /** Notes the file; to be called before it is written, so that directories that k8j makes for it are known. */
    static void write(Path dataDir, Path kubeconfig) throws IOException {
        Path missing = null;
        for (Path up = kubeconfig.getParent(); up != null && !Files.exists(up); up = up.getParent()) missing = up;
        if (missing != null) Pem.writeReplaceable(made(dataDir), missing + "\n", false);
        Pem.writeReplaceable(path(dataDir), kubeconfig + "\n", false);
    }

    /** The file of the server that uses the directory, or used it last. */
    public static Optional<Path> read(Path dataDir) throws IOException {
        Path note = path(dataDir);
        return Files.exists(note) ? Optional.of(Path.of(Files.readString(note).strip())) : Optional.empty();
    }

    /** Removes the file, and the directories that k8j made for it unless somebody has put something else there. */
    public static void removeFile(Path dataDir) throws IOException {
        Optional<Path> kubeconfig = read(dataDir);
        if (kubeconfig.isEmpty()) return;
        Files.deleteIfExists(kubeconfig.get());
        if (!Files.exists(made(dataDir))) return;
        Path top = Path.of(Files.readString(made(dataDir)).strip());
        try {
            for (Path up = kubeconfig.get().getParent(); up != null && up.startsWith(top); up = up.getParent()) {
                Files.deleteIfExists(up);
            }
        } catch (DirectoryNotEmptyException e) {
            return; // somebody uses it, too
        }
    }

    private static Path path(Path dataDir) {
        return dataDir.resolve("server/kubeconfig-path");
    }

    private static Path made(Path dataDir) {
        return dataDir.resolve("server/kubeconfig-directory");
    }
}
