package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.k8j.junit.K8j;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official JavaScript client, unmodified, runs {@code clients/node/suite.test.mjs} against a cluster in this JVM. */
@K8j
class NodeClientIT {
    private static final long LIMIT_MINUTES = 5;

    private record Run(int exit, String output) {}

    private static Run run(Path directory, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
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

    private static boolean isThere(Path directory, String program) throws InterruptedException {
        try {
            return run(directory, Map.of(), program, "--version").exit() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    void theSuitePasses(@TempDir Path directory, @K8j.Namespace String namespace, @K8j.Kubeconfig Path kubeconfig)
            throws IOException, InterruptedException, URISyntaxException {
        assumeTrue(isThere(directory, "node"), "there is no node on PATH: install Node.js 20 or newer");
        assumeTrue(isThere(directory, "npm"), "there is no npm on PATH");
        Path sources = Path.of(NodeClientIT.class
                        .getResource("/clients/node/package.json")
                        .toURI())
                .getParent();
        for (String file : new String[] {"package.json", "package-lock.json", "suite.test.mjs"}) {
            Files.copy(sources.resolve(file), directory.resolve(file));
        }
        Run install = run(directory, Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        assumeTrue(
                install.exit() == 0,
                () -> "the client cannot be installed from the npm registry:\n" + install.output());

        Run suite = run(
                directory,
                Map.of("KUBECONFIG", kubeconfig.toString(), "NAMESPACE", namespace),
                "node",
                "--test",
                "suite.test.mjs");

        assertThat(suite.exit()).as(suite.output()).isZero();
        assertThat(suite.output()).contains("# pass 6", "# fail 0");
    }
}
