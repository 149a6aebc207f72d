package io.k8j.kubelet.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.k8j.kubelet.pods.config.CgroupFiles;
import io.k8j.kubelet.pods.config.Cgroups;
import io.k8j.kubelet.pods.spec.OomScore;
import io.k8j.kubelet.pods.spec.QosClass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a Pod's cgroup and its containers' are given where the Pod asks for resources as a whole. */
class WholePodLimitsTest {
    private static final long NODE = 1 << 30;

    private static ResourceRequirements amounts(String request, String limit) {
        return new ResourceRequirementsBuilder()
                .withRequests(Map.of("cpu", new Quantity(request), "memory", new Quantity(request + "Mi")))
                .withLimits(new HashMap<>(Map.of("cpu", new Quantity(limit), "memory", new Quantity(limit + "Mi"))))
                .build();
    }

    private static Container container(String name, ResourceRequirements resources, String restart) {
        return new ContainerBuilder()
                .withName(name)
                .withResources(resources)
                .withRestartPolicy(restart)
                .build();
    }

    private static Pod pod(ResourceRequirements whole, List<Container> init, Container... containers) {
        return new PodBuilder()
                .withNewMetadata()
                .withUid("u")
                .endMetadata()
                .withNewSpec()
                .withResources(whole)
                .withInitContainers(init)
                .withContainers(containers)
                .endSpec()
                .build();
    }

    @Test
    void aContainerWithoutALimitIsBoundedByItsPod() {
        Container bare = container("c", null, null);
        Container own = container("d", amounts("1", "2"), null);
        Pod pod = pod(amounts("2", "4"), List.of(), bare, own);
        assertThat(Cgroups.of(pod, bare, NODE).getCpuQuota()).isEqualTo(400_000);
        assertThat(Cgroups.of(pod, bare, NODE).getMemoryLimitInBytes()).isEqualTo(4 << 20);
        assertThat(Cgroups.of(pod, own, NODE).getCpuQuota()).isEqualTo(200_000);
        assertThat(Cgroups.limits(pod)).isEqualTo(new CgroupFiles.Limits(2048, 400_000, 4 << 20));
    }

    @Test
    void thePodDecidesAboutItsClass() {
        Container bare = container("c", null, null);
        assertThat(QosClass.of(pod(amounts("2", "2"), List.of(), bare))).isEqualTo(QosClass.GUARANTEED);
        assertThat(QosClass.of(pod(amounts("1", "2"), List.of(), bare))).isEqualTo(QosClass.BURSTABLE);
        assertThat(QosClass.of(pod(null, List.of(), bare))).isEqualTo(QosClass.BEST_EFFORT);
    }

    @Test
    void sidecarsCountAndOneWithoutALimitLeavesThePodUnbounded() {
        Container app = container("c", amounts("1", "2"), null);
        Container sidecar = container("s", amounts("1", "1"), "Always");
        assertThat(Cgroups.limits(pod(null, List.of(sidecar), app)))
                .isEqualTo(new CgroupFiles.Limits(2048, 300_000, 3 << 20));
        assertThat(Cgroups.limits(pod(null, List.of(container("s", null, "Always")), app)))
                .isEqualTo(new CgroupFiles.Limits(1024, 0, 0));
    }

    @Test
    void theMemoryOfThePodIsSharedOutWhenTheKernelChooses() {
        Container half = container("c", amounts("256", "512"), null);
        Container bare = container("d", null, null);
        Pod pod = pod(amounts("512", "512"), List.of(), half, bare);
        pod.getSpec().getResources().getLimits().remove("cpu"); // burstable
        assertThat(OomScore.of(pod, half, NODE)).isEqualTo(1000 - 375);
        assertThat(OomScore.of(pod, bare, NODE)).isEqualTo(1000 - 125);
        Pod served = pod(null, List.of(container("s", null, "Always")), half);
        assertThat(OomScore.of(served, served.getSpec().getInitContainers().getFirst(), NODE))
                .as("no earlier than its app")
                .isEqualTo(750);
    }

    @Test
    void aCriticalPodGoesLast() {
        Pod pod = pod(null, List.of(), container("c", null, null));
        pod.getSpec().setPriorityClassName("system-node-critical");
        assertThat(OomScore.of(pod, pod.getSpec().getContainers().getFirst(), NODE))
                .isEqualTo(-997);
    }
}
