package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.PodBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(
                        "percentageOfNodesToScore: 101\nparallelism: 0\n",
                        "[parallelism: Invalid value: 0: should be an integer value greater than zero, percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]]"),
                Arguments.of(
                        "podInitialBackoffSeconds: 5\npodMaxBackoffSeconds: 4\n",
                        "podMaxBackoffSeconds: Invalid value: 4: must be greater than or equal to PodInitialBackoffSeconds"),
                Arguments.of(
                        "profiles: [{schedulerName: a}, {schedulerName: a}]",
                        "profiles[1].schedulerName: Duplicate value: \"profiles[0].schedulerName\""),
                Arguments.of(
                        "profiles: [{}, {schedulerName: b, plugins: {queueSort: {disabled: [{name: '*'}]}}}]",
                        "profiles[1].plugins.queueSort: Invalid value: {\"disabled\":[{\"name\":\"*\"}]}: must be the same for all profiles"),
                plugin(
                        "DefaultPreemption",
                        "minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0",
                        "[@minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute, @minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage]"),
                plugin(
                        "InterPodAffinity",
                        "hardPodAffinityWeight: 101",
                        "@hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]"),
                plugin(
                        "NodeResourcesBalancedAllocation",
                        "resources: [{name: cpu, weight: 1}, {name: cpu, weight: 2}]",
                        "[@resources[1].name: Duplicate value: \"cpu\", @resources[1].weight: Invalid value: 2: must be 1]"),
                plugin(
                        "NodeResourcesFit",
                        "ignoredResourceGroups: [a/b], scoringStrategy: {type: Most, resources: [{name: cpu, weight: 0}]}",
                        "[@ignoredResourceGroups[0]: Invalid value: \"a/b\": resource group name can't contain '/', @scoringStrategy.type: Unsupported value: \"Most\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\", @scoringStrategy.resources[0].weight: Invalid value: 0: resource weight of cpu not in valid range (0, 100]]"),
                plugin(
                        "NodeResourcesFit",
                        "scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 50, score: 11}, {utilization: 40}]}}",
                        "[@scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 40: values must be sorted in increasing order, @scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]]"),
                plugin(
                        "NodeResourcesFit",
                        "scoringStrategy: {type: RequestedToCapacityRatio}",
                        "@scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio"),
                plugin(
                        "PodTopologySpread",
                        "defaultConstraints: [{maxSkew: 0, whenUnsatisfiable: Never, labelSelector: {}}]",
                        "[@defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty, @defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf), @defaultConstraints[0].topologyKey: Required value: can not be empty, @defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"Never\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\", @defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod]"),
                plugin(
                        "VolumeBinding",
                        "bindTimeoutSeconds: -1",
                        "@bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value"),
                Arguments.of(
                        "extenders: [{urlPrefix: 'http://a', bindVerb: b, prioritizeVerb: p}, {urlPrefix: 'http://b', bindVerb: b}]",
                        "[extenders[0].weight: Invalid value: 0: must have a positive weight applied to it, extenders: Invalid value: \"found 2 extenders implementing bind\": only one extender can implement bind]"));
    }

    private static Arguments plugin(String name, String args, String message) {
        return Arguments.of(
                "profiles: [{pluginConfig: [{name: %s, args: {%s}}]}]".formatted(name, args),
                message.replace("@", "profiles[0].pluginConfig[0].args."));
    }

    @ParameterizedTest
    @MethodSource("values")
    void refusesValuesInUpstreamsWords(String body, String message) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
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
