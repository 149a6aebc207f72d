package io.k8j.e2e.kubectl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Runs command lines in {@code sh}, in a directory of its own, where {@code kubectl} is one chosen binary and the
 * cluster and namespace are those of one kubeconfig. Commands may run at the same time.
 */
public final class Shell {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final KubectlBinary kubectl;
    private final Path directory;
    private final Path bin;

    private Shell(KubectlBinary kubectl, Path directory, Path bin) {
        this.kubectl = kubectl;
        this.directory = directory;
        this.bin = bin;
    }

    /**
     * Makes a shell.
     *
     * @param directory where the commands run; made if missing
     * @param kubeconfig copied, so that {@code kubectl config} changes nothing for others
     * @param namespace the kubeconfig's namespace
     */
    public static Shell in(Path directory, KubectlBinary kubectl, Path kubeconfig, String namespace) {
        try {
            Path home = Files.createDirectories(directory.resolve(".home"));
            Path bin = Files.createDirectories(home.resolve("bin"));
            Path command = bin.resolve("kubectl");
            Files.deleteIfExists(command);
            Files.createSymbolicLink(command, kubectl.path());
            Path copy = home.resolve("kubeconfig");
            Files.copy(kubeconfig, copy, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
            var shell = new Shell(kubectl, directory, bin);
            shell.run("kubectl config set-context --current --namespace=" + namespace)
                    .succeeds();
            return shell;
        } catch (IOException e) {
            throw new UncheckedIOException("prepare a shell in " + directory, e);
        }
    }

    /** The kubectl that commands run. */
    public KubectlBinary kubectl() {
        return kubectl;
    }

    /** Where commands run. */
    public Path directory() {
        return directory;
    }

    /** Runs a command to its end with empty input; fails if it takes longer than five minutes. */
    public Result run(String command) {
        return run(command, PATIENCE);
    }

    /** Runs a command to its end with empty input; fails if it takes longer than {@code timeout}. */
    public Result run(String command, Duration timeout) {
        try (Session session = start(command)) {
            return session.endOfInput().finish(timeout);
        }
    }

    /** Runs a command to its end with this input. */
    public Result runWithInput(String input, String command) {
        try (Session session = start(command)) {
            return session.type(input).endOfInput().finish(PATIENCE);
        }
    }

    /** Starts a command whose input and output are pipes. */
    public Session start(String command) {
        return start(command, List.of("sh", "-c", command));
    }

    /**
     * Starts a command in a terminal of 24 lines and 80 columns. Its stdout and stderr are one; lines end with CR LF
     * and input is echoed.
     */
    public Session startInTerminal(String command) {
        // script makes the terminal; its own input is a pipe, so the size has to be set within.
        return start(command, List.of("script", "-qec", "stty rows 24 cols 80; exec " + command, "/dev/null"));
    }

    private Session start(String command, List<String> arguments) {
        try {
            var builder = new ProcessBuilder(arguments).directory(directory.toFile());
            Path home = bin.getParent();
            builder.environment()
                    .putAll(Map.of(
                            "PATH",
                            bin + ":" + System.getenv("PATH"),
                            "HOME",
                            home.toString(),
                            "KUBECONFIG",
                            home.resolve("kubeconfig").toString(),
                            "KUBECACHEDIR",
                            home.resolve("cache").toString(),
                            "SHELL",
                            "/bin/sh",
                            "TERM",
                            "xterm"));
            return new Session(command, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("start " + command, e);
        }
    }
}
