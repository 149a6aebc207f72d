package io.k8j.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.model.usage.Usage;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlayedUsageTest {
    private static Pod pod(Map<String, String> annotations) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("a")
                .endContainer()
                .addNewContainer()
                .withName("b")
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void eachContainerUsesWhatTheAnnotationsSay() {
        Usage each = new Usage(250_000_000, 64 << 20);
        assertThat(PlayedUsage.containers(pod(Map.of(PlayedUsage.CPU, "250m", PlayedUsage.MEMORY, "64Mi"))))
                .isEqualTo(Map.of("a", each, "b", each));
    }

    @Test
    void aPodThatSaysNothingUsesKwoksAmounts() {
        assertThat(PlayedUsage.containers(pod(null))).containsEntry("a", new Usage(1_000_000, 1 << 20));
    }

    @Test
    void whatIsNoAmountSaysNothing() {
        assertThat(PlayedUsage.containers(pod(Map.of(PlayedUsage.CPU, "much", PlayedUsage.MEMORY, "-1"))))
                .containsEntry("a", new Usage(1_000_000, 0));
    }
}
