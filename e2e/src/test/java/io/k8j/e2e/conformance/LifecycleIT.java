package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which order the parts of a Pod start, restart and end. */
class LifecycleIT extends ContainerTest {
    private void createListener() {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: listener, labels: {app: listener}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: c
                %s
                """.formatted(SERVER.indent(4).stripTrailing()));
        awaitReady("listener");
    }

    /** A Pod with one hook; its own container outlives nobody's patience. */
    private void createHooked(String hook, String action) {
        create(podRunning(
                        "hooked",
                        "trap exit TERM; sleep 100000 & wait",
                        "",
                        "lifecycle: {%s: {%s}}".formatted(hook, action))
                .replace("terminationGracePeriodSeconds: 0", "terminationGracePeriodSeconds: 60"));
        awaitReady("hooked");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"postStart, exec", "postStart, httpGet", "preStop, exec", "preStop, httpGet"})
    @Conformance("node/ContainerLifecycleHook/1")
    @Conformance("node/ContainerLifecycleHook/2")
    @Conformance("node/ContainerLifecycleHook/3")
    @Conformance("node/ContainerLifecycleHook/4")
    void hooksAreCalled(String hook, String kind) {
        createListener();
        String address = pod("listener").getStatus().getPodIP();
        createHooked(
                hook,
                kind.equals("exec")
                        ? "exec: {command: [wget, -q, -O, /dev/null, \"http://%s:8080/echo?%s\"]}"
                                .formatted(address, hook)
                        : "httpGet: {host: %s, port: 8080, path: \"/echo?%s\"}".formatted(address, hook));
        if (hook.equals("preStop")) {
            assertThat(logs("listener")).doesNotContain("/echo?");
            client().pods().withName("hooked").delete();
        }
        eventually(() -> assertThat(logs("listener")).contains("GET /echo?" + hook));
        client().pods().withName("hooked").delete();
        awaitGone("hooked");
    }

    @Test
    @Conformance("node/PreStop/1")
    void aDeletedPodCallsItsHookAndThenGoes() {
        createListener();
        createHooked(
                "preStop",
                "exec: {command: [wget, -q, -O, /dev/null, --post-data, \"source=prestop\", \"http://%s:8080/write\"]}"
                        .formatted(pod("listener").getStatus().getPodIP()));
        assertThat(logs("listener")).doesNotContain("POST");
        client().pods().withName("hooked").delete();
        eventually(() -> assertThat(logs("listener")).contains("POST /write"));
        awaitGone("hooked");
    }

    private void createWithInit(String restartPolicy, String first, String second, String main) {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: init}
                spec:
                  restartPolicy: POLICY
                  terminationGracePeriodSeconds: 0
                  initContainers:
                  - {name: init1, image: IMAGE, imagePullPolicy: IfNotPresent, command: FIRST}
                  - {name: init2, image: IMAGE, imagePullPolicy: IfNotPresent, command: SECOND}
                  containers:
                  - {name: run1, image: IMAGE, imagePullPolicy: IfNotPresent, command: MAIN}
                """.replace("POLICY", restartPolicy)
                .replace("IMAGE", BUSYBOX)
                .replace("FIRST", first)
                .replace("SECOND", second)
                .replace("MAIN", main));
    }

    private static String initialized(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Initialized"))
                .map(c -> c.getStatus())
                .findFirst()
                .orElse("missing");
    }

    private static void assertInitContainersSucceeded(Pod pod) {
        assertThat(initialized(pod)).isEqualTo("True");
        assertThat(pod.getStatus().getInitContainerStatuses())
                .hasSize(2)
                .allMatch(ContainerStatus::getReady)
                .allMatch(s -> s.getState().getTerminated().getExitCode() == 0);
    }

    @Test
    @Conformance("node/InitContainer/1")
    void initContainersRunBeforeThoseThatStay() {
        createWithInit("Always", "[\"true\"]", "[\"true\"]", "[sleep, \"100000\"]");
        Pod pod = awaitRunning("init");
        assertInitContainersSucceeded(pod);
        assertThat(pod.getStatus().getContainerStatuses()).hasSize(1);
    }

    @Test
    @Conformance("node/InitContainer/2")
    void initContainersRunBeforeThoseThatEnd() {
        createWithInit("Never", "[\"true\"]", "[\"true\"]", "[\"true\"]");
        Pod pod = awaitPhase("init", "Succeeded");
        assertInitContainersSucceeded(pod);
        assertThat(statuses(pod).get("run1").getState().getTerminated().getExitCode())
                .isZero();
        assertThat(restarts(pod)).isZero();
    }

    @Test
    @Conformance("node/InitContainer/3")
    void aFailedInitContainerFailsAPodThatNeverRestarts() {
        createWithInit("Never", "[\"true\"]", "[\"false\"]", "[\"true\"]");
        Pod pod = awaitPhase("init", "Failed");
        assertThat(initialized(pod)).isEqualTo("False");
        List<ContainerStatus> init = pod.getStatus().getInitContainerStatuses();
        assertThat(init.get(0).getState().getTerminated().getExitCode()).isZero();
        assertThat(init.get(1).getState().getTerminated().getExitCode()).isEqualTo(1);
        assertThat(statuses(pod).get("run1").getState().getWaiting()).isNotNull();
        assertThat(statuses(pod).get("run1").getState().getWaiting().getReason())
                .isEqualTo("PodInitializing");
    }

    @Test
    @Conformance("node/InitContainer/4")
    void aFailingInitContainerIsRestartedAndHoldsTheOthersBack() {
        createWithInit("Always", "[\"false\"]", "[\"true\"]", "[sleep, \"100000\"]");
        Pod pod = awaitPod("init", "restarted three times", p -> {
            Map<String, ContainerStatus> init = p.getStatus().getInitContainerStatuses().stream()
                    .collect(java.util.stream.Collectors.toMap(s -> s.getName(), s -> s));
            if (init.isEmpty()) return false;
            assertThat(init.get("init2").getState().getWaiting()).isNotNull();
            assertThat(init.get("init2").getState().getWaiting().getReason()).isEqualTo("PodInitializing");
            assertThat(statuses(p).get("run1").getState().getWaiting()).isNotNull();
            return init.get("init1").getRestartCount() >= 3;
        });
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(initialized(pod)).isEqualTo("False");
    }

    /** A container that fails until its third run, which ends or stays as the Pod's policy wants. */
    @ParameterizedTest
    @CsvSource({"Always, Running, 2", "OnFailure, Succeeded, 1", "Never, Failed, 0"})
    @Conformance("node/ContainerRuntime/5")
    void restartsFollowThePolicy(String policy, String phase, int restarts) {
        String script = """
                runs=$(cat /v/runs 2>/dev/null || echo 0); runs=$((runs + 1)); echo $runs > /v/runs
                case $runs in 1) exit 1;; 2) exit 0;; esac
                sleep 100000
                """;
        create(podRunning(
                "restarted",
                script,
                "volumes: [{name: v, emptyDir: {}}]\nrestartPolicy: " + policy,
                "volumeMounts: [{name: v, mountPath: /v}]"));
        Pod pod = awaitPod(
                "restarted",
                "at its end",
                p -> p.getStatus().getPhase().equals(phase)
                        && restarts(p) == restarts
                        && (!policy.equals("Always") || isReady(p)));
        ContainerStatus status = statuses(pod).get("c");
        assertThat(status.getReady()).isEqualTo(policy.equals("Always"));
        switch (policy) {
            case "Always" -> assertThat(status.getState().getRunning()).isNotNull();
            case "OnFailure" ->
                assertThat(status.getState().getTerminated().getExitCode()).isZero();
            default ->
                assertThat(status.getState().getTerminated().getExitCode()).isEqualTo(1);
        }
    }

    @Test
    @Conformance("node/Kubelet/2")
    @Conformance("node/Kubelet/3")
    void aPodThatAlwaysFailsSaysWhyAndCanBeDeleted() {
        create(podRunning("failing", "exit 1", "restartPolicy: Never", ""));
        Pod pod = awaitPod(
                "failing",
                "terminated",
                p -> p.getStatus().getContainerStatuses().stream()
                        .anyMatch(s -> s.getState().getTerminated() != null));
        ContainerStatus status = pod.getStatus().getContainerStatuses().getFirst();
        assertThat(pod.getStatus().getContainerStatuses()).hasSize(1);
        assertThat(status.getState().getTerminated().getExitCode()).isNotZero();
        assertThat(status.getState().getTerminated().getReason()).isEqualTo("Error");

        create(podRunning("restarting", "exit 1", "", ""));
        awaitPod("restarting", "restarted", p -> restarts(p) > 0);
        client().pods().withName("restarting").delete();
        awaitGone("restarting");
    }

    @Test
    @Conformance("node/EphemeralContainers/1")
    @Conformance("node/EphemeralContainers/2")
    void ephemeralContainersJoinARunningPod() {
        createSleeper("target", "", "");
        awaitRunning("target");
        for (String name : List.of("debugger", "debugger2")) {
            client().pods()
                    .withName("target")
                    .ephemeralContainers()
                    .edit(pod -> new io.fabric8.kubernetes.api.model.PodBuilder(pod)
                            .editSpec()
                            .addNewEphemeralContainer()
                            .withName(name)
                            .withImage(BUSYBOX)
                            .withImagePullPolicy("IfNotPresent")
                            .withCommand("sh", "-c", "while true; do echo polo; sleep 2; done")
                            .endEphemeralContainer()
                            .endSpec()
                            .build());
            awaitPod(
                    "target",
                    "with a running " + name,
                    p -> p.getStatus().getEphemeralContainerStatuses().stream()
                            .anyMatch(s ->
                                    s.getName().equals(name) && s.getState().getRunning() != null));
            eventually(() -> assertThat(logs("target", name)).contains("polo"));
        }
        assertThat(pod("target").getSpec().getEphemeralContainers()).hasSize(2);
    }
}
