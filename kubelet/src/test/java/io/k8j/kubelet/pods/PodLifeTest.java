package io.k8j.kubelet.pods;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.kubelet.testing.TestNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The life of Pods over a simulated runtime and a real API server. */
class PodLifeTest extends SimulatedNodeCase {
    private static final String ONE =
            "{'containers':[{'name':'c','image':'busybox:1'}],'terminationGracePeriodSeconds':1}";

    private static boolean isTrue(Pod pod, String condition) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals(condition) && "True".equals(c.getStatus()));
    }

    private Pod awaitReady(String name) {
        return node.await(name, "ready", pod -> isTrue(pod, "Ready"));
    }

    private Pod awaitWaiting(String reason) {
        return node.await("p", reason, pod -> {
            if (pod.getStatus().getContainerStatuses().isEmpty()) return false;
            ContainerState state = container(pod, 0).getState();
            return state.getWaiting() != null
                    && reason.equals(state.getWaiting().getReason());
        });
    }

    private void exit(String containerId) {
        ((SimulatedRuntime) node.runtime()).exit(containerId.replaceFirst(".*://", ""), 0, "");
    }

    @Test
    void aPodRunsAndIsReadyAndGoesWhenItIsDeleted() {
        node.create("p", ONE);
        Pod pod = awaitReady("p");
        assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
        assertThat(pod.getStatus().getPodIP()).startsWith("10.42.0.");
        assertThat(pod.getStatus().getHostIP()).isEqualTo("127.0.0.1");
        assertThat(pod.getStatus().getConditions())
                .allSatisfy(c -> assertThat(c.getReason()).as(c.getType()).isNull());
        assertThat(container(pod, 0).getContainerID()).startsWith("simulated://");
        assertThat(container(pod, 0).getStarted()).isTrue();
        awaitEvent("p", "Pulling: Pulling image \"busybox:1\"");
        awaitEvent("p", "Created: Container created");
        awaitEvent("p", "Started: Container started");
        delete("p", DeleteOptions.DEFAULT);
        await().untilAsserted(() ->
                assertThat(node.runtime().listPodSandboxes(Map.of())).isEmpty());
        awaitEvent("p", "Killing: Stopping container c");
    }

    @Test
    void theNodeRegistersAndIsReady() {
        await().ignoreExceptions().untilAsserted(() -> {
            Node found = node.api().resources(Node.class).get(ObjectKey.of(TestNode.NAME));
            assertThat(found.getMetadata().getLabels()).containsEntry("kubernetes.io/hostname", TestNode.NAME);
            assertThat(found.getStatus().getConditions())
                    .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
            assertThat(found.getStatus().getNodeInfo().getContainerRuntimeVersion())
                    .isEqualTo("simulated://1.0.0");
        });
    }

    @Test
    void aContainerThatEndsWellMakesThePodSucceed() {
        node.create(
                "p",
                Map.of(SimulatedRuntime.EXIT_AFTER, "50"),
                "{'restartPolicy':'Never','containers':[{'name':'c','image':'busybox:1'}]}");
        Pod pod = node.awaitPhase("p", "Succeeded");
        assertThat(container(pod, 0).getState().getTerminated().getReason()).isEqualTo("Completed");
        assertThat(isTrue(pod, "Initialized")).isTrue();
        assertThat(isTrue(pod, "Ready")).isFalse();
    }

    @Test
    void aContainerThatKeepsFailingIsRestartedOnceAndThenBacksOff() {
        node.create("p", Map.of(SimulatedRuntime.EXIT_AFTER, "20", SimulatedRuntime.EXIT_CODE, "1"), ONE);
        Pod pod = awaitWaiting("CrashLoopBackOff");
        assertThat(container(pod, 0).getRestartCount()).isEqualTo(1);
        assertThat(container(pod, 0).getLastState().getTerminated().getExitCode())
                .isEqualTo(1);
        assertThat(container(pod, 0).getState().getWaiting().getMessage())
                .startsWith("back-off 10s restarting failed container=c pod=p_default(");
        assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    }

    @Test
    void anExitMayStartAllContainersAnew() {
        node.create("p", """
            {'restartPolicy':'Never',
             'initContainers':[{'name':'i','image':'busybox:1'}],
             'containers':[{'name':'a','image':'busybox:1','restartPolicy':'Never','restartPolicyRules':[
                 {'action':'RestartAllContainers','exitCodes':{'operator':'In','values':[42]}}]},
               {'name':'b','image':'busybox:1'}]}\
            """);
        Pod pod = node.await(
                "p",
                "initialization",
                p -> !p.getStatus().getInitContainerStatuses().isEmpty()
                        && init(p, 0).getState().getRunning() != null);
        exit(init(pod, 0).getContainerID());
        pod = awaitReady("p");
        String first = container(pod, 1).getContainerID();
        assertThat(isTrue(pod, "AllContainersRestarting")).isFalse();
        ((SimulatedRuntime) node.runtime())
                .exit(container(pod, 0).getContainerID().replaceFirst(".*://", ""), 42, "");
        pod = node.await(
                "p",
                "initialization again",
                p -> init(p, 0).getState().getRunning() != null && init(p, 0).getRestartCount() == 1);
        assertThat(container(pod, 1).getState().getWaiting()).isNotNull();
        assertThat(container(pod, 1).getLastState().getTerminated().getReason()).isEqualTo("RestartingAllContainers");
        assertThat(isTrue(pod, "Initialized"))
                .as("what was initialized stays so")
                .isTrue();
        exit(init(pod, 0).getContainerID());
        pod = node.await(
                "p", "all run again", p -> isTrue(p, "Ready") && container(p, 1).getRestartCount() == 1);
        assertThat(container(pod, 0).getRestartCount()).isEqualTo(1);
        assertThat(container(pod, 1).getContainerID()).isNotEqualTo(first);
        assertThat(container(pod, 1).getLastState().getTerminated().getReason()).isEqualTo("RestartingAllContainers");
        assertThat(isTrue(pod, "AllContainersRestarting")).isFalse();
        assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    }

    @Test
    void initContainersRunOneAfterTheOtherBeforeTheOthers() {
        node.create("p", """
            {'initContainers':[{'name':'i1','image':'busybox:1'},{'name':'i2','image':'busybox:1'}],
             'containers':[{'name':'c','image':'busybox:1'}]}\
            """);
        Pod pod = node.await(
                "p",
                "first runs",
                p -> !p.getStatus().getInitContainerStatuses().isEmpty()
                        && init(p, 0).getState().getRunning() != null);
        assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(container(pod, 0).getState().getWaiting().getReason()).isEqualTo("PodInitializing");
        exit(init(pod, 0).getContainerID());
        pod = node.await("p", "second runs", p -> init(p, 1).getState().getRunning() != null);
        assertThat(init(pod, 0).getReady()).isTrue();
        exit(init(pod, 1).getContainerID());
        assertThat(isTrue(awaitReady("p"), "Initialized")).isTrue();
    }

    private static ContainerStatus init(Pod pod, int index) {
        return pod.getStatus().getInitContainerStatuses().get(index);
    }

    @Test
    void aSidecarRunsBesideTheOthersAndEndsAfterThem() {
        node.create("p", """
            {'restartPolicy':'Never',
             'initContainers':[{'name':'s','image':'busybox:1','restartPolicy':'Always'}],
             'containers':[{'name':'c','image':'busybox:1'}]}\
            """);
        Pod pod = awaitReady("p");
        assertThat(init(pod, 0).getState().getRunning()).isNotNull();
        exit(container(pod, 0).getContainerID());
        pod = node.awaitPhase("p", "Succeeded");
        assertThat(init(pod, 0).getState().getTerminated()).isNotNull();
    }

    @Test
    void anImageIsMountedAsAVolume() {
        node.create("p", """
            {'containers':[{'name':'c','image':'busybox:1','volumeMounts':[
                 {'name':'v','mountPath':'/data','subPath':'usr/share'}]}],
             'volumes':[{'name':'v','image':{'reference':'registry.example/data:1','pullPolicy':'Always'}}]}\
            """);
        Pod pod = awaitReady("p");
        awaitEvent("p", "Pulling: Pulling image \"registry.example/data:1\"");
        String id = container(pod, 0).getContainerID().replaceFirst(".*://", "");
        assertThat(node.runtime().containerStatus(id).getMountsList())
                .filteredOn(mount -> mount.getContainerPath().equals("/data"))
                .singleElement()
                .satisfies(mount -> {
                    assertThat(mount.getImage().getImage()).isNotEmpty();
                    assertThat(mount.getImageSubPath()).isEqualTo("usr/share");
                    assertThat(mount.getReadonly()).isTrue();
                    assertThat(mount.getHostPath()).isEmpty();
                });
    }

    @Test
    void anImagePulledWithASecretIsNotThereForOthers() {
        String auths = "{\"auths\":{\"registry.example\":{\"username\":\"u\",\"password\":\"p\"}}}";
        node.api()
                .resources(Secret.class)
                .create(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("s")
                        .endMetadata()
                        .withType("kubernetes.io/dockerconfigjson")
                        .addToStringData(".dockerconfigjson", auths)
                        .build());
        String spec = "{%s'containers':[{'name':'c','image':'registry.example/app:1'}]}";
        String withSecret = spec.formatted("'imagePullSecrets':[{'name':'s'}],");
        String there =
                "Pulled: Container image \"registry.example/app:1\" already present on machine and can be accessed"
                        + " by the pod";
        node.create("p", withSecret);
        awaitReady("p");
        awaitEvent("p", "Pulling: Pulling image \"registry.example/app:1\"");
        node.create("same", withSecret);
        awaitReady("same");
        awaitEvent("same", there);
        node.create("other", spec.formatted(""));
        awaitReady("other");
        awaitEvent("other", "Pulling: Pulling image \"registry.example/app:1\"");
        node.create("third", spec.formatted(""));
        awaitReady("third");
        awaitEvent("third", there); // the registry has given it to anybody meanwhile
    }

    @Test
    void theHookOfASidecarDoesNotWaitForTheOthersToEnd() {
        String script = "containers: {c: {stops: 10m}, s: {exec: [{command: bye, exitCode: 1}]}}";
        node.create("p", Map.of(SimulatedRuntime.SCRIPT, script), """
            {'terminationGracePeriodSeconds':300,
             'initContainers':[{'name':'s','image':'busybox:1','restartPolicy':'Always',
                                'lifecycle':{'preStop':{'exec':{'command':['bye']}}}}],
             'containers':[{'name':'c','image':'busybox:1'}]}\
            """);
        awaitReady("p");
        node.api().resources(Pod.class).delete(new ObjectKey("default", "p"), DeleteOptions.DEFAULT);
        awaitEvent("p", "FailedPreStopHook: PreStopHook failed"); // long before the five minutes are over
        delete("p", DeleteOptions.DEFAULT.gracePeriod(0));
    }

    @Test
    void aMissingImageIsToldAndBacksOff() {
        node.create("p", "{'containers':[{'name':'c','image':'missing:1'}]}");
        Pod pod = awaitWaiting("ImagePullBackOff");
        assertThat(container(pod, 0).getState().getWaiting().getMessage())
                .startsWith("Back-off pulling image \"missing:1\": ErrImagePull: rpc error: code = NotFound desc = ");
        awaitEvent("p", "Failed: Error: ErrImagePull");
        awaitEvent("p", "Failed: Error: ImagePullBackOff");
    }

    @Test
    void aMissingConfigMapHoldsTheContainerBackUntilItComes() {
        node.create("p", """
            {'containers':[{'name':'c','image':'busybox:1','env':[{'name':'A',
             'valueFrom':{'configMapKeyRef':{'name':'m','key':'k'}}}]}]}\
            """);
        Pod pod = awaitWaiting("CreateContainerConfigError");
        assertThat(container(pod, 0).getState().getWaiting().getMessage()).isEqualTo("configmap \"m\" not found");
        node.create(
                ConfigMap.class,
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'default'},'data':{'k':'v'}}");
        awaitReady("p");
    }

    @Test
    void aFailingLivenessProbeRestartsTheContainer() {
        node.create("p", """
            {'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'busybox:1',
             'livenessProbe':{'exec':{'command':['false']},'periodSeconds':1,'failureThreshold':1}}]}\
            """);
        node.await(
                "p",
                "restarted",
                p -> !p.getStatus().getContainerStatuses().isEmpty()
                        && container(p, 0).getRestartCount() > 0);
        awaitEvent("p", "Killing: Container c failed liveness probe, will be restarted");
    }

    @Test
    void aFailingReadinessProbeKeepsThePodUnready() {
        node.create("p", """
            {'containers':[{'name':'c','image':'busybox:1',
             'readinessProbe':{'exec':{'command':['false']},'periodSeconds':1}}]}\
            """);
        node.awaitPhase("p", "Running");
        await().untilAsserted(() ->
                assertThat(node.events("p")).anyMatch(e -> e.startsWith("Unhealthy: Readiness probe failed")));
        Pod pod = node.find("p").orElseThrow();
        assertThat(isTrue(pod, "Ready")).isFalse();
        assertThat(pod.getStatus().getConditions())
                .anyMatch(c -> "containers with unready status: [c]".equals(c.getMessage()));
        assertThat(container(pod, 0).getRestartCount()).isZero();
    }

    @Test
    void aRestartedNodeAgentTakesUpWhatRuns() throws Exception {
        node.create("p", ONE);
        Pod before = awaitReady("p");
        node.stopKubelet();
        node.startKubelet();
        node.create("q", ONE);
        awaitReady("q");
        Pod after = node.find("p").orElseThrow();
        assertThat(container(after, 0).getContainerID())
                .isEqualTo(container(before, 0).getContainerID());
        assertThat(isTrue(after, "Ready")).isTrue();
    }

    @Test
    void aPodForcedAwayLeavesNothingBehind() {
        node.create("p", ONE);
        awaitReady("p");
        delete("p", DeleteOptions.DEFAULT.gracePeriod(0));
        await().untilAsserted(() ->
                assertThat(node.runtime().listPodSandboxes(Map.of())).isEmpty());
    }

    @Test
    void aDeadlineEndsThePod() {
        node.create("p", """
            {'activeDeadlineSeconds':1,'terminationGracePeriodSeconds':1,
             'containers':[{'name':'c','image':'busybox:1'}]}\
            """);
        Pod pod = node.awaitPhase("p", "Failed");
        assertThat(pod.getStatus().getReason()).isEqualTo("DeadlineExceeded");
    }
}
