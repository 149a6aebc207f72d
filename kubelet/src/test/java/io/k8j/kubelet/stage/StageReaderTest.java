package io.k8j.kubelet.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.kubelet.fleet.Fleet;
import io.k8j.kubelet.script.ScriptException;
import io.k8j.kubelet.template.Functions;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StageReaderTest {
    private static final String GOOD = """
        apiVersion: kwok.x-k8s.io/v1alpha1
        kind: Stage
        metadata: {name: slow}
        spec:
          resourceRef: {apiGroup: v1, kind: Pod}
          selector:
            matchLabels: {app: x}
            matchExpressions:
            - {key: .status.phase, operator: In, values: [Pending]}
          weight: 2
          weightFrom: {expressionFrom: '.metadata.annotations.weight'}
          delay:
            durationMilliseconds: 1000
            durationFrom: {expressionFrom: '.metadata.annotations.delay'}
            jitterDurationMilliseconds: 3000
          next:
            event: {type: Normal, reason: R, message: M}
            finalizers: {remove: [{value: a}]}
            statusTemplate: |
              phase: Running
              note: {{ .metadata.name }}
        """;

    private static Map<String, Object> pod(String annotations) {
        return Json.parseObject(
                "{\"metadata\":{\"name\":\"p\",\"labels\":{\"app\":\"x\"},\"annotations\":%s},\"status\":{\"phase\":\"Pending\"}}"
                        .formatted(annotations));
    }

    @Test
    void readsAllParts() {
        Stage stage = Fleet.stages().read("s.yaml", GOOD).getFirst();
        assertThat(stage.name()).isEqualTo("slow");
        assertThat(stage.weight()).isEqualTo(2);
        assertThat(stage.steps())
                .hasExactlyElementsOfTypes(Stage.Step.Event.class, Stage.Step.Finalizers.class, Stage.Step.Patch.class);
        StageChoice choice = new StageChoice(List.of(stage), new Random(1));
        assertThat(choice.next(pod("{}"))).contains(stage);
        assertThat(choice.next(Json.parseObject("{\"status\":{\"phase\":\"Pending\"}}")))
                .isEmpty();
        assertThat(choice.delay(stage, pod("{}"), Instant.EPOCH))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
        assertThat(choice.delay(stage, pod("{\"delay\":\"5s\"}"), Instant.EPOCH))
                .as("a jitter below the delay counts alone, as in kwok")
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void ofSeveralStagesWeightDecides() {
        Stage never = Fleet.stages()
                .read("s.yaml", GOOD.replace("weight: 2", "weight: 0"))
                .getFirst();
        Stage always = Fleet.stages().read("s.yaml", GOOD).getFirst();
        StageChoice choice = new StageChoice(List.of(never, always), new Random(1));
        for (int i = 0; i < 50; i++) assertThat(choice.next(pod("{}"))).contains(always);
        assertThat(choice.next(pod("{\"weight\":\"0\"}"))).isPresent();
    }

    /** JSON is what the player reads fast; a slip in it would be read as YAML, and hardly be noticed. */
    @Test
    void theStatusOfAPodThatRunsAtOnceIsJson() {
        Stage ready = Fleet.defaultStages().stream()
                .filter(stage -> stage.name().equals("pod-ready"))
                .findFirst()
                .orElseThrow();
        Functions functions = new Functions(Map.of(
                "Now", arguments -> "2026-01-01T00:00:00Z",
                "NodeIPsWith", arguments -> List.of("10.0.0.1", "fd00::1"),
                "PodIPsWith", arguments -> List.of("10.1.0.1", "fd00::2")));
        Map<String, Object> pod = Json.parseObject("""
                {"spec":{"nodeName":"n","readinessGates":[{"conditionType":"a/b"},{"conditionType":"c"}],
                "initContainers":[{"name":"i","image":"x"},{"name":"s","image":"y","restartPolicy":"Always"}],
                "containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]}}
                """);
        Stage.Step.Patch patch = (Stage.Step.Patch) ready.steps().getFirst();
        Map<String, Object> status =
                Json.parseObject(patch.template().render(pod, functions).strip());

        assertThat(Trees.list(status, "hostIPs")).hasSize(2);
        assertThat(Trees.list(status, "podIPs")).containsExactly(Map.of("ip", "10.1.0.1"), Map.of("ip", "fd00::2"));
        assertThat(Trees.list(status, "conditions"))
                .extracting(condition -> Trees.string(condition, "type"))
                .containsExactly("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "a/b", "c");
        assertThat(Trees.list(status, "initContainerStatuses"))
                .extracting(one -> Trees.map(one, "state").keySet().iterator().next())
                .containsExactly("terminated", "running");
        assertThat(Trees.list(status, "containerStatuses"))
                .extracting(one -> Trees.string(one, "name"))
                .containsExactly("a", "b");
        pod.put("spec", Json.parseObject("{\"containers\":[{\"name\":\"a\",\"image\":\"x\"}]}"));
        assertThat(Json.parseObject(patch.template().render(pod, functions).strip()))
                .doesNotContainKey("initContainerStatuses");
    }

    record Mistake(String what, String with, String message) {}

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake(
                        "weight: 2",
                        "weight: x",
                        "s.yaml, line 10: spec.weight: must be a whole number between 0 and 2147483647, found \"x\""),
                new Mistake(
                        "kind: Pod",
                        "kind: Job",
                        "s.yaml, line 5: spec.resourceRef.kind: must be one of Node, Pod, found \"Job\""),
                new Mistake(
                        "operator: In",
                        "operator: Like",
                        "s.yaml, line 9: spec.selector.matchExpressions[0].operator: operator \"Like\" is not"
                                + " supported"),
                new Mistake(
                        "key: .status.phase",
                        "key: .status|",
                        "s.yaml, line 9: spec.selector.matchExpressions[0].key: query .status|: column 9: unexpected"
                                + " end"),
                new Mistake(
                        "note: {{ .metadata.name }}",
                        "note: {{ nosuch }}",
                        "s.yaml, line 21: spec.next.statusTemplate: function \"nosuch\" not defined"),
                new Mistake(
                        "  delay:",
                        "  dely:",
                        "s.yaml, line 12: spec.dely: unknown field; known are resourceRef, selector, weight,"
                                + " weightFrom, delay, next, steps, immediateNextStage"),
                new Mistake("metadata: {name: slow}", "metadata: {}", "s.yaml, line 3: metadata.name: is required"),
                new Mistake("spec:", "spec: [", "s.yaml, line 6: expected"),
                new Mistake("v1alpha1", "v9", "s.yaml, line 1: apiVersion: must be kwok.x-k8s.io/v1alpha1"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsToldWithLineAndField(Mistake mistake) {
        assertThat(GOOD).contains(mistake.what());
        assertThatThrownBy(() -> Fleet.stages().read("s.yaml", GOOD.replace(mistake.what(), mistake.with())))
                .isInstanceOf(ScriptException.class)
                .hasMessageStartingWith(mistake.message());
    }

    @Test
    void builtInStagesRead() {
        assertThat(Fleet.defaultStages())
                .extracting(Stage::name)
                .containsExactly(
                        "node-initialize",
                        "node-heartbeat",
                        "pod-ready",
                        "pod-complete",
                        "pod-delete",
                        "pod-ready-again");
        assertThat(Fleet.generalStages())
                .extracting(Stage::name)
                .contains("pod-create", "pod-init-container-running", "pod-init-container-completed", "pod-ready");
    }
}
