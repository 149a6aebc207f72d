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
    private static final Threshold MEMORY = EvictionConfig.DEFAULTS.thresholds().getFirst();
    private static final Observation LITTLE = new Observation(50 * MI + 1024, 1000 * MI);

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
        return new Candidate(pod, new PodUse(Map.of("c", usedMi * MI), Map.of(), Map.of(), Map.of(), Map.of(), 0));
    }

    private static String first(Candidate... candidates) {
        return Ranking.first(List.of(candidates), "memory")
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
        assertThat(Ranking.message(pod("p", 0, "10Mi", 20), MEMORY, LITTLE))
                .isEqualTo("The node was low on resource: memory. Threshold quantity: 100Mi, available: 51201Ki. "
                        + "Container c was using 20Mi, request is 10Mi, has larger consumption of memory. ");
        assertThat(Ranking.message(pod("p", 0, "30Mi", 20), MEMORY, LITTLE))
                .isEqualTo("The node was low on resource: memory. Threshold quantity: 100Mi, available: 51201Ki. ");
    }

    @Test
    void aStaticPodStays() {
        Candidate candidate = pod("static", 0, "", 900);
        candidate.pod().getMetadata().setAnnotations(Map.of("kubernetes.io/config.source", "file"));
        assertThat(first(candidate)).isEqualTo("none");
    }

    @Test
    void nobodyCanAskForProcessesSoThePriorityCountsFirst() {
        Candidate many = new Candidate(
                pod("many", 10, "", 0).pod(), new PodUse(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), 900));
        Candidate cheap = new Candidate(
                pod("cheap", 5, "", 0).pod(), new PodUse(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), 2));
        assertThat(Ranking.first(List.of(many, cheap), "pids")).contains(cheap);
    }
}
