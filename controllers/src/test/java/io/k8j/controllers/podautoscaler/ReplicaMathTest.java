package io.k8j.controllers.podautoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.controllers.podautoscaler.ReplicaMath.Proposal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The situations of upstream's replica_calculator_test.go, by its names. */
class ReplicaMathTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Tolerances USUAL = new Tolerances(0.1, 0.1);

    /** Letters of a Pod: R ready, u unready since its start, h ready but hot, F failed, D deleted, P pending. */
    private static Pod pod(int number, char state, String request) {
        boolean ready = state == 'R' || state == 'h';
        boolean hot = state == 'h';
        String phase = state == 'F' ? "Failed" : state == 'P' ? "Pending" : "Running";
        return new PodBuilder()
                .withNewMetadata()
                .withName("p" + number)
                .withDeletionTimestamp(state == 'D' ? NOW.toString() : null)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withNewResources()
                .addToRequests("cpu", new Quantity(request))
                .endResources()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .withStartTime(NOW.minusSeconds(hot ? 30 : 3600).toString())
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .withLastTransitionTime(
                        NOW.minusSeconds(hot ? 10 : state == 'u' ? 3600 : 1800).toString())
                .endCondition()
                .endStatus()
                .build();
    }

    private static List<Pod> pods(String states, String... requests) {
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i < states.length(); i++) {
            pods.add(pod(i, states.charAt(i), requests.length == 0 ? "1" : requests[i]));
        }
        return pods;
    }

    private static Map<String, PodSample> samples(long... levels) {
        Map<String, PodSample> samples = new HashMap<>();
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] >= 0) samples.put("p" + i, new PodSample(NOW, Duration.ofMinutes(1), levels[i]));
        }
        return samples;
    }

    private static ReplicaMath math(boolean cpu) {
        return new ReplicaMath(USUAL, new PodGroups.Youth(cpu, Duration.ofMinutes(2), Duration.ofSeconds(10), NOW));
    }

    private record Case(String name, int current, String states, int target, long[] levels, Proposal expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case at(String name, int current, String states, int target, Proposal expected, long... levels) {
        return new Case(name, current, states, target, levels, expected);
    }

    static Stream<Case> utilizations() {
        return Stream.of(
                at("ScaleUp", 3, "RRR", 30, new Proposal(5, 50, 500), 300, 500, 700),
                at("ScaleUpUnreadyLessScale", 3, "uRR", 30, new Proposal(4, 60, 600), 300, 500, 700),
                at("ScaleUpHotCpuLessScale", 3, "hRR", 30, new Proposal(4, 60, 600), 300, 500, 700),
                at("ScaleUpUnreadyNoScale", 3, "Ruu", 30, new Proposal(3, 40, 400), 400, 500, 700),
                at("ScaleUpHotCpuNoScale", 3, "Rhh", 30, new Proposal(3, 40, 400), 400, 500, 700),
                at("ScaleUpIgnoresFailedPods", 2, "RRFF", 30, new Proposal(4, 60, 600), 500, 700),
                at("ScaleUpIgnoresDeletionPods", 2, "RRDD", 30, new Proposal(4, 60, 600), 500, 700),
                at("ScaleDown", 5, "RRRRR", 50, new Proposal(3, 28, 280), 100, 300, 500, 250, 250),
                at("ScaleDownIncludeUnreadyPods", 5, "RRRuu", 50, new Proposal(2, 30, 300), 100, 300, 500, 250, 250),
                at("ScaleDownExcludeUnscheduledPods", 5, "RPPPP", 50, new Proposal(1, 10, 100), 100),
                at("ScaleDownIgnoreHotCpuPods", 5, "RRRhh", 50, new Proposal(2, 30, 300), 100, 300, 500, 250, 250),
                at(
                        "SuperfluousMetrics",
                        4,
                        "RRRR",
                        100,
                        new Proposal(24, 587, 5875),
                        4000,
                        9500,
                        3000,
                        7000,
                        3200,
                        2000),
                at("MissingMetrics", 4, "RRRR", 100, new Proposal(3, 24, 247), 400, 95),
                at("MissingMetricsNoChangeEq", 2, "RR", 100, new Proposal(2, 100, 1000), 1000),
                at("MissingMetricsNoChangeGt", 2, "RR", 100, new Proposal(2, 190, 1900), 1900),
                at("MissingMetricsNoChangeLt", 2, "RR", 100, new Proposal(2, 60, 600), 600),
                at("MissingMetricsUnreadyChange", 3, "uRR", 50, new Proposal(3, 45, 450), 100, 450),
                at("MissingMetricsHotCpuNoChange", 3, "hRR", 50, new Proposal(3, 45, 450), 100, 450),
                at("MissingMetricsUnreadyScaleUp", 3, "uRR", 50, new Proposal(4, 200, 2000), 100, 2000),
                at("MissingMetricsHotCpuScaleUp", 3, "hRR", 50, new Proposal(4, 200, 2000), 100, 2000),
                at("MissingMetricsUnreadyScaleDown", 4, "uRRR", 50, new Proposal(3, 10, 100), 100, 100, 100));
    }

    @ParameterizedTest
    @MethodSource("utilizations")
    void scalesByUtilization(Case c) {
        assertThat(math(true).utilization(c.current, c.target, "cpu", "", pods(c.states), samples(c.levels)))
                .isEqualTo(c.expected);
    }

    static Stream<Case> averages() {
        return Stream.of(
                at("ScaleUpCM", 3, "RRR", 15000, new Proposal(4, 0, 20000), 20000, 10000, 30000),
                at(
                        "ScaleUpCMUnreadyHotCpuNoLessScale",
                        3,
                        "RuR",
                        15000,
                        new Proposal(6, 0, 30000),
                        50000,
                        10000,
                        30000),
                at("ScaleDownCM", 5, "RRRRR", 20000, new Proposal(3, 0, 12000), 12000, 12000, 12000, 12000, 12000),
                at("ToleranceCM", 3, "RRR", 20000, new Proposal(3, 0, 20666), 20000, 21000, 21000));
    }

    @ParameterizedTest
    @MethodSource("averages")
    void scalesByAverage(Case c) {
        assertThat(math(false).average(c.current, c.target, pods(c.states), samples(c.levels)))
                .isEqualTo(c.expected);
    }

    @Test
    void smallChangesAreTolerated() {
        assertThat(math(true).utilization(3, 100, "cpu", "", pods("RRR", "0.9", "1", "1.1"), samples(1010, 1030, 1020)))
                .isEqualTo(new Proposal(3, 102, 1020));
    }

    @Test
    void eachDirectionHasItsTolerance() {
        ReplicaMath eager = new ReplicaMath(
                new Tolerances(0.2, 0.01), new PodGroups.Youth(true, Duration.ZERO, Duration.ZERO, NOW));
        assertThat(eager.utilization(3, 100, "cpu", "", pods("RRR"), samples(1020, 1020, 1020))
                        .replicas())
                .isEqualTo(4);
        assertThat(eager.utilization(6, 100, "cpu", "", pods("RRRRRR"), samples(810, 810, 810, 810, 810, 810))
                        .replicas())
                .isEqualTo(6);
    }

    @Test
    void objectsAndTheWorldAreShared() {
        ReplicaMath math = math(false);
        assertThat(math.total(3, 20000, 15000, pods("RRR"))).isEqualTo(new Proposal(4, 0, 20000));
        assertThat(math.total(3, 20000, 15000, pods("uRR"))).isEqualTo(new Proposal(3, 0, 20000));
        assertThat(math.total(1, 8600, 4400, pods("R"))).isEqualTo(new Proposal(2, 0, 8600));
        assertThat(math.total(3, 20666, 20000, pods("RRR"))).isEqualTo(new Proposal(3, 0, 20666));
        assertThat(math.total(0, 12000, 5000, List.of())).isEqualTo(new Proposal(3, 0, 12000));
        assertThat(math.share(3, 20000, 5000)).isEqualTo(new Proposal(4, 0, 6667));
        assertThat(math.share(3, 8600, 2150)).isEqualTo(new Proposal(4, 0, 2867));
        assertThat(math.share(5, 6000, 2000)).isEqualTo(new Proposal(3, 0, 1200));
    }

    @Test
    void hugeAmountsStayWithinBounds() {
        assertThat(ReplicaMath.sum(List.of(Long.MAX_VALUE, 1L))).isEqualTo(Long.MAX_VALUE);
        assertThat(math(false).share(1, Long.MAX_VALUE, 1).replicas()).isEqualTo(Integer.MAX_VALUE);
        assertThat(math(false).total(1, Long.MAX_VALUE, 1, pods("R")).replicas())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void saysWhyThereIsNoNumber() {
        ReplicaMath math = math(true);
        assertThatThrownBy(() -> math.utilization(1, 50, "cpu", "", List.of(), samples(1)))
                .hasMessage("no pods returned by selector while calculating replica count");
        assertThatThrownBy(() -> math.utilization(1, 50, "cpu", "", pods("u"), samples(1)))
                .hasMessage("did not receive metrics for targeted pods (pods might be unready)");
        assertThatThrownBy(() -> math.utilization(1, 50, "memory", "", pods("R"), samples(1)))
                .hasMessage("missing request for memory in container c of Pod p0");
        assertThatThrownBy(() -> math.utilization(1, 50, "cpu", "other", pods("R"), samples(1)))
                .hasMessage("container other not found in Pod p0");
        assertThatThrownBy(() -> math.total(1, 10, 1, List.of()))
                .hasMessage("unable to calculate ready pods: no pods returned by selector while calculating replica"
                        + " count");
    }

    @Test
    void requestsOfPodsComeBeforeThoseOfTheirContainers() {
        Pod whole = new PodBuilder(pod(0, 'R', "1"))
                .editSpec()
                .withNewResources()
                .addToRequests("cpu", new Quantity("500m"))
                .endResources()
                .addNewInitContainer()
                .withName("side")
                .withRestartPolicy("Always")
                .withNewResources()
                .addToRequests("cpu", new Quantity("200m"))
                .endResources()
                .endInitContainer()
                .endSpec()
                .build();
        assertThat(PodRequests.of(List.of(whole), "", "cpu")).containsEntry("p0", 500L);
        assertThat(PodRequests.of(List.of(whole), "side", "cpu")).containsEntry("p0", 200L);
        Pod parts =
                new PodBuilder(whole).editSpec().withResources(null).endSpec().build();
        assertThat(PodRequests.of(List.of(parts), "", "cpu")).containsEntry("p0", 1200L);
    }
}
