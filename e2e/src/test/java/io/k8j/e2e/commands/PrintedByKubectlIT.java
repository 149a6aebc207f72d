package io.k8j.e2e.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.e2e.commands.Step.Run;
import io.k8j.e2e.commands.Step.WriteFile;
import io.k8j.e2e.kubectl.KubectlBinary;
import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Shell;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The newest kubectl on this machine prints what the scenarios say, on one cluster in this JVM. */
@K8j
@Execution(ExecutionMode.CONCURRENT)
class PrintedByKubectlIT {
    private static final String NODE = "node-0";
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    static List<Scenario> scenarios() throws IOException, URISyntaxException {
        Path directory =
                Path.of(PrintedByKubectlIT.class.getResource("/commands").toURI());
        try (Stream<Path> files = Files.list(directory)) {
            var all = new ArrayList<Scenario>();
            for (Path file : files.sorted().toList()) {
                String topic = file.getFileName().toString().replace(".txt", "");
                all.addAll(ScenarioReader.read(topic, Files.readString(file, UTF_8)));
            }
            return all;
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void printsWhatUpstreamPrints(
            Scenario scenario, K8jCluster cluster, @K8j.Namespace String namespace, @TempDir Path directory) {
        cluster.awaitNodesReady();
        UnaryOperator<String> named = text -> text.replace("$NS", namespace).replace("$NODE", NODE);
        Shell shell = shell(cluster, namespace, directory);
        for (Step step : scenario.steps()) {
            switch (step) {
                case WriteFile file -> write(shell, named.apply(file.name()), named.apply(file.content()));
                case Run run -> carryOut(shell, scenario, run, named);
            }
        }
    }

    private static Shell shell(K8jCluster cluster, String namespace, Path directory) {
        try {
            Path kubeconfig = Files.writeString(directory.resolve("admin.yaml"), cluster.kubeconfig(namespace));
            return Shell.in(directory.resolve("work"), KubectlBinary.newest(), kubeconfig, namespace);
        } catch (IOException e) {
            throw new UncheckedIOException("write a kubeconfig into " + directory, e);
        }
    }

    private static void write(Shell shell, String name, String content) {
        try {
            Path file = shell.directory().resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException("write " + name, e);
        }
    }

    private static void carryOut(Shell shell, Scenario scenario, Run run, UnaryOperator<String> named) {
        Expected expected = run.expected().map(named);
        String command = named.apply(run.command());
        String where = scenario.topic() + ".txt:" + run.line();
        if (run.repeated()) {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> check(where, shell.run(command), expected));
        } else {
            check(where, shell.run(command), expected);
        }
    }

    private static void check(String where, Result result, Expected expected) {
        assertThat(expected.differenceTo(result)).as(where + "\n" + result).isEmpty();
    }
}
