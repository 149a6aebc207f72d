package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Probes of real containers. Where upstream watches for minutes that nothing is restarted, these tests count the probes
 * that the container has seen.
 */
@Order(1) // the longest waits come first, beside everything else
class ProbesIT extends ContainerTest {
    private static final int PROBES = 5;

    private void createProbed(String container) {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: probed}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: c
                %s
                """.formatted(container.indent(4).stripTrailing()));
    }

    /** A container of busybox that runs a script, and its probe. */
    private static String busybox(String script, String probe) {
        return """
                image: %s
                imagePullPolicy: IfNotPresent
                command: [sh, -c, %s]
                %s
                """.formatted(BUSYBOX, quoted(script), probe);
    }

    private void awaitLines(String inLog) {
        awaitRunning("probed");
        eventually(() -> assertThat(
                        logs("probed").lines().filter(l -> l.contains(inLog)).count())
                .isGreaterThanOrEqualTo(PROBES));
    }

    private void assertNeverRestarted() {
        assertThat(restarts("probed")).as("%s", pod("probed").getStatus()).isZero();
    }

    @Test
    @Conformance("node/ProbingContainer/8")
    void restartsAreCountedUpwards() {
        createProbed(busybox(
                "sleep 100000",
                "livenessProbe: {periodSeconds: 1, failureThreshold: 1, exec: {command: [\"false\"]}}"));
        int[] seen = {0};
        awaitPod("probed", "restarted five times", p -> {
            if (p.getStatus().getContainerStatuses().isEmpty()) return false;
            assertThat(restarts(p)).isGreaterThanOrEqualTo(seen[0]);
            seen[0] = restarts(p);
            return seen[0] >= 5;
        });
    }

    @Test
    @Conformance("node/ProbingContainer/1")
    void aLivenessProbeByHttpThatPassesRestartsNothing() {
        createProbed(
                SERVER
                        + "livenessProbe: {periodSeconds: 1, failureThreshold: 1, httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 1}");
        awaitLines("GET /healthz");
        assertNeverRestarted();
    }

    @Test
    @Conformance("node/ProbingContainer/2")
    void aLivenessProbeByGrpcThatPassesRestartsNothing() {
        createProbed("""
                image: nginx:1.25.3
                imagePullPolicy: IfNotPresent
                livenessProbe: {periodSeconds: 1, grpc: {port: 50051}, initialDelaySeconds: 1}
                """);
        awaitLines("POST /grpc.health.v1.Health/Check");
        assertNeverRestarted();
    }

    @Test
    @Conformance("node/ProbingContainer/3")
    void aLivenessProbeByCommandThatPassesRestartsNothing() {
        createProbed(busybox(
                "touch /tmp/health; sleep 100000",
                "livenessProbe: {periodSeconds: 1, timeoutSeconds: 30, initialDelaySeconds: 1,"
                        + " exec: {command: [sh, -c, \"cat /tmp/health && echo probe > /proc/1/fd/1\"]}}"));
        awaitLines("probe");
        assertNeverRestarted();
    }

    @Test
    @Conformance("node/ProbingContainer/4")
    void aLivenessProbeByTcpAsksOnlyForTheSocket() {
        createProbed(busybox(
                "exec nc -ll -p 8080 -e sh -c 'echo probe > /proc/1/fd/1; echo HTTP/1.0 500 Broken'",
                "livenessProbe: {periodSeconds: 1, initialDelaySeconds: 1, tcpSocket: {port: 8080}}"));
        awaitLines("probe");
        assertNeverRestarted();
    }

    @Test
    @Conformance("node/ProbingContainer/5")
    void errorsByHttpRestartTheContainer() {
        createProbed(busybox(
                """
                mkdir -p /www; echo ok > /www/healthz; (sleep 5; rm /www/healthz) &
                exec httpd -f -p 8080 -h /www
                """,
                "livenessProbe: {periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 2, timeoutSeconds: 30,"
                        + " httpGet: {path: /healthz, port: 8080}}"));
        awaitPod("probed", "restarted", p -> restarts(p) >= 1);
        assertThat(events("probed"))
                .anySatisfy(
                        e -> assertThat(e).contains("Liveness probe failed: HTTP probe failed with statuscode: 404"));
    }

    @Test
    @Conformance("node/ProbingContainer/6")
    void nobodyAtTheGrpcPortRestartsTheContainer() {
        createProbed("""
                image: nginx:1.25.3
                imagePullPolicy: IfNotPresent
                livenessProbe: {periodSeconds: 1, failureThreshold: 1, grpc: {port: 2333}}
                """);
        awaitPod("probed", "restarted", p -> restarts(p) >= 1);
    }

    @Test
    @Conformance("node/ProbingContainer/7")
    void aCommandThatBeginsToFailRestartsTheContainer() {
        createProbed(busybox(
                "touch /tmp/health; sleep 5; rm /tmp/health; sleep 100000",
                "livenessProbe: {periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 2, timeoutSeconds: 30,"
                        + " exec: {command: [cat, /tmp/health]}}"));
        awaitPod("probed", "restarted", p -> restarts(p) >= 1);
    }

    @Test
    @Conformance("node/ProbingContainer/9")
    void aPodIsNotReadyBeforeTheInitialDelay() {
        createProbed(
                SERVER + "readinessProbe: {periodSeconds: 1, initialDelaySeconds: 5, httpGet: {path: /, port: 8080}}");
        Pod pod = awaitReady("probed");
        Instant started = Instant.parse(pod.getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getRunning()
                .getStartedAt());
        Instant ready = pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Ready"))
                .map(PodCondition::getLastTransitionTime)
                .map(Instant::parse)
                .findFirst()
                .orElseThrow();
        // Both times are cut to seconds.
        assertThat(Duration.between(started, ready)).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
        assertNeverRestarted();
    }

    @Test
    @Conformance("node/ProbingContainer/10")
    void aReadinessProbeThatFailsNeverMakesReadyAndRestartsNothing() {
        createProbed(SERVER + "readinessProbe: {periodSeconds: 1, httpGet: {path: /broken, port: 8080}}");
        awaitRunning("probed");
        eventually(() -> {
            assertThat(isReady(pod("probed"))).isFalse();
            assertThat(logs("probed")
                            .lines()
                            .filter(l -> l.contains("GET /broken"))
                            .count())
                    .isGreaterThanOrEqualTo(PROBES);
        });
        assertThat(isReady(pod("probed"))).isFalse();
        assertNeverRestarted();
    }
}
