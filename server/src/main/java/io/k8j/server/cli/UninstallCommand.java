package io.k8j.server.cli;

import io.k8j.server.KubeconfigNote;
import io.k8j.server.UserException;
import io.k8j.server.node.NodeCleanup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j uninstall}: everything that belongs to a cluster is removed, its data included. */
@Command(
        name = "uninstall",
        description = "Stop the cluster and delete everything of it: containers, data, certificates, kubeconfig.",
        mixinStandardHelpOptions = true)
final class UninstallCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path dataDir = cluster.dataDir.toAbsolutePath().normalize();
        // Only a directory that a server has made may be deleted as a whole.
        if (!Files.exists(dataDir.resolve("server/lock"))) {
            throw new UserException(
                    "%s is not the data directory of a cluster: nothing was removed".formatted(dataDir));
        }
        if (!yes && !confirmed(dataDir)) {
            System.out.println("nothing was removed");
            return 1;
        }
        StopCommand.stopServer(cluster);
        NodeCleanup.run(dataDir, System.out::println);
        KubeconfigNote.removeFile(dataDir);
        delete(dataDir);
        System.out.println("removed " + dataDir);
        return 0;
    }

    private static boolean confirmed(Path dataDir) {
        if (System.console() == null) {
            throw new UserException("this deletes all data in %s: confirm with --yes".formatted(dataDir));
        }
        String answer = System.console().readLine("Delete the cluster and all data in %s? [y/N] ", dataDir);
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }

    private static void delete(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
