package io.k8j.server.cli;

import io.k8j.server.KubeconfigNote;
import io.k8j.server.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of every command that touches a cluster, so that several can live on one machine. */
final class ClusterOptions {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the cluster keeps its state (default: ${DEFAULT-VALUE}).",
            defaultValue = "/var/lib/k8j")
    Path dataDir;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "The cluster's kubeconfig (default: the one the server wrote).")
    Path kubeconfig;

    /** The kubeconfig to use. */
    Path kubeconfig() {
        Path file = kubeconfig != null ? kubeconfig : recorded();
        if (!Files.exists(file)) {
            throw new UserException(
                    "there is no kubeconfig at %s: start the cluster with 'k8j server' or name one with --kubeconfig"
                            .formatted(file));
        }
        return file;
    }

    /** The server notes in its data directory where it wrote its kubeconfig. */
    private Path recorded() {
        try {
            return KubeconfigNote.read(dataDir).orElse(Path.of("/etc/k8j/kubeconfig.yaml"));
        } catch (IOException e) {
            throw new UserException("cannot read what %s notes: %s".formatted(dataDir, e.getMessage()), e);
        }
    }
}
