package io.k8j.apiserver.printer;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.spi.Printer;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares columns with those that upstream 1.20 showed; newer versions changed a few. */
class PrintersTest {
    /** Kinds whose columns changed between 1.20 and 1.36. */
    private static final Set<String> CHANGED = Set.of(
            "Pod", // restarts tell when
            "Job", // got a status
            "CronJob", // got a time zone
            "PersistentVolume", // got attributes classes
            "PersistentVolumeClaim",
            "CertificateSigningRequest", // got a requested duration
            "PriorityClass", // got a preemption policy
            "ResourceQuota", // age went to the end
            "PriorityLevelConfiguration", // shares were renamed
            "ServiceAccount", // shows no Secrets any more
            "CSIDriver"); // became more

    record Recorded(GroupVersionKind kind, List<String> columns) {}

    static List<Recorded> recorded() throws IOException {
        Map<GroupVersionKind, List<String>> byKind = new LinkedHashMap<>();
        try (var in = PrintersTest.class.getResourceAsStream("columns.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] f = line.split("\t");
                byKind.computeIfAbsent(new GroupVersionKind(f[0], "v1", f[1]), k -> new ArrayList<>())
                        .add(String.join("|", f[2], f[3], f[4].equals("-") ? "" : f[4], f[5]));
            }
        }
        return byKind.entrySet().stream()
                .filter(e -> !CHANGED.contains(e.getKey().kind()))
                .map(e -> new Recorded(e.getKey(), e.getValue()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void columnsAreThoseThatUpstreamShows(Recorded recorded) {
        List<String> columns = Printers.of(recorded.kind()).columns().stream()
                .map(c -> String.join("|", c.name(), c.type(), c.format(), Integer.toString(c.priority())))
                .toList();
        assertThat(columns).as(recorded.kind().kind()).isEqualTo(recorded.columns());
    }

    @Test
    void eachPrinterGivesOneCellPerColumnEvenForAnEmptyObject() {
        for (String group : List.of("", "apps", "batch", "storage.k8s.io")) {
            for (String kind : List.of("Pod", "Node", "Event", "Deployment", "CronJob", "Service", "StorageClass")) {
                Printer printer = Printers.of(new GroupVersionKind(group, "v1", kind));
                assertThat(printer.cells(Map.of(), java.time.Instant.EPOCH))
                        .as(kind)
                        .hasSameSizeAs(printer.columns())
                        .doesNotContainNull();
            }
        }
    }

    private static final java.time.Instant NOW = java.time.Instant.parse("2026-01-01T00:02:00Z");

    private static List<Object> cells(String group, String kind, String json) {
        return Printers.of(new GroupVersionKind(group, "v1", kind)).cells(Json.parseObject(json), NOW);
    }

    private static final String META = "\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"2026-01-01T00:00:01Z\"},";

    @Test
    void columnsOfReferencesHaveTheirTexts() {
        for (String kind : List.of("Deployment", "ReplicaSet", "DaemonSet")) {
            assertThat(Printers.of(new GroupVersionKind("apps", "v1", kind)).columns())
                    .as(kind)
                    .allSatisfy(column -> assertThat(column.description()).isNotEmpty());
        }
    }

    @Test
    void aPodThatEndedIsCompleted() {
        Printer pods = Printers.of(new GroupVersionKind("", "v1", "Pod"));
        assertThat(pods.conditions(Json.parseObject("{\"status\":{\"phase\":\"Running\"}}")))
                .isEmpty();
        assertThat(Json.writeString(pods.conditions(Json.parseObject("{\"status\":{\"phase\":\"Failed\"}}"))))
                .isEqualTo("[{\"type\":\"Completed\",\"status\":\"True\",\"reason\":\"Failed\","
                        + "\"message\":\"The pod failed.\"}]");
    }

    @Test
    void jobsTellHowTheyAre() {
        assertThat(cells(
                        "batch",
                        "Job",
                        "{" + META + "\"spec\":{\"parallelism\":3},\"status\":{\"succeeded\":1,\"conditions\":["
                                + "{\"type\":\"SuccessCriteriaMet\",\"status\":\"True\"}]}}"))
                .startsWith("a", "SuccessCriteriaMet", "1/1 of 3", "", "119s");
    }

    @Test
    void autoscalersShowWhatIsMissingAsGoDoes() {
        assertThat(
                        cells(
                                "autoscaling",
                                "HorizontalPodAutoscaler",
                                "{" + META
                                        + "\"spec\":{\"maxReplicas\":3,\"scaleTargetRef\":{\"kind\":\"D\",\"name\":\"d\"},"
                                        + "\"metrics\":[{\"type\":\"External\",\"external\":{\"target\":{\"value\":\"5\"}}},"
                                        + "{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":"
                                        + "{\"averageUtilization\":50}}},{\"type\":\"Pods\"}]},"
                                        + "\"status\":{\"currentMetrics\":[{\"type\":\"External\",\"external\":{\"current\":{}}}]}}"))
                .containsExactly("a", "D/d", "<nil>/5, cpu: <unknown>/50% + 1 more...", "<unset>", 3L, 0L, "119s");
    }

    @Test
    void policyBindingsPrintSelectorsAsGoDoes() {
        assertThat(cells(
                        "admissionregistration.k8s.io",
                        "ValidatingAdmissionPolicyBinding",
                        "{" + META + "\"spec\":{\"policyName\":\"p\",\"paramRef\":{\"selector\":{\"matchLabels\":"
                                + "{\"b\":\"2\",\"a\":\"1\"},\"matchExpressions\":[{\"key\":\"k\",\"operator\":\"In\","
                                + "\"values\":[\"x\",\"y\"]}]}}}}"))
                .containsExactly(
                        "a",
                        "p",
                        "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:"
                                + "[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}",
                        "119s");
    }
}
