package io.k8j.kubelet.pods;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Resources of running Pods are changed through the API, over a simulated runtime. */
class ResizeTest extends SimulatedNodeCase {
    private static final ObjectKey KEY = new ObjectKey("default", "p");
    private static final String SPEC = """
        {'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'busybox:1',
         'resizePolicy':[{'resourceName':'cpu','restartPolicy':'NotRequired'},
                         {'resourceName':'memory','restartPolicy':'RestartContainer'}],
         'resources':{'requests':{'cpu':'100m','memory':'32Mi'},'limits':{'cpu':'200m','memory':'64Mi'}}}]}\
        """;

    private void resize(String kind, String resource, String amount) {
        Map<String, Object> container = Map.of("name", "c", "resources", Map.of(kind, Map.of(resource, amount)));
        node.api()
                .resources(Pod.class)
                .patch(KEY, PatchType.STRATEGIC, Map.of("spec", Map.of("containers", List.of(container))), "resize");
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst();
    }

    private Pod running() {
        node.create("p", SPEC);
        return node.await(
                "p",
                "running",
                pod -> pod.getStatus().getContainerStatuses().size() == 1
                        && container(pod, 0).getState().getRunning() != null);
    }

    private static boolean hasLimit(Pod pod, String resource, String amount) {
        return new Quantity(amount)
                .equals(container(pod, 0).getResources().getLimits().get(resource));
    }

    @Test
    void newLimitsReachTheContainerWithoutARestart() {
        String id = container(running(), 0).getContainerID();
        resize("limits", "cpu", "300m");
        Pod resized = node.await(
                "p",
                "the new limit",
                pod -> hasLimit(pod, "cpu", "300m")
                        && condition(pod, "PodResizeInProgress").isEmpty());
        assertThat(container(resized, 0).getContainerID()).isEqualTo(id);
        assertThat(container(resized, 0).getRestartCount()).isZero();
        var limits = ((SimulatedRuntime) node.runtime()).limitsOf(id.replaceFirst(".*://", ""));
        assertThat(limits).hasValueSatisfying(l -> assertThat(l.getCpuQuota()).isEqualTo(30_000));
        String what =
                ": {\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"cpu\":\"300m\",\"memory\":\"64Mi\"},"
                        + "\"requests\":{\"cpu\":\"100m\",\"memory\":\"32Mi\"}}}],\"generation\":2}";
        awaitEvent("p", "ResizeStarted: Pod resize started" + what);
        awaitEvent("p", "ResizeCompleted: Pod resize completed" + what);
        resize("requests", "cpu", "150m");
        node.await(
                "p",
                "the new request",
                pod -> new Quantity("150m")
                        .equals(container(pod, 0).getAllocatedResources().get("cpu")));
    }

    @Test
    void aContainerThatWantsARestartGetsOne() {
        running();
        resize("limits", "memory", "96Mi");
        Pod resized = node.await(
                "p",
                "restarted with the new limit",
                pod -> container(pod, 0).getRestartCount() == 1
                        && container(pod, 0).getState().getRunning() != null
                        && hasLimit(pod, "memory", "96Mi")
                        && condition(pod, "PodResizeInProgress").isEmpty());
        assertThat(condition(resized, "PodResizePending")).isEmpty();
        awaitEvent("p", "Killing: Container c resize requires restart");
    }

    @Test
    void moreThanTheNodeHasIsInfeasible() {
        running();
        resize("limits", "cpu", "1000000");
        resize("requests", "cpu", "1000000");
        Pod pending = node.await(
                "p",
                "pending",
                pod -> condition(pod, "PodResizePending")
                        .filter(c -> "Infeasible".equals(c.getReason()))
                        .isPresent());
        assertThat(condition(pending, "PodResizePending").orElseThrow().getMessage())
                .startsWith("Node didn't have enough capacity: cpu, requested: 1000000000, capacity: ");
        assertThat(container(pending, 0).getAllocatedResources().get("cpu")).isEqualTo(new Quantity("100m"));
        resize("requests", "cpu", "110m");
        node.await(
                "p",
                "granted",
                pod -> condition(pod, "PodResizePending").isEmpty()
                        && new Quantity("110m")
                                .equals(container(pod, 0)
                                        .getAllocatedResources()
                                        .get("cpu")));
    }

    @Test
    void aGrantSurvivesTheNodeAgentAndANewWishIsSeenAfterwards() throws Exception {
        String id = container(running(), 0).getContainerID();
        node.stopKubelet();
        resize("limits", "cpu", "400m");
        node.startKubelet();
        Pod resized = node.await("p", "the new limit", pod -> hasLimit(pod, "cpu", "400m"));
        assertThat(container(resized, 0).getContainerID()).isEqualTo(id);
        assertThat(((SimulatedRuntime) node.runtime()).limitsOf(id.replaceFirst(".*://", "")))
                .isPresent();
        node.api().resources(Pod.class).delete(KEY, DeleteOptions.DEFAULT);
        node.awaitGone("p");
    }
}
