package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Budgets whose Pods' workloads tell no size, and evictions that come to nothing. */
class DisruptionTest extends ControllersCase {
    private void pod(String name, String spec) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: web}}
                spec: {%s, containers: [{name: c, image: x}]}
                """.formatted(name, spec));
    }

    private void budget(String spec) {
        cluster.create(PodDisruptionBudget.class, """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: pdb}
                spec: {%s, selector: {matchLabels: {app: web}}}
                """.formatted(spec));
    }

    private void status(Class<? extends HasMetadata> type, String name, String json) {
        cluster.resources(type)
                .patch(new ObjectKey(NS, name), PatchType.MERGE, Json.parse(json.replace('\'', '"')), "status");
    }

    private PodCondition target(String pod) {
        return cluster.get(Pod.class, pod).getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("DisruptionTarget"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aShareOfPodsWithoutWorkloadsIsToldToBeUndefined() {
        cluster.nodes.add("node-1", Map.of());
        pod("a", "nodeName: node-1");
        budget("maxUnavailable: 1");
        eventually(
                "told",
                () -> cluster.events("pdb").stream()
                        .anyMatch(
                                e -> e.startsWith("UnmanagedPods: Pods selected by this PodDisruptionBudget (selector:"
                                        + " &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:"
                                        + "[]LabelSelectorRequirement{},}) were found to be unmanaged.")));
        eventually(
                "counted",
                () -> cluster.get(PodDisruptionBudget.class, "pdb").getStatus().getObservedGeneration() == 1);
        assertThat(cluster.get(PodDisruptionBudget.class, "pdb").getStatus().getDisruptionsAllowed())
                .isZero();
    }

    @Test
    void aWorkloadWithoutASizeIsNamed() {
        cluster.nodes.add("node-1", Map.of());
        cluster.create(Job.class, """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: job}
                spec:
                  template:
                    metadata: {labels: {app: web}}
                    spec: {restartPolicy: Never, containers: [{name: c, image: x}]}
                """);
        budget("minAvailable: 50%");
        String text = "jobs.batch does not implement the scale subresource";
        eventually(
                "told",
                () -> cluster.events("pdb")
                        .contains("CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: "
                                + text));
        eventually("in the status", () -> {
            var status = cluster.get(PodDisruptionBudget.class, "pdb").getStatus();
            var condition = status.getConditions().getFirst();
            return condition.getReason().equals("SyncFailed")
                    && condition.getMessage().equals(text)
                    && status.getDisruptionsAllowed() == 0;
        });
    }

    @Test
    void aGrantedEvictionThatCameToNothingIsTold() {
        cluster.nodes.add("node-1", Map.of());
        pod("a", "nodeName: node-1");
        budget("minAvailable: 0");
        status(PodDisruptionBudget.class, "pdb", "{'status':{'disruptedPods':{'a':'2020-01-01T00:00:00Z'}}}");
        eventually(
                "told",
                () -> cluster.events("a")
                        .contains("NotDeleted: Pod was expected by PDB test/test to be deleted but it wasn't"));
    }

    @Test
    void aDisruptionThatDoesNotComeIsTakenBack() {
        pod("stale", "nodeName: nowhere");
        pod("kubelets", "nodeName: nowhere");
        String condition = "{'status':{'conditions':[{'type':'DisruptionTarget','status':'True','reason':'%s',"
                + "'message':'m','lastTransitionTime':'2020-01-01T00:00:00Z'}]}}";
        status(Pod.class, "kubelets", condition.formatted("TerminationByKubelet"));
        status(Pod.class, "stale", condition.formatted("EvictionByEvictionAPI"));
        eventually("taken back", () -> target("stale").getStatus().equals("False"));
        assertThat(target("stale").getReason()).isNull();
        assertThat(target("stale").getMessage()).isNull();
        assertThat(target("kubelets").getStatus()).isEqualTo("True");
    }
}
