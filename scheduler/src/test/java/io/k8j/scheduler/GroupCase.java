package io.k8j.scheduler;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/** Pods of PodGroups in a cluster whose features are switched on, through the API. */
abstract class GroupCase {
    private final ServedApis apis;
    final TestCluster cluster;

    /** @param gates besides those that groups need at all */
    GroupCase(String... gates) {
        Map<String, String> on = new HashMap<>(Map.of("GenericWorkload", "true", "GangScheduling", "true"));
        for (String gate : gates) on.put(gate, "true");
        apis = ServedApis.of(on, Map.of("scheduling.k8s.io/v1alpha2", "true"));
        cluster = new TestCluster(apis);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    SchedulerConfig config() {
        return SchedulerConfig.DEFAULTS.withGates(apis.gates());
    }

    void start() {
        cluster.start(config());
    }

    /** @param spec in YAML's flow style, without its braces */
    void group(String name, String spec) {
        cluster.client.resources(PodGroup.class).submit("default", Trees.asMap((Map<?, ?>)
                Yaml.parse("""
                        apiVersion: scheduling.k8s.io/v1alpha2
                        kind: PodGroup
                        metadata: {name: %s, namespace: default}
                        spec: {%s}
                        """.formatted(name, spec))));
    }

    void gang(String name, int minCount) {
        group(name, "schedulingPolicy: {gang: {minCount: %d}}".formatted(minCount));
    }

    static PodBuilder alone(String name, String cpu, int priority) {
        return new PodBuilder(TestCluster.pod(name, cpu).build())
                .editSpec()
                .withTerminationGracePeriodSeconds(0L)
                .withPriority(priority)
                .endSpec();
    }

    static PodBuilder member(String group, String name, String cpu) {
        return member(group, name, cpu, 0);
    }

    static PodBuilder member(String group, String name, String cpu, int priority) {
        return alone(name, cpu, priority)
                .editSpec()
                .withNewSchedulingGroup()
                .withPodGroupName(group)
                .endSchedulingGroup()
                .endSpec();
    }

    List<String> members(String group, int count, String cpu) {
        return members(group, count, cpu, 0);
    }

    List<String> members(String group, int count, String cpu, int priority) {
        return IntStream.range(0, count)
                .mapToObj(i -> cluster.create(member(group, group + "-" + i, cpu, priority))
                        .getMetadata()
                        .getName())
                .toList();
    }

    void delete(String pod) {
        cluster.pods().delete(new ObjectKey("default", pod), DeleteOptions.DEFAULT);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5));
    }

    Condition groupCondition(String group, String status) {
        return await().until(
                        () -> cluster.client
                                .resources(PodGroup.class)
                                .get(new ObjectKey("default", group))
                                .condition("PodGroupScheduled"),
                        condition -> condition != null && condition.getStatus().equals(status));
    }

    /** Nodes of the Pods that have one, by the Pods' names. */
    Map<String, String> nodes() {
        return cluster.pods().list(ListOptions.ALL).stream()
                .filter(pod -> pod.getSpec().getNodeName() != null)
                .collect(Collectors.toMap(
                        pod -> pod.getMetadata().getName(), pod -> pod.getSpec().getNodeName()));
    }

    String message(String pod) {
        return cluster.refusal(pod).getMessage();
    }

    List<String> events(String reason) {
        return cluster.client.resources(Event.class).list(ListOptions.ALL).stream()
                .filter(event -> event.getReason().equals(reason))
                .map(event -> event.getInvolvedObject().getName() + ": " + event.getMessage())
                .toList();
    }
}
