package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.PodBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SchedulerConfigTest {
    private static SchedulerConfig parse(String body) {
        String head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";
        return SchedulerConfig.parse((head + body).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void hasUpstreamsDefaults() {
        SchedulerConfig config = parse("");
        assertThat(config).isEqualTo(SchedulerConfig.DEFAULTS);
        assertThat(config.percentageOfNodesToScore()).isZero();
        assertThat(config.podInitialBackoff()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.podMaxBackoff()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.podMaxInUnschedulablePods()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void refusesWhatDoesNotExist() {
        assertThatThrownBy(() -> parse("profiles:\n- plugins:\n    score:\n      enabled:\n      - name: Nope\n"))
                .hasMessage("score.enabled: plugin \"Nope\" does not exist");
        assertThatThrownBy(() -> parse("profiles:\n- plugins:\n    scoring: {}\n"))
                .hasMessage("plugins: unknown extension point scoring");
        assertThatThrownBy(() -> parse("profiles: 3\n")).hasMessage("profiles: want a list, found 3");
    }

    @Test
    void servesSeveralProfilesWithTheirOwnPlugins() {
        SchedulerConfig config = parse("""
                profiles:
                - schedulerName: default-scheduler
                - schedulerName: packing
                  plugins:
                    multiPoint:
                      disabled:
                      - name: TaintToleration
                  pluginConfig:
                  - name: NodeResourcesFit
                    args:
                      scoringStrategy:
                        type: MostAllocated
                        resources:
                        - name: cpu
                          weight: 1
                """);
        try (TestCluster cluster = new TestCluster()) {
            cluster.node(
                    "big",
                    16,
                    32,
                    n -> n.editSpec()
                            .addNewTaint()
                            .withKey("a")
                            .withEffect("NoSchedule")
                            .endTaint()
                            .endSpec());
            cluster.node(
                    "small",
                    2,
                    8,
                    n -> n.editSpec()
                            .addNewTaint()
                            .withKey("a")
                            .withEffect("NoSchedule")
                            .endTaint()
                            .endSpec());
            cluster.start(config);
            cluster.create(new PodBuilder(TestCluster.pod("packed", "1").build())
                    .editSpec()
                    .withSchedulerName("packing")
                    .endSpec());
            cluster.create(TestCluster.pod("usual", "1"));

            assertThat(cluster.nodeOf("packed")).isEqualTo("small");
            assertThat(cluster.refusal("usual").getMessage()).contains("2 node(s) had untolerated taint(s)");
        }
    }

    @Test
    void countsUnderUpstreamsNames() {
        try (TestCluster cluster = new TestCluster()) {
            cluster.node("n1", 4, 8);
            cluster.start();
            cluster.create(TestCluster.pod("p", "1"));
            cluster.nodeOf("p");
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(cluster.scheduler.metrics())
                            .contains(
                                    "scheduler_schedule_attempts_total{profile=\"default-scheduler\",result=\"scheduled\"} 1",
                                    "scheduler_pending_pods{queue=\"active\"} 0",
                                    "scheduler_pod_scheduling_sli_duration_seconds_count{attempts=\"1\"} 1"));
        }
    }
}
