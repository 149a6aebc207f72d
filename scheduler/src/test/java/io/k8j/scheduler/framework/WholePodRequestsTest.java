package io.k8j.scheduler.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a Pod that is resized as a whole needs meanwhile. */
class WholePodRequestsTest {
    private static long cpu(String wanted, String has, String granted, String reason) {
        Pod pod = new PodBuilder()
                .withNewSpec()
                .withNodeName("n")
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity(wanted)))
                .endResources()
                .addNewContainer()
                .withName("c")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewContainerStatus()
                .withName("c")
                .withNewResources()
                .endResources()
                .endContainerStatus()
                .addNewCondition()
                .withType("PodResizePending")
                .withReason(reason)
                .endCondition()
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity(has)))
                .endResources()
                .withAllocatedResources(Map.of("cpu", new Quantity(granted)))
                .endStatus()
                .build();
        return new PodRequests(new ResourceNames(), pod).count(false).get(ResourceNames.CPU);
    }

    @Test
    void theMostOfWhatItWantsHasAndIsGrantedCounts() {
        assertThat(cpu("300m", "100m", "100m", "Deferred")).isEqualTo(300);
        assertThat(cpu("100m", "300m", "200m", "Deferred")).isEqualTo(300);
        assertThat(cpu("100m", "100m", "200m", "Deferred")).isEqualTo(200);
    }

    @Test
    void whatItCannotGetDoesNotCount() {
        assertThat(cpu("300m", "100m", "100m", "Infeasible")).isEqualTo(100);
    }
}
