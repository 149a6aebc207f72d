package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The official JavaScript client, unmodified, and the tests that are written in its language. */
final class NodeSuite {
    private static final long LIMIT_MINUTES = 5;

    private final Path directory;

    private NodeSuite(Path directory) {
        this.directory = directory;
    }

    private record Run(int exit, String output) {}

    /** Installs the client with one file of tests in an empty directory, or skips the calling test with the reason. */
    static NodeSuite orSkip(Path directory, String tests) throws IOException, InterruptedException {
        var suite = new NodeSuite(directory);
        assumeTrue(suite.isThere("node"), "there is no node on PATH: install Node.js 20 or newer");
        assumeTrue(suite.isThere("npm"), "there is no npm on PATH");
        for (String file : new String[] {"package.json", "package-lock.json", tests}) {
            Files.copy(source(file), directory.resolve(file));
        }
        Run install = suite.run(Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        assumeTrue(
                install.exit() == 0,
                () -> "the client cannot be installed from the npm registry:\n" + install.output());
        return suite;
    }

    private static Path source(String file) {
        try {
            return Path.of(NodeSuite.class.getResource("/clients/node/" + file).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a file of tests, all of which have to pass. */
    void passes(String tests, int number, Path kubeconfig, String namespace) throws IOException, InterruptedException {
        Run run = run(Map.of("KUBECONFIG", kubeconfig.toString(), "NAMESPACE", namespace), "node", "--test", tests);
        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).contains("# pass " + number, "# fail 0");
    }

    private boolean isThere(String program) throws InterruptedException {
        try {
            return run(Map.of(), program, "--version").exit() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private Run run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
            return new Run(ended ? process.exitValue() : -1, Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
