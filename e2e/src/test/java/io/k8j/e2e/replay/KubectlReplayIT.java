package io.k8j.e2e.replay;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.k8j.e2e.cluster.SharedCluster;
import io.k8j.e2e.kubectl.KubectlBinary;
import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Shell;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Types the recorded commands again, in the namespace {@code default} of the shared cluster, and compares what is
 * printed. Alone, because some of them drain the node. A test per command, in order.
 */
@Isolated
@Order(Integer.MAX_VALUE - 10)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlReplayIT {
    private static final int RECORDED_WITH = 32;
    private static final String RECORDED_NODE = "n1";
    private static final Duration PATIENCE = Duration.ofSeconds(200);
    private static final long READ_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final List<String> report = new ArrayList<>();
    private AcceptedDifferences accepted;
    private Shell shell;
    private String node;

    @BeforeAll
    void connect() throws IOException, URISyntaxException {
        SharedCluster cluster = SharedCluster.orSkip();
        accepted = AcceptedDifferences.read("accepted-kubectl.tsv");
        node = cluster.nodeName();
        KubectlBinary kubectl = KubectlBinary.all().stream()
                .filter(k -> k.minor() == RECORDED_WITH)
                .findFirst()
                .orElseGet(KubectlBinary::newest);
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target/walkthrough")), "replay");
        Path manifests =
                Path.of(KubectlReplayIT.class.getResource("/recorded/manifests").toURI());
        try (Stream<Path> files = Files.walk(manifests)) {
            for (Path file : files.toList()) {
                Path target = directory.resolve(manifests.relativize(file).toString());
                if (!Files.isDirectory(file)) {
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
        shell = Shell.in(directory.toAbsolutePath(), kubectl, cluster.kubeconfig(), "default");
        shell.run("chmod +x bad-editor").succeeds();
    }

    @TestFactory
    Stream<DynamicTest> recordedCommandsPrintTheSame() throws IOException {
        return Transcript.read().stream().map(recorded -> dynamicTest(recorded.command(), () -> play(recorded)));
    }

    private void play(Transcript recorded) throws InterruptedException {
        long end = System.nanoTime() + READ_PATIENCE_NANOS;
        while (true) {
            List<String> left = differences(recorded);
            if (left.isEmpty()) {
                return;
            }
            if (!recorded.isRead() || System.nanoTime() > end) {
                String message = recorded.command() + "\n  " + String.join("\n  ", left);
                report.add(message);
                throw new AssertionError(message);
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private List<String> differences(Transcript recorded) {
        String command = recorded.command().replaceAll("\\b" + RECORDED_NODE + "\\b", node);
        Result result = shell.run("export EDITOR=./bad-editor; " + command, PATIENCE);
        var here = new Transcript(recorded.command(), result.exit(), result.stdout(), result.stderr());
        return LineDiff.between(recorded.comparable(RECORDED_NODE), here.comparable(node)).stream()
                .filter(line -> !accepted.covers(recorded.command(), line))
                .toList();
    }

    @AfterAll
    void writeReport() throws IOException {
        if (shell != null) {
            Path file = Files.createDirectories(Path.of("target", "replay")).resolve("kubectl.txt");
            Files.writeString(
                    file,
                    String.join("\n", report) + "\n\naccepted differences that did not occur:\n"
                            + String.join("\n", accepted.unused()) + "\n");
        }
    }
}
