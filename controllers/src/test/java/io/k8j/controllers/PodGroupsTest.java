package io.k8j.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PodGroups and the Pods in them, when the group is deleted. */
class PodGroupsTest {
    private static final ObjectKey GROUP = new ObjectKey(TestCluster.NS, "g");

    private final TestCluster cluster = TestCluster.with(
            ServedApis.of(Map.of("GenericWorkload", "true"), Map.of("scheduling.k8s.io/v1alpha2", "true")));

    @AfterEach
    void close() {
        cluster.close();
    }

    private void pod(String name) {
        cluster.create(Pod.class, """
                metadata: {name: %s}
                spec:
                  terminationGracePeriodSeconds: 0
                  schedulingGroup: {podGroupName: g}
                  containers: [{name: c, image: i}]
                """.formatted(name));
    }

    private PodGroup group() {
        return cluster.resources(PodGroup.class).find(GROUP).orElse(null);
    }

    @Test
    void aGroupStaysUntilItsLastPodHasEnded() {
        cluster.create(PodGroup.class, """
                metadata: {name: g, finalizers: [scheduling.k8s.io/podgroup-protection, example.com/mine]}
                spec: {schedulingPolicy: {basic: {}}}
                """);
        pod("a");
        pod("b");
        cluster.resources(PodGroup.class).delete(GROUP, DeleteOptions.DEFAULT);
        cluster.resources(Pod.class).delete(new ObjectKey(TestCluster.NS, "a"), DeleteOptions.DEFAULT);
        TestCluster.eventually(
                "one of two Pods is gone",
                () -> cluster.resources(Pod.class)
                        .find(new ObjectKey(TestCluster.NS, "a"))
                        .isEmpty());
        assertThat(group().getMetadata().getFinalizers()).contains("scheduling.k8s.io/podgroup-protection");

        cluster.resources(Pod.class).delete(new ObjectKey(TestCluster.NS, "b"), DeleteOptions.DEFAULT);
        TestCluster.eventually(
                "the protection is gone",
                () -> group().getMetadata().getFinalizers().equals(java.util.List.of("example.com/mine")));
        assertThat(group().getSpec().schedulingPolicy().basic())
                .as("nothing is lost by the update")
                .isEmpty();
    }
}
