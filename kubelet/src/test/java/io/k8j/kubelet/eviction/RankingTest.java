package io.k8j.kubelet.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.eviction.Ranking.Candidate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankingTest {
    private static final long MI = 1 << 20;
    private static final Shortage MEMORY = new Shortage("memory", 100 * MI, 50 * MI + 1024);

    private static Candidate pod(String name, int priority, String request, long usedMi) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPriority(priority)
                .addNewContainer()
                .withName("c")
                .withNewResources()
                .withRequests(request.isEmpty() ? Map.of() : Map.of("memory", new Quantity(request)))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
        return new Candidate(pod, Map.of("c", usedMi * MI));
    }

    private static String first(Candidate... candidates) {
        return Ranking.first(List.of(candidates), MEMORY)
                .map(candidate -> candidate.pod().getMetadata().getName())
                .orElse("none");
    }

    @Test
    void whoExceedsItsRequestGoesBeforeWhoDoesNotWhateverItsPriority() {
        assertThat(first(pod("modest", 0, "200Mi", 150), pod("greedy", 1000, "10Mi", 20)))
                .isEqualTo("greedy");
    }

    @Test
    void amongThoseLowPrioritiesGoFirst() {
        assertThat(first(pod("dear", 10, "", 500), pod("cheap", 5, "", 20))).isEqualTo("cheap");
    }

    @Test
    void amongEqualsTheOneThatExceedsMost() {
        assertThat(first(pod("little", 0, "100Mi", 120), pod("much", 0, "10Mi", 90)))
                .isEqualTo("much");
    }

    @Test
    void whatKeepsTheClusterGoingStays() {
        assertThat(first(pod("critical", 2_000_000_000, "", 900))).isEqualTo("none");
        assertThat(first()).isEqualTo("none");
    }

    @Test
    void theMessageIsUpstreams() {
        assertThat(Ranking.message(pod("p", 0, "10Mi", 20), MEMORY))
                .isEqualTo("The node was low on resource: memory. Threshold quantity: 100Mi, available: 51201Ki. "
                        + "Container c was using 20Mi, request is 10Mi, has larger consumption of memory. ");
        assertThat(Ranking.message(pod("p", 0, "30Mi", 20), MEMORY))
                .isEqualTo("The node was low on resource: memory. Threshold quantity: 100Mi, available: 51201Ki. ");
    }

    @Test
    void shortagesFollowFromUpstreamsThresholds() {
        assertThat(new Signals(100 * MI, 10, 100).shortages()).isEmpty();
        assertThat(new Signals(100 * MI - 1, 10, 100).isShortOf("memory")).isTrue();
        assertThat(new Signals(Long.MAX_VALUE, 9, 100).shortages())
                .containsExactly(new Shortage("ephemeral-storage", 10, 9));
        assertThat(new Signals(Long.MAX_VALUE, Long.MAX_VALUE, 0).shortages()).isEmpty();
    }
}
