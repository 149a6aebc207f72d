package io.k8j.bench;

import io.k8j.server.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of all modes that load a running cluster. */
public final class BenchOptions {
    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "The cluster to measure (default: $KUBECONFIG, or the one that 'k8j server' wrote).")
    private Path kubeconfig;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Data directory of the 'k8j server' whose kubeconfig is used.",
            defaultValue = "/var/lib/k8j")
    private Path dataDir;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json.",
            defaultValue = "table")
    private Report.Output output;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Connections, each with one request under way (default: ${DEFAULT-VALUE}).",
            defaultValue = "16")
    private int connections;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "How long each measurement takes (default: ${DEFAULT-VALUE}).",
            defaultValue = "5")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            description = "Seconds of the same load before each measurement (default: ${DEFAULT-VALUE}).",
            defaultValue = "3")
    private int warmUp;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Requests a second, counted from when each was due (default: as many as it takes).",
            defaultValue = "0")
    private double rate;

    private final Progress progress = Progress.onTerminal();

    public int connections() {
        if (connections < 1) throw new UserException("--connections %d: must be 1 or more".formatted(connections));
        return connections;
    }

    java.time.Duration duration() {
        if (seconds < 1) throw new UserException("--seconds %d: must be 1 or more".formatted(seconds));
        return java.time.Duration.ofSeconds(seconds);
    }

    java.time.Duration warmUp() {
        if (warmUp < 0) throw new UserException("--warm-up %d: must be 0 or more".formatted(warmUp));
        return java.time.Duration.ofSeconds(warmUp);
    }

    /** Requests a second; 0 for no limit. */
    double rate() {
        if (!(rate >= 0)) throw new UserException("--rate %s: must be 0 or more".formatted(rate));
        return rate;
    }

    public Progress progress() {
        return progress;
    }

    public Target target() {
        Path file = file();
        if (!Files.exists(file)) {
            throw new UserException("there is no kubeconfig at %s: name one with --kubeconfig".formatted(file));
        }
        return Target.read(file);
    }

    private Path file() {
        if (kubeconfig != null) {
            return kubeconfig;
        }
        String environment = System.getenv("KUBECONFIG");
        if (environment != null && !environment.isBlank()) {
            return Path.of(environment.split(java.io.File.pathSeparator)[0]);
        }
        Path note = dataDir.resolve("server/kubeconfig-path");
        try {
            return Files.exists(note) ? Path.of(Files.readString(note).strip()) : Path.of("/etc/k8j/kubeconfig.yaml");
        } catch (IOException e) {
            throw new UserException("cannot read %s: %s".formatted(note, e.getMessage()), e);
        }
    }

    /** The data directory of a server on this machine; it may not be there. */
    Path dataDir() {
        return dataDir;
    }

    public void print(Report report) {
        progress.close();
        report.print(output, System.out);
    }
}
