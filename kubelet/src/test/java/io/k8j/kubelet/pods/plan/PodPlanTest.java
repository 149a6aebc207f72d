package io.k8j.kubelet.pods.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.kubelet.cri.v1.ContainerState;
import io.k8j.kubelet.cri.v1.ContainerStatus;
import io.k8j.kubelet.pods.TurnRetries;
import io.k8j.kubelet.pods.plan.RuntimePod.RuntimeContainer;
import io.k8j.kubelet.pods.plan.RuntimePod.Sandbox;
import io.k8j.kubelet.pods.spec.ContainerRef;
import io.k8j.kubelet.pods.spec.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodPlanTest {
    private static final Sandbox UP = new Sandbox("s0", 0, true, List.of("10.0.0.2"), 1);
    private static final Sandbox DOWN = new Sandbox("s0", 0, false, List.of(), 1);

    private static Pod pod(String policy, String... names) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("n")
                .withUid("u")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy(policy)
                .endSpec();
        for (String name : names) {
            if (name.startsWith("init")) {
                pod.editSpec()
                        .addNewInitContainer()
                        .withName(name)
                        .withImage("i")
                        .endInitContainer()
                        .endSpec();
            } else if (name.startsWith("side")) {
                pod.editSpec()
                        .addNewInitContainer()
                        .withName(name)
                        .withImage("i")
                        .withRestartPolicy("Always")
                        .endInitContainer()
                        .endSpec();
            } else {
                pod.editSpec()
                        .addNewContainer()
                        .withName(name)
                        .withImage("i")
                        .endContainer()
                        .endSpec();
            }
        }
        return pod.build();
    }

    private static RuntimeContainer running(String name) {
        return run(name, ContainerState.CONTAINER_RUNNING, 0);
    }

    private static RuntimeContainer exited(String name, int code) {
        return run(name, ContainerState.CONTAINER_EXITED, code);
    }

    private static RuntimeContainer run(String name, ContainerState state, int code) {
        return new RuntimeContainer(
                "id-" + name,
                "s0",
                name,
                0,
                ContainerStatus.newBuilder().setState(state).setExitCode(code).build());
    }

    record Case(String name, Pod pod, RuntimePod runtime, PodPlan.Facts facts, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static RuntimePod with(RuntimeContainer... containers) {
        return new RuntimePod(List.of(UP), List.of(containers));
    }

    static Stream<Case> cases() {
        PodPlan.Facts none = PodPlan.Facts.NONE;
        PodPlan.Facts sideUp = new PodPlan.Facts(Map.of(), Set.of("id-side"), Set.of(), Set.of());
        return Stream.of(
                new Case("a new Pod gets a sandbox", pod("Always", "c"), RuntimePod.EMPTY, none, "sandbox 0"),
                new Case(
                        "a dead sandbox is replaced",
                        pod("Always", "c"),
                        new RuntimePod(List.of(DOWN), List.of()),
                        none,
                        "kill sandbox 1"),
                new Case(
                        "a dead sandbox of a finished Pod is not",
                        pod("Never", "c"),
                        new RuntimePod(List.of(DOWN), List.of(exited("c", 0))),
                        none,
                        "kill"),
                new Case("containers start", pod("Always", "a", "b"), with(), none, "start a,b"),
                new Case("running ones are left alone", pod("Always", "c"), with(running("c")), none, ""),
                new Case("Always restarts success", pod("Always", "c"), with(exited("c", 0)), none, "start c"),
                new Case("OnFailure restarts failure", pod("OnFailure", "c"), with(exited("c", 1)), none, "start c"),
                new Case("OnFailure ends with success", pod("OnFailure", "c"), with(exited("c", 0)), none, "kill"),
                new Case("Never ends with failure", pod("Never", "c"), with(exited("c", 1)), none, "kill"),
                new Case(
                        "the first init container comes first",
                        pod("Always", "init1", "init2", "c"),
                        with(),
                        none,
                        "start init1"),
                new Case(
                        "the next init container follows success",
                        pod("Always", "init1", "init2", "c"),
                        with(exited("init1", 0)),
                        none,
                        "start init2"),
                new Case(
                        "a failed init container is repeated",
                        pod("Always", "init1", "c"),
                        with(exited("init1", 1)),
                        none,
                        "start init1"),
                new Case(
                        "a failed init container ends a Pod that never restarts",
                        pod("Never", "init1", "c"),
                        with(exited("init1", 1)),
                        none,
                        "kill"),
                new Case(
                        "containers follow the last init container",
                        pod("Always", "init1", "c"),
                        with(exited("init1", 0)),
                        none,
                        "start c"),
                new Case(
                        "a sidecar must have started before the next",
                        pod("Always", "side", "c"),
                        with(running("side")),
                        none,
                        ""),
                new Case(
                        "containers follow a started sidecar",
                        pod("Always", "side", "c"),
                        with(running("side")),
                        sideUp,
                        "start c"),
                new Case(
                        "a sidecar is restarted beside running containers",
                        pod("Never", "side", "c"),
                        with(exited("side", 1), running("c")),
                        none,
                        "start side"),
                new Case(
                        "sidecars do not keep a finished Pod up",
                        pod("Never", "side", "c"),
                        with(running("side"), exited("c", 0)),
                        sideUp,
                        "kill"),
                new Case(
                        "a failed liveness probe kills",
                        pod("Always", "c"),
                        with(running("c")),
                        new PodPlan.Facts(Map.of("id-c", "liveness"), Set.of(), Set.of(), Set.of()),
                        "kill c: Container c failed liveness probe, will be restarted"),
                new Case(
                        "what is being killed is not killed again",
                        pod("Always", "c"),
                        with(running("c")),
                        new PodPlan.Facts(Map.of("id-c", "liveness"), Set.of(), Set.of(), Set.of("id-c")),
                        ""),
                new Case(
                        "a container waits for the hook of the one before it",
                        pod("Always", "a", "b"),
                        with(running("a")),
                        new PodPlan.Facts(Map.of(), Set.of(), Set.of("id-a"), Set.of()),
                        ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void decides(Case c) {
        assertThat(text(PodPlan.decide(c.pod(), c.runtime(), c.facts()))).isEqualTo(c.expected());
    }

    private static String text(PodPlan plan) {
        StringBuilder text = new StringBuilder();
        if (plan.killPod()) text.append("kill ");
        if (plan.newSandbox()) text.append("sandbox ").append(plan.attempt()).append(' ');
        if (plan.killPod()) return text.toString().strip();
        plan.kill()
                .forEach(kill -> text.append("kill ")
                        .append(kill.ref().name())
                        .append(": ")
                        .append(kill.message()));
        List<String> start = plan.start().stream().map(ContainerRef::name).toList();
        if (!start.isEmpty()) text.append("start ").append(String.join(",", start));
        return text.toString().strip();
    }

    @Test
    void anImageThatChangesRestartsTheContainer() {
        Pod pod = pod("Always", "c");
        RuntimeContainer old = new RuntimeContainer(
                "id-c",
                "s0",
                "c",
                0,
                ContainerStatus.newBuilder()
                        .setState(ContainerState.CONTAINER_RUNNING)
                        .putAnnotations(Labels.CONTAINER_HASH, "other")
                        .build());
        assertThat(text(PodPlan.decide(pod, with(old), PodPlan.Facts.NONE)))
                .isEqualTo("kill c: Container c definition changed, will be restarted");
    }

    @Test
    void aProbeMaySayHowLongItsContainerGets() {
        Container container = new ContainerBuilder()
                .withName("c")
                .withNewLivenessProbe()
                .withTerminationGracePeriodSeconds(5L)
                .endLivenessProbe()
                .withNewStartupProbe()
                .endStartupProbe()
                .build();
        PodPlan.Kill kill = new PodPlan.Kill(new ContainerRef(ContainerRef.Kind.APP, container, null), null, "");
        Duration ofPod = Duration.ofSeconds(30);
        assertThat(kill.grace("liveness", ofPod)).isEqualTo(Duration.ofSeconds(5));
        assertThat(kill.grace("startup", ofPod)).as("says nothing").isEqualTo(ofPod);
        assertThat(kill.grace(null, ofPod)).as("nothing failed").isEqualTo(ofPod);
    }

    @Test
    void failedTurnsWaitTwiceAsLongEachTimeUntilOneDoesNotFail() {
        TurnRetries retries = new TurnRetries();
        for (long millis : new long[] {500, 1000, 2000, 4000, 8000, 10_000, 10_000}) {
            retries.turnBegins();
            assertThat(retries.failed()).isEqualTo(Duration.ofMillis(millis));
            retries.turnEnds();
        }
        retries.turnBegins();
        retries.turnEnds();
        assertThat(retries.failed()).isEqualTo(Duration.ofMillis(500));
    }
}
