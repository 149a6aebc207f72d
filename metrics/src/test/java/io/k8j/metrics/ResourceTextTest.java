package io.k8j.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.metrics.Points.PodName;
import io.k8j.metrics.Points.Point;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourceTextTest {
    private static final Instant ASKED = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void readsNodesAndContainersWithTheirOwnTimes() {
        Points points = ResourceText.read("n", """
                # HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed
                # TYPE container_cpu_usage_seconds_total counter
                container_cpu_usage_seconds_total{container="app",namespace="ns",pod="p"} 4.5 1633253812125
                container_memory_working_set_bytes{container="app",namespace="ns",pod="p"} 1.9730432e+07 1633253812126
                container_start_time_seconds{container="app",namespace="ns",pod="p"} 1.6332528e+09
                node_cpu_usage_seconds_total 357.35491 1633253809720
                node_memory_working_set_bytes 1.616273408e+09
                pod_cpu_usage_seconds_total{namespace="ns",pod="p"} 4.5 1633253812125
                resource_scrape_error 0
                """, ASKED);
        assertThat(points.pods())
                .isEqualTo(Map.of(
                        new PodName("ns", "p"),
                        Map.of(
                                "app",
                                new Point(
                                        Instant.ofEpochSecond(1633252800),
                                        Instant.ofEpochMilli(1633253812125L),
                                        4_500_000_000L,
                                        19_730_432))));
        assertThat(points.nodes())
                .isEqualTo(Map.of(
                        "n",
                        new Point(
                                Instant.EPOCH, Instant.ofEpochMilli(1633253809720L), 357_354_910_000L, 1_616_273_408)));
    }

    @Test
    void aSampleWithoutATimeWasTakenWhenItWasAskedFor() {
        Points points =
                ResourceText.read("n", "node_memory_working_set_bytes 7\nnode_cpu_usage_seconds_total 1\n", ASKED);
        assertThat(points.nodes().get("n").timestamp()).isEqualTo(ASKED);
    }

    @Test
    void leavesOutWhatIsIncomplete() {
        Points points = ResourceText.read("n", """
                container_cpu_usage_seconds_total{container="a",namespace="ns",pod="p"} 1 5
                container_memory_working_set_bytes{container="a",namespace="ns",pod="p"} 1 5
                container_cpu_usage_seconds_total{container="b",namespace="ns",pod="p"} 1 5
                node_cpu_usage_seconds_total 1
                """, ASKED);
        assertThat(points.pods()).isEmpty();
        assertThat(points.nodes()).isEmpty();
    }

    @Test
    void passesOverWhatItCannotRead() {
        Points points = ResourceText.read("n", """
                <html>
                node_cpu_usage_seconds_total{ NaNaN
                node_cpu_usage_seconds_total
                } {
                container_cpu_usage_seconds_total{container="a} x
                """, ASKED);
        assertThat(points.pods()).isEmpty();
        assertThat(points.nodes()).isEmpty();
    }
}
