package io.k8j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.bench.schedule.ScheduleCase;
import io.k8j.bench.schedule.ScheduleCases;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Each mode runs in small. */
@K8j
class BenchCommandTest {
    private static List<Map<?, ?>> run(K8jCluster cluster, String line) {
        return run(cluster, line, 0);
    }

    private static List<Map<?, ?>> run(K8jCluster cluster, String line, int code) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ")));
        words.addAll(List.of("--kubeconfig", cluster.kubeconfigFile().toString(), "-o", "json"));
        words.addAll(List.of("--seconds", "1", "--warm-up", "0"));
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            CommandLine command = new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true);
            assertThat(command.execute(words.toArray(String[]::new))).isEqualTo(code);
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
                "crud --connections 4 --rate 300",
                "schedule --nodes 20 --pods 50",
                "soak --minutes 0.05 --intervals 3 --rate 400 --connections 4"
            })
    void everyModeReportsFiguresWithoutFailures(String line, K8jCluster cluster) {
        assertThat(run(cluster, line)).isNotEmpty().allSatisfy(row -> {
            assertThat(row.get("name")).isInstanceOf(String.class);
            assertThat(((Number) row.get("operations")).longValue()).isPositive();
            assertThat(row.get("failed")).isNull();
        });
    }

    @Test
    void whatEventsCostIsToldWithAndWithoutTheirPatches(K8jCluster cluster) {
        List<Map<?, ?>> rows = run(cluster, "watch --watchers 3 --connections 2");
        assertThat(rows.stream().map(row -> row.get("name").toString()))
                .containsExactly(
                        "patch, watched by 3",
                        "events delivered, with their patches",
                        "patch, watched by nobody",
                        "events delivered, by themselves");
        long patches = ((Number) rows.get(0).get("operations")).longValue();
        // A patch that was under way when the warm-up ended may count, too.
        assertThat(((Number) rows.get(1).get("operations")).longValue()).isGreaterThanOrEqualTo(3 * patches);
        assertThat(rows.get(3).get("operations")).isEqualTo(rows.get(1).get("operations"));
    }

    static List<String> cases() {
        return ScheduleCases.ALL.stream().map(ScheduleCase::name).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyWorkloadIsScheduled(String name, K8jCluster cluster) {
        List<Map<?, ?>> rows = run(cluster, "schedule --nodes 12 --pods 4 --limit 60 --case " + name);
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().get("name").toString()).isEqualTo(name);
        assertThat(rows.getFirst().get("operations").toString()).isEqualTo("4");
    }

    @Test
    void aWorkloadIsKnownByUpstreamsNameToo(K8jCluster cluster) {
        List<Map<?, ?>> rows = run(cluster, "schedule --nodes 3 --pods 4 --limit 60 --case SchedulingBasic,basic");
        assertThat(rows.stream().map(row -> row.get("name").toString())).containsExactly("basic");
    }

    @Test
    void aWorkloadThatCannotEndIsReportedBesideTheOthers(K8jCluster cluster) {
        String line = "schedule --nodes 2 --pods 9 --limit 1 --case anti-affinity,basic";
        List<Map<?, ?>> rows = run(cluster, line, 1);
        assertThat(rows.stream().map(row -> row.get("name").toString()))
                .containsExactlyInAnyOrder("anti-affinity", "basic");
        assertThat(rows.stream().filter(row -> row.get("failed") != null))
                .allSatisfy(
                        row -> assertThat(row.get("firstFailure").toString()).contains("of 9 Pods are scheduled"))
                .isNotEmpty();
    }

    @Test
    void anUnknownWorkloadIsRefused(K8jCluster cluster) {
        CommandLine command = new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true);
        StringWriter errors = new StringWriter();
        command.setErr(new PrintWriter(errors));
        int code = command.execute(
                "schedule",
                "--case",
                "nonsense",
                "--kubeconfig",
                cluster.kubeconfigFile().toString());
        assertThat(code).isNotZero();
        assertThat(errors.toString()).contains("--case nonsense: must be all, or some of basic,");
    }

    @Test
    void aSoakSeesItsOwnChangesAndTheProcess(K8jCluster cluster) {
        List<Map<?, ?>> rows = run(cluster, "soak --minutes 0.05 --intervals 2 --rate 600 --connections 4");
        assertThat(((Number) rows.get(1).get("watchP50Millis")).doubleValue()).isPositive();
        assertThat(((Number) rows.get(1).get("residentMegabytes")).doubleValue())
                .isPositive();
        assertThat(rows.getLast().containsKey("residentPercent")).isTrue();
    }

    @Test
    void metricsOfOneNameAreAddedUp() {
        String metrics = "# HELP a b\na_total{x=\"1\"} 5\na_total{x=\"2\"} 1.5e1\na_total_other 7\nb 3\n";
        assertThat(ServerState.sum(metrics, "a_total")).hasValue(20);
        assertThat(ServerState.sum(metrics, "b")).hasValue(3);
        assertThat(ServerState.sum(metrics, "c")).isEmpty();
    }

    @Test
    void progressSaysHowFarItIs() {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        try (Progress progress = Progress.start(new PrintStream(shown))) {
            progress.phase("create", 2000);
            progress.done(500);
            assertThat(progress.line(2_000_000_000L)).isEqualTo("create: 500 of 2,000, 250/s, 2 s");
        }
        assertThat(shown.toString(StandardCharsets.UTF_8)).endsWith("\r\u001b[K");
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
