package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Part B: what Pods do, from image pull to SIGKILL. All Pods start first, so that the steps wait side by side. */
@ParameterizedClass
@MethodSource("kubectls")
class PodsIT extends Walkthrough {
    private static final String IMAGE = " --image=busybox:1.36 --image-pull-policy=IfNotPresent ";

    private String status(String pod) {
        return run("kubectl get po " + pod).table().row(pod).get("STATUS");
    }

    @Test
    @Order(10)
    void allPodsAreMade() throws IOException {
        run("kubectl create -f nginx-po.yaml").succeeds();
        run("kubectl create -f probes.yaml").succeeds();
        Path log = Files.createDirectories(shell().directory().resolve("log"));
        apply(resource("lifecycle.yaml").replace("LOG_DIRECTORY", log.toString()));
        run("kubectl run crash" + IMAGE + "-- sh -c 'echo crashed; exit 1'").prints("pod/crash created");
        run("kubectl run done" + IMAGE + "--restart=Never -- sh -c 'echo one; echo two >&2'")
                .prints("pod/done created");
        run("kubectl run error" + IMAGE + "--restart=Never -- sh -c 'exit 4'").prints("pod/error created");
        run("kubectl run nopull --image=nginx:1.91").prints("pod/nopull created");
        run("kubectl run never --image=nginx:1.16.1 --image-pull-policy=Never").prints("pod/never created");
        run("kubectl run nocfg" + IMAGE
                        + "--overrides='{\"spec\":{\"containers\":[{\"name\":\"nocfg\",\"image\":\"busybox:1.36\","
                        + "\"envFrom\":[{\"configMapRef\":{\"name\":\"nope\"}}]}]}}'")
                .prints("pod/nocfg created");
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: badname}
            spec:
              containers:
              - {name: c, image: Not/An Image}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: badinit}
            spec:
              terminationGracePeriodSeconds: 0
              initContainers:
              - {name: i, image: busybox:1.36, imagePullPolicy: IfNotPresent, command: [sh, -c, exit 1]}
              containers:
              - {name: c, image: busybox:1.36, imagePullPolicy: IfNotPresent}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: hungry}
            spec:
              restartPolicy: Never
              containers:
              - name: c
                image: busybox:1.36
                imagePullPolicy: IfNotPresent
                command: [tail, /dev/zero]
                resources: {limits: {memory: 20Mi}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: stubborn}
            spec:
              terminationGracePeriodSeconds: 2
              containers:
              - {name: c, image: sleeper, imagePullPolicy: IfNotPresent}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: bad-hook}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 0
              containers:
              - name: c
                image: busybox:1.36
                imagePullPolicy: IfNotPresent
                command: [sleep, "100000"]
                lifecycle: {postStart: {exec: {command: [sh, -c, exit 3]}}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: late}
            spec:
              activeDeadlineSeconds: 3
              terminationGracePeriodSeconds: 0
              containers:
              - {name: c, image: sleeper, imagePullPolicy: IfNotPresent}
            """);
    }

    @Test
    @Order(20)
    void thePodOfTheNotesRunsAfterItsStartupProbe() {
        awaitPodReady("nginx-po");
        assertThat(state("nginx-po", "started")).isEqualTo("true");
        run("kubectl exec nginx-po -- pwd").prints("/usr/share/nginx/html");
        run("kubectl exec nginx-po -- sh -c 'echo $JVM_OPTS'").prints("-Xms128m -Xmx128m");
        run("kubectl exec nginx-po -- wget -q -O- http://127.0.0.1/").mentions("Welcome to nginx!", "nginx:1.25.3");
        assertThat(get("pod nginx-po", ".status.qosClass")).isEqualTo("Burstable");
        String conditions = "{range .status.conditions[*]}{.type}={.status} {end}";
        assertThat(run("kubectl get po nginx-po -o jsonpath='" + conditions + "'")
                        .text())
                .contains(
                        "PodReadyToStartContainers=True",
                        "Initialized=True",
                        "Ready=True",
                        "ContainersReady=True",
                        "PodScheduled=True");
    }

    @Test
    @Order(30)
    void limitsReachTheContainersCgroup() {
        Result limits = run("kubectl exec nginx-po -- sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max"
                + " /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null'");
        assertThat(limits.stdout()).contains("268435456").containsPattern("20000( 100000)?\n");
    }

    @Test
    @Order(40)
    void finishedContainersShowTheirEnd() {
        eventually(() -> assertThat(status("done")).isEqualTo("Completed"));
        assertThat(get("pod done", ".status.phase")).isEqualTo("Succeeded");
        // Nobody promises an order between stdout and stderr.
        assertThat(run("kubectl logs done").succeeds().lines()).containsExactlyInAnyOrder("one", "two");
        eventually(() -> assertThat(run("kubectl get po error").table().row("error"))
                .containsAllEntriesOf(Map.of("READY", "0/1", "STATUS", "Error", "RESTARTS", "0")));
        assertThat(state("error", "state.terminated.exitCode")).isEqualTo("4");
        assertThat(run("kubectl describe po error").lines())
                .contains(
                        "Status:           Failed",
                        "    State:          Terminated",
                        "      Reason:       Error",
                        "      Exit Code:    4");
    }

    @Test
    @Order(50)
    void aCrashingContainerBacksOff() {
        eventually(() -> assertThat(status("crash")).isEqualTo("CrashLoopBackOff"));
        assertThat(state("crash", "lastState.terminated.reason")).isEqualTo("Error");
        assertThat(Integer.parseInt(state("crash", "restartCount"))).isPositive();
        run("kubectl logs crash --previous").prints("crashed");
        eventually(() -> assertThat(events("Pod", "crash"))
                .anySatisfy(e -> assertThat(e)
                        .startsWith("Warning BackOff Back-off restarting failed container crash in pod crash_"
                                + namespace() + "(")));
        // The pause doubles with each restart, up to five minutes.
        List<String> pauses = List.of("10s", "20s", "40s", "1m20s", "2m40s", "5m0s");
        eventually(() -> {
            String seen = state("crash", "restartCount} {.status.containerStatuses[0].state.waiting.message");
            int restarts = Integer.parseInt(seen.substring(0, seen.indexOf(' ')));
            assertThat(seen)
                    .startsWith("%d back-off %s restarting failed container=crash pod=crash_"
                            .formatted(restarts, pauses.get(Math.min(restarts, pauses.size()) - 1)));
        });
    }

    @Test
    @Order(60)
    void failedInitContainersHoldThePodBack() {
        eventually(() -> assertThat(status("badinit")).isEqualTo("Init:CrashLoopBackOff"));
        assertThat(state("badinit", "state.waiting.reason")).isEqualTo("PodInitializing");
        assertThat(get("pod badinit", ".status.phase")).isEqualTo("Pending");
        assertThat(get("pod badinit", ".status.conditions[?(@.type==\"Initialized\")].message"))
                .isEqualTo("containers with incomplete status: [i]");
    }

    @Test
    @Order(70)
    void configurationAndImageErrorsAreNamed() {
        eventually(() -> assertThat(status("nocfg")).isEqualTo("CreateContainerConfigError"));
        assertThat(events("Pod", "nocfg"))
                .anySatisfy(e -> assertThat(e).isEqualTo("Warning Failed Error: configmap \"nope\" not found"));
        eventually(() -> assertThat(status("nopull")).isIn("ErrImagePull", "ImagePullBackOff"));
        eventually(() -> assertThat(status("nopull")).isEqualTo("ImagePullBackOff"));
        eventually(() -> assertThat(status("badname")).isEqualTo("InvalidImageName"));
        eventually(() -> assertThat(status("never")).isEqualTo("ErrImageNeverPull"));
        assertThat(events("Pod", "never"))
                .anySatisfy(e -> assertThat(e)
                        .contains("Container image \"nginx:1.16.1\" is not present with pull policy of Never"));
        run("kubectl create cm nope --from-literal=A=b").succeeds();
        eventually(() -> assertThat(status("nocfg")).isIn("Completed", "CrashLoopBackOff", "Running"));
    }

    @Test
    @Order(80)
    void anOverLimitContainerIsOomKilled() {
        eventually(() -> assertThat(status("hungry")).isEqualTo("OOMKilled"));
        assertThat(state("hungry", "state.terminated.exitCode")).isEqualTo("137");
    }

    @Test
    @Order(90)
    void anActiveDeadlineEndsThePod() {
        eventually(() ->
                assertThat(get("pod late", ".status.phase} {.status.reason")).isEqualTo("Failed DeadlineExceeded"));
        assertThat(get("pod late", ".status.message"))
                .isEqualTo("Pod was active on the node longer than the specified deadline");
    }

    @Test
    @Order(100)
    void failedLivenessProbesRestartTheContainer() {
        for (String pod : List.of("exec-fails", "tcp-refused", "http-dies")) {
            eventually(() ->
                    assertThat(Integer.parseInt(state(pod, "restartCount"))).isPositive());
            assertThat(events("Pod", pod))
                    .anySatisfy(e -> assertThat(e).startsWith("Warning Unhealthy Liveness probe failed: "))
                    .anySatisfy(e -> assertThat(e)
                            .isEqualTo("Normal Killing Container c failed liveness probe, will be restarted"));
        }
        assertThat(events("Pod", "tcp-refused"))
                .anySatisfy(e -> assertThat(e)
                        .matches("Warning Unhealthy Liveness probe failed: dial tcp 10\\.[0-9.]+:81: "
                                + "(connect: connection refused|i/o timeout)")); // a busy machine answers late
        // A busy machine may not have answered the first time; the restarted container is asked again.
        eventually(() -> assertThat(events("Pod", "http-dies"))
                .anySatisfy(e -> assertThat(e)
                        .isEqualTo("Warning Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 404")));
    }

    @Test
    @Order(110)
    void readinessProbesDecideAboutReadyAndNothingElse() {
        awaitPodReady("http-redirects");
        eventually(() -> assertThat(events("Pod", "http-not-ready"))
                .anySatisfy(e -> assertThat(e)
                        .isEqualTo(
                                "Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 404")));
        assertThat(run("kubectl get po http-not-ready").table().row("http-not-ready"))
                .containsAllEntriesOf(Map.of("READY", "0/1", "STATUS", "Running", "RESTARTS", "0"));
        assertThat(get("pod http-not-ready", ".status.conditions[?(@.type==\"Ready\")].reason"))
                .isEqualTo("ContainersNotReady");
        assertThat(get("pod http-not-ready", ".status.conditions[?(@.type==\"Ready\")].message"))
                .isEqualTo("containers with unready status: [c]");
        assertThat(state("http-redirects", "restartCount")).isEqualTo("0");
    }

    @Test
    @Order(120)
    void grpcAndTcpProbesAskTheServer() {
        awaitPodReady("grpc-serves");
        awaitPodReady("tcp-serves");
        for (String pod : List.of("grpc-serves", "tcp-serves")) {
            assertThat(state(pod, "started")).isEqualTo("true");
            assertThat(state(pod, "restartCount")).isEqualTo("0");
        }
        eventually(() -> assertThat(events("Pod", "grpc-silent"))
                .anySatisfy(e -> assertThat(e).startsWith("Warning Unhealthy Readiness probe failed: ")));
        assertThat(run("kubectl get po grpc-silent").table().row("grpc-silent"))
                .containsAllEntriesOf(Map.of("READY", "0/1", "STATUS", "Running", "RESTARTS", "0"));
    }

    @Test
    @Order(130)
    void nothingButTheStartupProbeRunsUntilItSucceeds() {
        run("kubectl exec startup-holds -- ls /tmp").prints();
        assertThat(state("startup-holds", "started")).isEqualTo("false");
        run("kubectl exec startup-holds -- touch /tmp/started").succeeds();
        awaitPodReady("startup-holds");
        eventually(() -> assertThat(
                        run("kubectl exec startup-holds -- ls /tmp").succeeds().lines())
                .contains("live", "ready"));
        assertThat(state("startup-holds", "started")).isEqualTo("true");
    }

    @Test
    @Order(135)
    void aContainerThatDoesNotStartUpIsKilled() {
        eventually(() -> assertThat(get("pod never-starts", ".status.phase")).isEqualTo("Failed"));
        assertThat(events("Pod", "never-starts"))
                .anySatisfy(e -> assertThat(e).startsWith("Warning Unhealthy Startup probe failed: "))
                .anySatisfy(e -> assertThat(e).startsWith("Normal Killing Container c failed startup probe"));
        assertThat(state("never-starts", "state.terminated.exitCode")).isEqualTo("137");
    }

    @Test
    @Order(136)
    void aFailedPostStartHookEndsTheContainer() {
        eventually(() -> assertThat(get("pod bad-hook", ".status.phase")).isEqualTo("Failed"));
        assertThat(events("Pod", "bad-hook"))
                .anySatisfy(e -> assertThat(e).isEqualTo("Warning FailedPostStartHook PostStartHook failed"));
    }

    @Test
    @Order(140)
    void aPodLivesThroughAllItsStages() throws IOException {
        awaitPodReady("life");
        assertThat(run("kubectl get po life").table().row("life")).containsEntry("READY", "2/2");
        Path steps = shell().directory().resolve("log/steps");
        List<String> born = Files.readAllLines(steps);
        assertThat(born.subList(0, 3)).containsExactly("first", "sidecar", "second");
        assertThat(born.subList(3, 5)).containsExactlyInAnyOrder("main", "post-start");
        run("kubectl delete pod life").succeeds();
        assertThat(Files.readAllLines(steps).subList(5, 8)).containsExactly("pre-stop", "term", "sidecar-term");
    }

    @Test
    @Order(150)
    void whoIgnoresSigtermIsKilledAfterTheGracePeriod() {
        awaitPodReady("stubborn");
        long start = System.nanoTime();
        run("kubectl delete pod stubborn").succeeds();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1900));
    }

    @Test
    @Order(200)
    void qualityOfServiceFollowsFromRequestsAndLimits() {
        assertThat(get("pod done", ".status.qosClass")).isEqualTo("BestEffort");
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: sure}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: c
                image: sleeper
                imagePullPolicy: IfNotPresent
                resources: {limits: {cpu: 100m, memory: 32Mi}}
            """);
        awaitPodReady("sure");
        assertThat(get("pod sure", ".status.qosClass")).isEqualTo("Guaranteed");
    }
}
