package io.k8j.kubelet.pods;

import static io.k8j.kubelet.testing.TestNode.container;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.kubelet.cri.v1.LinuxContainerResources;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.model.json.Json;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Resources of a Pod as a whole, and of its init containers, are changed while it runs, over a simulated runtime. */
class WholePodResizeTest extends SimulatedNodeCase {
    private static final ObjectKey KEY = new ObjectKey("default", "p");

    /** Its container is bounded by its Pod only. */
    private static final String WHOLE = """
        {'terminationGracePeriodSeconds':1,'resources':{'requests':{'cpu':'100m','memory':'32Mi'},
          'limits':{'cpu':'200m','memory':'64Mi'}},'containers':[{'name':'c','image':'busybox:1'%s}]}\
        """;

    private void resize(String spec) {
        node.api()
                .resources(Pod.class)
                .patch(KEY, PatchType.STRATEGIC, Map.of("spec", Json.parseObject(spec.replace('\'', '"'))), "resize");
    }

    private Pod running() {
        return node.await(
                "p",
                "running",
                pod -> pod.getStatus().getContainerStatuses().size() == 1
                        && container(pod, 0).getState().getRunning() != null);
    }

    private static boolean has(Pod pod, String cpu, String memory) {
        ResourceRequirements has = pod.getStatus().getResources();
        Map<String, Quantity> limits = has == null ? Map.of() : has.getLimits();
        return new Quantity(cpu).equals(limits.get("cpu"))
                && new Quantity(memory).equals(limits.get("memory"))
                && condition(pod, "PodResizeInProgress").isEmpty();
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst();
    }

    /** The limits that its container got while it ran; empty if it has those that it began with. */
    private Optional<LinuxContainerResources> limits(Pod pod) {
        String id = container(pod, 0).getContainerID().replaceFirst(".*://", "");
        return ((SimulatedRuntime) node.runtime()).limitsOf(id);
    }

    @Test
    void newBoundsOfThePodReachContainersThatHaveNone() {
        node.create("p", WHOLE.formatted(""));
        running();
        Pod before = node.await("p", "its bounds", pod -> has(pod, "200m", "64Mi"));
        assertThat(before.getStatus().getAllocatedResources())
                .isEqualTo(Map.of("cpu", new Quantity("100m"), "memory", new Quantity("32Mi")));
        resize("{'resources':{'requests':{'cpu':'150m'},'limits':{'cpu':'300m','memory':'96Mi'}}}");
        Pod after = node.await("p", "the new bounds", pod -> has(pod, "300m", "96Mi"));
        assertThat(container(after, 0).getContainerID())
                .isEqualTo(container(before, 0).getContainerID());
        assertThat(after.getStatus().getAllocatedResources()).containsEntry("cpu", new Quantity("150m"));
        assertThat(after.getStatus().getResources().getRequests()).containsEntry("cpu", new Quantity("150m"));
        assertThat(limits(after).orElseThrow().getCpuQuota()).isEqualTo(30_000);
        assertThat(limits(after).orElseThrow().getMemoryLimitInBytes()).isEqualTo(96 << 20);
    }

    @Test
    void aContainerIsRestartedForItsPodsBoundsIfItsPolicySaysSo() {
        node.create(
                "p", WHOLE.formatted(",'resizePolicy':[{'resourceName':'memory','restartPolicy':'RestartContainer'}]"));
        running();
        resize("{'resources':{'limits':{'memory':'96Mi'}}}");
        Pod after = node.await(
                "p", "restarted", pod -> container(pod, 0).getRestartCount() == 1 && has(pod, "200m", "96Mi"));
        assertThat(container(after, 0).getState().getRunning()).isNotNull();
    }

    @Test
    void moreThanTheNodeHasIsInfeasibleForThePodAsAWhole() {
        node.create("p", WHOLE.formatted(""));
        running();
        resize("{'resources':{'limits':{'cpu':'1000000'},'requests':{'cpu':'1000000'}}}");
        Pod pending = node.await(
                "p",
                "pending",
                pod -> condition(pod, "PodResizePending")
                        .filter(c -> "Infeasible".equals(c.getReason()))
                        .isPresent());
        assertThat(has(pending, "200m", "64Mi")).isTrue();
        assertThat(pending.getStatus().getAllocatedResources()).containsEntry("cpu", new Quantity("100m"));
        resize("{'resources':{'requests':{'cpu':'110m'},'limits':{'cpu':'200m'}}}");
        node.await(
                "p",
                "granted",
                pod -> condition(pod, "PodResizePending").isEmpty()
                        && new Quantity("110m")
                                .equals(pod.getStatus().getAllocatedResources().get("cpu")));
    }

    @Test
    void lessMemoryThanIsInUseIsAnErrorUntilThereIsEnoughAgain() {
        node.create("p", Map.of(SimulatedRuntime.SCRIPT, "{containers: {c: {memory: 16Mi}}}"), WHOLE.formatted(""));
        running();
        resize("{'resources':{'requests':{'memory':'10Ki'},'limits':{'memory':'10Ki'}}}");
        Pod stuck = node.await(
                "p",
                "an error",
                pod -> condition(pod, "PodResizeInProgress")
                        .filter(c -> "Error".equals(c.getReason()))
                        .isPresent());
        assertThat(condition(stuck, "PodResizeInProgress").orElseThrow().getMessage())
                .isEqualTo("cannot decrease memory limits: [attempting to set pod memory limit (10240) below current"
                        + " usage (16777216), attempting to set container \"c\" memory limit (10240) below current"
                        + " usage (16777216)]");
        assertThat(stuck.getStatus().getResources().getLimits()).containsEntry("memory", new Quantity("64Mi"));
        assertThat(limits(stuck)).isEmpty();
        resize("{'resources':{'limits':{'memory':'48Mi'}}}");
        Pod after = node.await("p", "a smaller bound", pod -> has(pod, "200m", "48Mi"));
        assertThat(limits(after).orElseThrow().getMemoryLimitInBytes()).isEqualTo(48 << 20);
    }

    @Test
    void anInitContainerThatRunsIsResizedInPlace() {
        node.create("p", """
            {'terminationGracePeriodSeconds':1,'containers':[{'name':'c','image':'busybox:1'}],
             'initContainers':[{'name':'i','image':'busybox:1',
               'resources':{'requests':{'cpu':'100m'},'limits':{'cpu':'200m'}}}]}\
            """);
        Pod before = node.await(
                "p",
                "initializing",
                pod -> pod.getStatus().getInitContainerStatuses().stream()
                        .anyMatch(status -> status.getState().getRunning() != null));
        String id = before.getStatus().getInitContainerStatuses().getFirst().getContainerID();
        resize("{'initContainers':[{'name':'i','resources':{'limits':{'cpu':'300m'}}}]}");
        Pod after = node.await(
                "p",
                "the new limit",
                pod -> new Quantity("300m")
                        .equals(pod.getStatus()
                                .getInitContainerStatuses()
                                .getFirst()
                                .getResources()
                                .getLimits()
                                .get("cpu")));
        assertThat(after.getStatus().getInitContainerStatuses().getFirst().getContainerID())
                .isEqualTo(id);
        String bare = id.replaceFirst(".*://", "");
        assertThat(((SimulatedRuntime) node.runtime())
                        .limitsOf(bare)
                        .orElseThrow()
                        .getCpuQuota())
                .isEqualTo(30_000);
    }
}
