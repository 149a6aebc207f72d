package io.k8j.kubelet.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.kubelet.testing.TestNode;
import io.k8j.kubelet.testing.WatchedRuntime;
import io.k8j.model.time.SystemTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods that are deleted while they start, at each step of it; a finalizer holds them, as Jobs hold theirs. */
class DeletedAtStartTest {
    private static final ObjectKey KEY = new ObjectKey("default", "p");
    private static final String INIT = "'initContainers':[{'name':'i','image':'busybox:1'}],";
    private static final String SPEC =
            "{%s'restartPolicy':'Never','terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'busybox:1'}]}";

    @TempDir
    Path dir;

    private WatchedRuntime watched;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        watched = new WatchedRuntime(new SimulatedRuntime(new SystemTime(), "10.42.0."));
        node = new TestNode(watched.runtime(), dir, true);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** Deletes the Pod, once, when its worker is about to make this call, which then finds that the worker knows. */
    private void deleteBefore(String step) {
        AtomicBoolean done = new AtomicBoolean();
        watched.tell(call -> {
            boolean mine = call.equals(step) && Thread.currentThread().getName().startsWith("pod-p");
            if (!mine || !done.compareAndSet(false, true)) return;
            node.api().resources(Pod.class).delete(KEY, DeleteOptions.DEFAULT);
            await().until(() -> node.kubelet().pods().pods().stream()
                    .anyMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null));
        });
    }

    private Pod startAndAwaitEnd(String spec) {
        node.create("p", Map.of(), List.of("example.com/held"), spec);
        return node.await(
                "p",
                "let go of",
                pod -> Long.valueOf(0).equals(pod.getMetadata().getDeletionGracePeriodSeconds()));
    }

    private void release() {
        node.api()
                .resources(Pod.class)
                .patch(KEY, PatchType.JSON, List.of(Map.of("op", "remove", "path", "/metadata/finalizers")), "");
        node.awaitGone("p");
        await().untilAsserted(() ->
                assertThat(node.runtime().listPodSandboxes(Map.of())).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listPodSandboxes",
                "listContainers",
                "runPodSandbox",
                "podSandboxStatus",
                "imageStatus",
                "createContainer",
                "startContainer",
                "containerStatus"
            })
    void itEndsWithAPhaseThatSaysSo(String step) {
        deleteBefore(step);
        Pod last = startAndAwaitEnd(SPEC.formatted(""));
        assertThat(last.getStatus().getPhase()).isEqualTo("Failed");
        assertThat(last.getStatus().getContainerStatuses())
                .allSatisfy(c ->
                        assertThat(c.getState().getTerminated().getExitCode()).isNotZero());
        release();
    }

    @ParameterizedTest
    @CsvSource({"listPodSandboxes,ContainerStatusUnknown", "podSandboxStatus,ContainerStatusUnknown"})
    void containersThatNeverHadTheirTurnStillWait(String step, String reason) {
        deleteBefore(step);
        Pod last = startAndAwaitEnd(SPEC.formatted(INIT));
        assertThat(last.getStatus().getPhase()).isEqualTo("Failed");
        ContainerState first =
                last.getStatus().getInitContainerStatuses().getFirst().getState();
        assertThat(first.getTerminated().getReason()).isEqualTo(reason);
        assertThat(TestNode.container(last, 0).getState().getWaiting().getReason())
                .isEqualTo("PodInitializing");
        release();
    }
}
