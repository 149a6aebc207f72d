package io.k8j.controllers.podautoscaler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingPolicy;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.k8j.controllers.podautoscaler.Normalization.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows, rates and limits, with situations of upstream's horizontal_test.go. */
class NormalizationTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private static HPAScalingRules rules(String select, Integer window, HPAScalingPolicy... policies) {
        HPAScalingRules rules = new HPAScalingRules();
        rules.setSelectPolicy(select);
        rules.setStabilizationWindowSeconds(window);
        rules.setPolicies(List.of(policies));
        return rules;
    }

    private static HPAScalingPolicy pods(int value) {
        return new HPAScalingPolicy(60, "Pods", value);
    }

    private static HPAScalingPolicy percent(int value) {
        return new HPAScalingPolicy(60, "Percent", value);
    }

    private static final HPAScalingRules FREE_UP = rules("Max", 0, pods(4), percent(100));
    private static final HPAScalingRules FREE_DOWN = rules("Max", 0, percent(100));

    private record Plain(String name, int current, int desired, int min, int max, int expected, String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Plain> plain() {
        return Stream.of(
                new Plain("within", 5, 7, 1, 10, 7, "DesiredWithinRange"),
                new Plain("below min", 3, 1, 2, 10, 2, "TooFewReplicas"),
                new Plain("above max", 7, 12, 1, 10, 10, "TooManyReplicas"),
                new Plain("at most doubled", 5, 30, 1, 100, 10, "ScaleUpLimit"),
                new Plain("four at least", 1, 30, 1, 100, 4, "ScaleUpLimit"),
                new Plain("to zero where that is allowed", 3, 0, 0, 10, 0, "DesiredWithinRange"));
    }

    @ParameterizedTest
    @MethodSource("plain")
    void withoutABehavior(Plain c) {
        Normalization.Result result = Normalization.of(
                c.current, c.desired, new Limits(c.min, c.max, null, null, WINDOW), new ScaleHistory(), NOW);
        assertThat(result.replicas()).isEqualTo(c.expected);
        assertThat(result.limit().word()).isEqualTo(c.reason);
        assertThat(result.limited()).isEqualTo(c.expected != c.desired);
        assertThat(result.able().word()).isEqualTo("ReadyForNewScale");
    }

    @Test
    void theHighestRecommendationOfTheWindowCounts() {
        ScaleHistory history = new ScaleHistory();
        history.recommend(8, NOW.minusSeconds(301), NOW.minusSeconds(1000));
        history.recommend(6, NOW.minusSeconds(299), NOW.minusSeconds(1000));
        Normalization.Result result = Normalization.of(8, 2, new Limits(1, 10, null, null, WINDOW), history, NOW);
        assertThat(result.replicas()).isEqualTo(6);
        assertThat(result.able().word()).isEqualTo("ScaleDownStabilized");
        assertThat(Normalization.of(6, 2, new Limits(1, 10, null, null, WINDOW), history, NOW.plusSeconds(2))
                        .replicas())
                .isEqualTo(2);
    }

    private record Rate(
            String name,
            int current,
            int desired,
            HPAScalingRules up,
            HPAScalingRules down,
            int added,
            int removed,
            int expected,
            String reason) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Rate> rates() {
        HPAScalingRules upMax = rules("Max", 0, pods(4), percent(10));
        HPAScalingRules upMin = rules("Min", 0, pods(4), percent(10));
        HPAScalingRules downMax = rules("Max", 0, pods(2), percent(50));
        HPAScalingRules downMin = rules("Min", 0, pods(2), percent(50));
        HPAScalingRules off = rules("Disabled", 0);
        return Stream.of(
                new Rate("up by the larger policy", 10, 50, upMax, FREE_DOWN, 0, 0, 14, "ScaleUpLimit"),
                new Rate("up by the smaller policy", 10, 50, upMin, FREE_DOWN, 0, 0, 11, "ScaleUpLimit"),
                new Rate(
                        "a percentage is rounded up",
                        1,
                        50,
                        rules("Max", 0, percent(10)),
                        FREE_DOWN,
                        0,
                        0,
                        2,
                        "ScaleUpLimit"),
                new Rate(
                        "what was added counts", 12, 50, rules("Max", 0, pods(4)), FREE_DOWN, 2, 0, 14, "ScaleUpLimit"),
                new Rate(
                        "what was added may be enough",
                        20,
                        50,
                        rules("Max", 0, pods(4)),
                        FREE_DOWN,
                        9,
                        0,
                        20,
                        "ScaleUpLimit"),
                new Rate(
                        "what was removed counts, too",
                        10,
                        50,
                        rules("Max", 0, pods(4)),
                        FREE_DOWN,
                        0,
                        3,
                        17,
                        "ScaleUpLimit"),
                new Rate("no way up", 10, 50, off, FREE_DOWN, 0, 0, 10, "ScaleUpLimit"),
                new Rate("up to the limit", 90, 200, FREE_UP, FREE_DOWN, 0, 0, 100, "TooManyReplicas"),
                new Rate("down by the larger policy", 10, 1, FREE_UP, downMax, 0, 0, 5, "ScaleDownLimit"),
                new Rate("down by the smaller policy", 10, 1, FREE_UP, downMin, 0, 0, 8, "ScaleDownLimit"),
                new Rate(
                        "what was removed is enough",
                        5,
                        1,
                        FREE_UP,
                        rules("Max", 0, pods(2)),
                        0,
                        4,
                        5,
                        "ScaleDownLimit"),
                new Rate("no way down", 10, 1, FREE_UP, off, 0, 0, 10, "ScaleDownLimit"),
                new Rate("down to the limit", 3, 1, FREE_UP, FREE_DOWN, 0, 0, 2, "TooFewReplicas"),
                new Rate("within", 10, 12, FREE_UP, FREE_DOWN, 0, 0, 12, "DesiredWithinRange"));
    }

    @ParameterizedTest
    @MethodSource("rates")
    void policiesBoundTheRates(Rate c) {
        ScaleHistory history = new ScaleHistory();
        if (c.added > 0) history.scaled(0, c.added, c.up, c.down, NOW.minusSeconds(30));
        if (c.removed > 0) history.scaled(c.removed, 0, c.up, c.down, NOW.minusSeconds(30));
        Normalization.Result result =
                Normalization.of(c.current, c.desired, new Limits(2, 100, c.up, c.down, WINDOW), history, NOW);
        assertThat(result.replicas()).isEqualTo(c.expected);
        assertThat(result.limit().word()).isEqualTo(c.reason);
    }

    @Test
    void stepsAreForgottenAfterTheirPeriod() {
        ScaleHistory history = new ScaleHistory();
        HPAScalingRules up = rules("Max", 0, pods(4));
        history.scaled(6, 10, up, FREE_DOWN, NOW.minusSeconds(60));
        assertThat(Normalization.of(10, 50, new Limits(1, 100, up, FREE_DOWN, WINDOW), history, NOW)
                        .replicas())
                .isEqualTo(14);
    }

    @Test
    void eachDirectionHasItsWindow() {
        HPAScalingRules up = rules("Max", 120, percent(100));
        HPAScalingRules down = rules("Max", 300, percent(100));
        ScaleHistory history = new ScaleHistory();
        history.recommend(5, NOW.minusSeconds(100), NOW.minusSeconds(1000));
        Normalization.Result rising = Normalization.of(4, 9, new Limits(1, 100, up, down, WINDOW), history, NOW);
        assertThat(rising.replicas()).isEqualTo(5);
        assertThat(rising.able().word()).isEqualTo("ScaleUpStabilized");
        Normalization.Result falling =
                Normalization.of(9, 2, new Limits(1, 100, up, down, WINDOW), history, NOW.plusSeconds(200));
        assertThat(falling.replicas()).isEqualTo(9);
        assertThat(falling.able().word()).isEqualTo("ScaleDownStabilized");
    }

    @Test
    void aWindowThatIsNotGivenIsTheUsualOne() {
        ScaleHistory history = new ScaleHistory();
        history.recommend(8, NOW.minusSeconds(200), NOW.minusSeconds(1000));
        HPAScalingRules down = rules("Max", null, percent(100));
        assertThat(Normalization.of(8, 2, new Limits(1, 100, FREE_UP, down, WINDOW), history, NOW)
                        .replicas())
                .isEqualTo(8);
    }

    @Test
    void theHistoryDoesNotGrow() {
        ScaleHistory history = new ScaleHistory();
        for (int i = 0; i < 10_000; i++) {
            Instant at = NOW.plusSeconds(15L * i);
            Normalization.of(5, 5, new Limits(1, 10, FREE_UP, rules("Max", 300, percent(100)), WINDOW), history, at);
        }
        assertThat(history.recommendations()).hasSizeLessThanOrEqualTo(22);
    }
}
