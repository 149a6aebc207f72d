package io.k8j.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.metrics.Points.PodName;
import io.k8j.metrics.Points.Point;
import io.k8j.model.usage.NodeUsage;
import io.k8j.model.usage.PodUsage;
import io.k8j.model.usage.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PointStoreTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final long SECOND = 1_000_000_000;

    private final PointStore store = new PointStore(Duration.ofSeconds(15));

    private static Point point(int startedAt, int at, long cpuNanos, long memory) {
        return new Point(START.plusSeconds(startedAt), START.plusSeconds(at), cpuNanos, memory);
    }

    private void round(Map<String, Point> containers) {
        Points points = Points.none();
        points.pods().put(new PodName("ns", "p"), containers);
        store.store(points);
    }

    private void node(Point point) {
        Points points = Points.none();
        points.nodes().put("n", point);
        store.store(points);
    }

    @Test
    void aRateNeedsTwoPoints() {
        node(point(0, 100, 50 * SECOND, 7));
        assertThat(store.node("n")).isEmpty();
        node(point(0, 115, 65 * SECOND, 8));
        assertThat(store.node("n"))
                .contains(new NodeUsage(START.plusSeconds(115), Duration.ofSeconds(15), new Usage(SECOND, 8)));
    }

    @Test
    void aPointThatComesTwiceChangesNothing() {
        node(point(0, 100, 50 * SECOND, 7));
        node(point(0, 110, 55 * SECOND, 7));
        node(point(0, 110, 55 * SECOND, 7));
        assertThat(store.node("n").orElseThrow().usage().cpuNanos()).isEqualTo(SECOND / 2);
    }

    @Test
    void whatIsNotInTheLastRoundIsForgotten() {
        node(point(0, 100, 50 * SECOND, 7));
        node(point(0, 115, 65 * SECOND, 8));
        store.store(Points.none());
        assertThat(store.node("n")).isEmpty();
    }

    @Test
    void aContainerBetweenTenAndFifteenSecondsOldIsMeasuredFromItsStart() {
        round(Map.of("app", point(0, 12, 6 * SECOND, 9)));
        assertThat(store.pod("ns", "p"))
                .contains(new PodUsage(
                        START.plusSeconds(12),
                        Duration.ofSeconds(12),
                        new TreeMap<>(Map.of("app", new Usage(SECOND / 2, 9)))));
    }

    @Test
    void aYoungerOneIsNot() {
        round(Map.of("app", point(0, 9, 6 * SECOND, 9)));
        assertThat(store.pod("ns", "p")).isEmpty();
    }

    @Test
    void aRestartBeginsAnew() {
        round(Map.of("app", point(0, 100, 60 * SECOND, 9)));
        round(Map.of("app", point(112, 115, 1 * SECOND, 9)));
        assertThat(store.pod("ns", "p")).isEmpty();
        round(Map.of("app", point(112, 130, 16 * SECOND, 9)));
        assertThat(store.pod("ns", "p").orElseThrow().containers().get("app").cpuNanos())
                .isEqualTo(SECOND);
    }

    @Test
    void aPodIsKnownWhenAllItsContainersAre() {
        round(Map.of("a", point(0, 100, 10 * SECOND, 1)));
        round(Map.of("a", point(0, 115, 11 * SECOND, 1), "b", point(110, 115, SECOND, 1)));
        assertThat(store.pod("ns", "p")).isEmpty();
        round(Map.of("a", point(0, 130, 12 * SECOND, 1), "b", point(110, 131, 2 * SECOND, 1)));
        PodUsage usage = store.pod("ns", "p").orElseThrow();
        assertThat(usage.containers()).containsOnlyKeys("a", "b");
        assertThat(usage.timestamp()).isEqualTo(START.plusSeconds(130));
        assertThat(usage.window()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void aCounterThatGoesBackwardsTellsNothing() {
        node(point(0, 100, 50 * SECOND, 7));
        node(point(0, 115, 40 * SECOND, 7));
        assertThat(store.node("n")).isEmpty();
    }
}
