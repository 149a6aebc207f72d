package io.k8j.server.cli;

import io.k8j.server.ServerLock;
import io.k8j.server.StopLimit;
import io.k8j.server.UserException;
import io.k8j.server.node.NodeCleanup;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code k8j stop [--all]}. */
@Command(
        name = "stop",
        description = "Stop the server. Containers go on running unless --all is given.",
        mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--all",
            description = "Also end the containers and remove the rules, interfaces and mounts that k8j made.")
    private boolean all;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean stopped = stopServer(cluster);
        if (all) {
            NodeCleanup.run(cluster.dataDir.toAbsolutePath().normalize(), System.out::println);
        } else if (!stopped) {
            System.out.println("no server is running on " + cluster.dataDir);
        }
        return 0;
    }

    /** Stops the server and waits until it is gone; false if none ran. */
    static boolean stopServer(ClusterOptions cluster) throws IOException, InterruptedException {
        Optional<ProcessHandle> server = ServerLock.owner(cluster.dataDir);
        if (server.isEmpty()) {
            return false;
        }
        if (!server.get().destroy()) {
            throw new UserException("may not stop the server (pid %d): run this as the user who started it"
                    .formatted(server.get().pid()));
        }
        long limit = StopLimit.of(cluster.dataDir).toSeconds();
        try {
            server.get().onExit().get(limit, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new UserException(
                    "the server (pid %d) did not stop within %d s: look at its log, or end it with 'kill -9 %d'"
                            .formatted(server.get().pid(), limit, server.get().pid()),
                    e);
        } catch (ExecutionException e) {
            throw new IOException("wait for the server: " + e.getCause().getMessage(), e);
        }
        System.out.println("server stopped");
        return true;
    }
}
