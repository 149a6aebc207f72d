package io.k8j.e2e.replay;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.k8j.e2e.cluster.ApiClient;
import io.k8j.e2e.cluster.K8jServer;
import io.k8j.e2e.cluster.Kubeconfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Replays the recorded API exchanges against a control plane without nodes, as it was when they were recorded, in a
 * process of its own that needs no root. A test per exchange, in order. {@code -Dk8j.replay.kubeconfig=FILE} takes a running cluster that has no namespace
 * {@code rec} instead of starting one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiReplayIT {
    private static final List<String> SCENARIOS = List.of(
            "01-discovery",
            "02-defaulting",
            "03-tables",
            "04-validation",
            "05-patches",
            "06-apply",
            "07-reads",
            "08-deletion");

    private final List<String> report = new ArrayList<>();
    private K8jServer server;
    private ApiClient api;
    private AcceptedDifferences accepted;

    @BeforeAll
    void connect() throws IOException, InterruptedException {
        accepted = AcceptedDifferences.read("accepted-api.tsv");
        String running = System.getProperty("k8j.replay.kubeconfig");
        if (running != null) {
            api = new ApiClient(Kubeconfig.read(Path.of(running).toAbsolutePath()));
            return;
        }
        Path directory = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
        // The recorded cluster had no metrics-server.
        server = K8jServer.fromClassPath(2, Files.createTempDirectory(directory, "replay"), "--disable=metrics-server");
        server.start();
        api = new ApiClient(Kubeconfig.read(server.kubeconfig()));
    }

    @TestFactory
    Stream<DynamicNode> recordedExchangesAreAnsweredAlike() {
        var player = new ExchangePlayer(api, accepted);
        return SCENARIOS.stream()
                .map(file -> dynamicContainer(
                        file,
                        Stream.concat(
                                Stream.of(dynamicTest("prepare " + file, () -> player.prepare(file))),
                                exchanges(player, file))));
    }

    private Stream<DynamicNode> exchanges(ExchangePlayer player, String file) {
        try {
            return Exchange.read(file).stream()
                    .map(exchange -> dynamicTest(exchange.name(), () -> {
                        List<JsonDiff.Difference> left = player.play(exchange);
                        if (!left.isEmpty()) {
                            String message = left.stream().map(d -> "  " + d).collect(Collectors.joining("\n"));
                            report.add("%s/%s\n%s".formatted(file, exchange.name(), message));
                            throw new AssertionError("%s %s differs from upstream:\n%s"
                                    .formatted(exchange.method(), exchange.path(), message));
                        }
                    }));
        } catch (IOException e) {
            return Stream.of(dynamicTest("read " + file, () -> {
                throw e;
            }));
        }
    }

    @AfterAll
    void writeReport() throws IOException, InterruptedException {
        if (api != null) {
            api.close();
            Path file = Files.createDirectories(Path.of("target", "replay")).resolve("api.txt");
            Files.writeString(
                    file,
                    String.join("\n", report) + "\n\naccepted differences that did not occur:\n"
                            + String.join("\n", accepted.unused()) + "\n");
        }
        if (server != null) {
            server.terminate();
        }
    }
}
