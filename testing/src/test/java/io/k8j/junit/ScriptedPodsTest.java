package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.kubelet.runtime.ContainerScript;
import io.k8j.kubelet.runtime.ContainerScript.Start;
import io.k8j.kubelet.runtime.ImageScript;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What containers do that are played by a script: the real kubelet, in virtual time. */
@K8j(virtualTime = true)
class ScriptedPodsTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    @AfterEach
    void forgetScripts() {
        cluster.scripts().clear();
    }

    private static PodBuilder pod(String script) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("app")
                .withImage("example.test/app:1")
                .endContainer()
                .endSpec();
        return script.isEmpty()
                ? pod
                : pod.editMetadata()
                        .addToAnnotations(SimulatedRuntime.SCRIPT, script)
                        .endMetadata();
    }

    private void create(Pod pod) {
        client.resource(pod).create();
        cluster.awaitQuiescent();
    }

    private Pod now() {
        return client.pods().withName("p").get();
    }

    private ContainerStatus status() {
        return now().getStatus().getContainerStatuses().getFirst();
    }

    @Test
    void aContainerThatCrashesStartsAgainAfterItsBackOff() {
        create(pod("containers: {app: {starts: [{runs: 5s, exitCode: 3, message: oh}, {}]}}")
                .build());
        assertThat(status().getState().getRunning()).isNotNull();
        cluster.advance(Duration.ofSeconds(6));
        assertThat(status().getRestartCount()).isOne();
        assertThat(status().getLastState().getTerminated().getExitCode()).isEqualTo(3);
        assertThat(status().getLastState().getTerminated().getMessage()).isEqualTo("oh");
        assertThat(status().getState().getRunning()).isNotNull();
        cluster.advance(Duration.ofMinutes(5));
        assertThat(status().getRestartCount()).as("the second life goes on").isOne();
    }

    @Test
    void aContainerThatAlwaysCrashesIsInCrashLoopBackOff() {
        cluster.scripts()
                .container(
                        "example.test/app:1",
                        ContainerScript.DEFAULT.starting(Start.running(Duration.ofSeconds(1), 1)));
        create(pod("").build());
        cluster.advance(Duration.ofSeconds(30));
        assertThat(status().getState().getWaiting().getReason()).isEqualTo("CrashLoopBackOff");
        assertThat(status().getRestartCount()).isBetween(1, 4);
    }

    @Test
    void readinessFollowsTheScript() {
        create(pod("containers: {app: {starts: [{ready: {after: 20s, until: 60s}}]}}")
                .editSpec()
                .editFirstContainer()
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/")
                .withNewPort(8080)
                .endHttpGet()
                .withPeriodSeconds(5)
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .build());
        cluster.advance(Duration.ofSeconds(10));
        assertThat(status().getReady()).isFalse();
        cluster.advance(Duration.ofSeconds(15));
        assertThat(status().getReady()).isTrue();
        cluster.advance(Duration.ofSeconds(60));
        assertThat(status().getReady()).isFalse();
        assertThat(status().getRestartCount()).isZero();
    }

    @Test
    void livenessFollowsTheScript() {
        create(pod("containers: {app: {starts: [{live: {until: 20s}}, {}]}}")
                .editSpec()
                .editFirstContainer()
                .withNewLivenessProbe()
                .withNewTcpSocket()
                .withNewPort(8080)
                .endTcpSocket()
                .withPeriodSeconds(5)
                .withFailureThreshold(2)
                .endLivenessProbe()
                .endContainer()
                .endSpec()
                .build());
        cluster.advance(Duration.ofSeconds(15));
        assertThat(status().getRestartCount()).isZero();
        cluster.advance(Duration.ofSeconds(30));
        assertThat(status().getRestartCount()).isOne();
    }

    @Test
    void anImageThatCannotBePulledIsPulledAgain() {
        cluster.scripts().image("example.test/new:1", new ImageScript(2, "denied", Duration.ofSeconds(1), 1));
        create(pod("").editSpec()
                .editFirstContainer()
                .withImage("example.test/new:1")
                .endContainer()
                .endSpec()
                .build());
        cluster.advance(Duration.ofSeconds(2));
        assertThat(status().getState().getWaiting().getReason()).isIn("ErrImagePull", "ImagePullBackOff");
        assertThat(status().getState().getWaiting().getMessage()).contains("denied");
        cluster.advance(Duration.ofMinutes(2));
        assertThat(now().getStatus().getPhase()).isEqualTo("Running");
    }

    @Test
    void logLinesAreThereForThoseWhoAsk() {
        create(pod("containers: {app: {starts: [{log: [one, {after: 30s, line: two}]}]}}")
                .build());
        assertThat(client.pods().withName("p").getLog()).isEqualTo("one\n");
        cluster.advance(Duration.ofSeconds(31));
        assertThat(client.pods().withName("p").getLog()).isEqualTo("one\ntwo\n");
    }

    @Test
    void aContainerCanBeEndedFromTheTest() {
        create(pod("").editSpec().withRestartPolicy("Never").endSpec().build());
        SimulatedRuntime runtime = cluster.node("node-0").runtime();
        String id =
                runtime.running(now().getMetadata().getNamespace(), "p", "app").orElseThrow();
        runtime.exit(id, 137, "OOMKilled");
        cluster.awaitQuiescent();
        assertThat(now().getStatus().getPhase()).isEqualTo("Failed");
        assertThat(status().getState().getTerminated().getReason()).isEqualTo("OOMKilled");
    }

    @Test
    void aPodTakesItsTimeToStop() {
        create(pod("containers: {app: {stops: 10s}}").build());
        client.pods().withName("p").delete();
        cluster.awaitQuiescent();
        cluster.advance(Duration.ofSeconds(5));
        assertThat(now()).isNotNull();
        cluster.advance(Duration.ofSeconds(6));
        assertThat(now()).isNull();
    }

    @Test
    void aMistakeInAScriptIsToldInTheStatusWithLineAndField() {
        create(pod("containers:\n  app:\n    starts:\n    - {exitCode: 300}").build());
        cluster.advance(Duration.ofSeconds(2));
        assertThat(status().getState().getWaiting().getReason()).isEqualTo("CreateContainerError");
        assertThat(status().getState().getWaiting().getMessage())
                .contains("annotation simulated.k8j.io/script, line 4: containers.app.starts[0].exitCode: "
                        + "must be a whole number between 0 and 255, found \"300\"");
    }
}
