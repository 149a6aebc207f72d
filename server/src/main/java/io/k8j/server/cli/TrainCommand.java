package io.k8j.server.cli;

import io.k8j.kubelet.cri.CriRuntime;
import io.k8j.server.Cluster;
import io.k8j.server.ServerConfig;
import io.k8j.server.Steps;
import io.k8j.server.flags.FlagValues;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Runs a small simulated cluster for a moment, so that a JVM with {@code -XX:AOTCacheOutput} learns which classes a start
 * needs. The build calls it once; people never need it.
 */
@Command(name = "train", hidden = true, description = "Exercise a start for the JVM's start-up cache.")
final class TrainCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("k8j-train");
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        try (Cluster cluster = Cluster.start(config(directory), new Steps(nowhere, false))) {
            new TrainingLoad(directory.resolve("kubeconfig.yaml")).run();
            touchContainerRuntime(directory);
        } finally {
            delete(directory);
        }
        return 0;
    }

    private static ServerConfig config(Path directory) {
        return ServerConfig.simulated(directory, 0, "embedded", Set.of(), 0, FlagValues.NONE, FlagValues.NONE);
    }

    /** Nobody listens there, but the way to the failure loads what a success needs. */
    private static void touchContainerRuntime(Path directory) {
        try (CriRuntime runtime = CriRuntime.connect(directory.resolve("no.sock"))) {
            runtime.version();
        } catch (RuntimeException e) {
            return; // as expected
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
