package io.k8j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Each mode runs in small. */
@K8j
class BenchCommandTest {
    private static List<Map<?, ?>> run(K8jCluster cluster, String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ")));
        words.addAll(List.of("--kubeconfig", cluster.kubeconfigFile().toString(), "-o", "json", "--seconds", "1"));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            CommandLine command = new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true);
            assertThat(command.execute(words.toArray(String[]::new))).isZero();
        } finally {
            System.setOut(before);
        }
        Map<String, Object> report = Json.parseObject(printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(text -> text.startsWith("{")) // between lines of logs
                .findFirst()
                .orElseThrow());
        assertThat(report).containsEntry("mode", line.split(" ")[0]);
        List<Map<?, ?>> rows = new ArrayList<>();
        ((List<?>) report.get("results")).forEach(row -> rows.add((Map<?, ?>) row));
        return rows;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "crud --connections 4",
                "list --pods 50",
                "watch --watchers 3 --connections 2",
                "lease --connections 3",
                "pods --image example.test/app:1 --singly 2 --at-once 5",
                "schedule --nodes 20 --pods 50"
            })
    void everyModeReportsFiguresWithoutFailures(String line, K8jCluster cluster) {
        assertThat(run(cluster, line)).isNotEmpty().allSatisfy(row -> {
            assertThat(row.get("name")).isInstanceOf(String.class);
            assertThat(((Number) row.get("operations")).longValue()).isPositive();
            assertThat(row.get("failed")).isNull();
        });
    }

    @Test
    void percentilesAreWithinTwoPercent() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 1000; i++) {
            latencies.record(i * 1_000_000L);
        }
        assertThat(latencies.percentile(0.5)).isBetween(490.0, 515.0);
        assertThat(latencies.percentile(0.99)).isBetween(975.0, 1000.0);
        assertThat(latencies.largestMillis()).isEqualTo(1000.0);
    }

    @Test
    void theVersionOfAnAnswerIsFound() {
        byte[] json = "{\"metadata\":{\"resourceVersion\":\"123\"}}".getBytes(StandardCharsets.UTF_8);
        assertThat(LeaseBench.version(json)).isEqualTo("123");
    }
}
