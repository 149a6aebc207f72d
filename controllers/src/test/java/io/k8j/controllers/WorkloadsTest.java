package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deployments and ReplicaSets against the real API server, with Pods that only pretend to run. */
class WorkloadsTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster();
        cluster.nodes.add("node-1", Map.of());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static String deployment(int replicas, String more) {
        return """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: %d
              selector: {matchLabels: {app: web}}
            %s
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: c, image: "nginx:1"}]}
            """.formatted(replicas, more);
    }

    private Deployment web() {
        return cluster.get(Deployment.class, "web");
    }

    private void patch(String json) {
        cluster.resources(Deployment.class)
                .patch(new ObjectKey(NS, "web"), PatchType.STRATEGIC, Json.parse(json.replace('\'', '"')), "");
    }

    private void setImage(String image) {
        patch("{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'%s'}]}}}}".formatted(image));
    }

    private void awaitComplete(int replicas) {
        eventually("rollout of " + replicas, () -> {
            Deployment d = web();
            return d.getStatus().getObservedGeneration().equals(d.getMetadata().getGeneration())
                    && Integer.valueOf(replicas).equals(d.getStatus().getUpdatedReplicas())
                    && Integer.valueOf(replicas).equals(d.getStatus().getAvailableReplicas())
                    && Integer.valueOf(replicas).equals(d.getStatus().getReplicas());
        });
    }

    private String condition(String type) {
        return web().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .map(c -> c.getStatus() + " " + c.getReason() + ": " + c.getMessage())
                .findFirst()
                .orElse("");
    }

    @Test
    void aDeploymentRunsItsPodsAndSaysSo() {
        cluster.create(Deployment.class, deployment(3, ""));
        awaitComplete(3);
        ReplicaSet set = cluster.list(ReplicaSet.class).getFirst();
        String hash = set.getMetadata().getLabels().get("pod-template-hash");
        assertThat(set.getMetadata().getName()).isEqualTo("web-" + hash);
        assertThat(set.getSpec().getSelector().getMatchLabels()).containsEntry("pod-template-hash", hash);
        assertThat(cluster.pods("app=web,pod-template-hash=" + hash)).hasSize(3);
        assertThat(web().getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "1");
        eventually(
                "condition",
                () -> condition("Progressing")
                        .equals("True NewReplicaSetAvailable: ReplicaSet \"web-%s\" has successfully progressed."
                                .formatted(hash)));
        assertThat(condition("Available"))
                .isEqualTo("True MinimumReplicasAvailable: Deployment has minimum availability.");
        eventually(
                "event",
                () -> cluster.events("web")
                        .contains("ScalingReplicaSet: Scaled up replica set web-%s from 0 to 3".formatted(hash)));
        eventually(
                "pod events",
                () -> cluster.events("web-" + hash).stream()
                                .filter(e -> e.startsWith("SuccessfulCreate: Created pod: web-" + hash + "-"))
                                .count()
                        == 3);
    }

    @Test
    void manyPodsAreCreatedInGrowingBatches() {
        cluster.create(Deployment.class, deployment(1, ""));
        awaitComplete(1);
        patch("{'spec':{'replicas':30}}");
        awaitComplete(30);
        assertThat(cluster.pods("app=web")).hasSize(30);
    }

    @Test
    void anUpdateReplacesAllPodsAndUndoBringsThemBack() {
        cluster.create(Deployment.class, deployment(4, ""));
        awaitComplete(4);
        setImage("nginx:2");
        eventually(
                "new Pods only",
                () -> cluster.pods("app=web").stream()
                                .allMatch(p -> p.getSpec()
                                        .getContainers()
                                        .getFirst()
                                        .getImage()
                                        .equals("nginx:2"))
                        && cluster.pods("app=web").size() == 4);
        awaitComplete(4);
        assertThat(web().getMetadata().getAnnotations()).containsEntry("deployment.kubernetes.io/revision", "2");
        assertThat(cluster.list(ReplicaSet.class)).hasSize(2);
        setImage("nginx:1");
        awaitComplete(4);
        eventually(
                "revision",
                () -> web().getMetadata()
                        .getAnnotations()
                        .get("deployment.kubernetes.io/revision")
                        .equals("3"));
        assertThat(cluster.list(ReplicaSet.class)).hasSize(2);
        assertThat(cluster.list(ReplicaSet.class).stream()
                        .map(s -> s.getMetadata().getAnnotations().get("deployment.kubernetes.io/revision-history")))
                .contains("1");
    }

    @Test
    void aBrokenUpdateStopsHalfWayAndMissesItsDeadline() {
        cluster.create(Deployment.class, deployment(4, "  progressDeadlineSeconds: 1"));
        awaitComplete(4);
        patch("{'spec':{'template':{'metadata':{'annotations':{'test/ready':'false'}}}}}");
        eventually("deadline", () -> condition("Progressing").startsWith("False ProgressDeadlineExceeded: ReplicaSet"));
        assertThat(condition("Progressing")).endsWith("has timed out progressing.");
        // The deadline may be over before the rollout has come as far as it can.
        eventually("25 % of 4 may be missing", () -> web().getStatus().getAvailableReplicas() == 3);
        eventually("one for it, one above", () -> web().getStatus().getUpdatedReplicas() == 2);
        eventually("all Pods", () -> cluster.pods("app=web").size() == 5);
    }

    @Test
    void scalingInTheMiddleOfARolloutIsProportional() {
        cluster.create(
                Deployment.class, deployment(10, "  strategy: {rollingUpdate: {maxSurge: 3, maxUnavailable: 2}}"));
        awaitComplete(10);
        patch("{'spec':{'template':{'metadata':{'annotations':{'test/ready':'false'}}}}}");
        eventually(
                "half-way",
                () -> web().getStatus().getUpdatedReplicas() == 5
                        && web().getStatus().getReplicas() == 13);
        patch("{'spec':{'replicas':30}}");
        eventually(
                "scaled",
                () -> web().getStatus().getReplicas() == 33 && web().getStatus().getUpdatedReplicas() == 13);
        assertThat(cluster.list(ReplicaSet.class).stream().map(s -> s.getSpec().getReplicas()))
                .containsExactlyInAnyOrder(20, 13);
    }

    @Test
    void aPausedDeploymentDoesNotRollUntilItIsResumed() {
        cluster.create(Deployment.class, deployment(2, ""));
        awaitComplete(2);
        patch("{'spec':{'paused':true}}");
        eventually("paused", () -> condition("Progressing").equals("Unknown DeploymentPaused: Deployment is paused"));
        setImage("nginx:2");
        patch("{'spec':{'replicas':3}}");
        eventually("scaled", () -> cluster.pods("app=web").size() == 3);
        assertThat(cluster.list(ReplicaSet.class)).hasSize(1);
        patch("{'spec':{'paused':false}}");
        awaitComplete(3);
        assertThat(cluster.list(ReplicaSet.class)).hasSize(2);
    }

    @Test
    void recreateEndsTheOldPodsFirst() {
        cluster.create(Deployment.class, deployment(3, "  strategy: {type: Recreate}"));
        awaitComplete(3);
        List<String> old = cluster.pods("app=web").stream()
                .map(p -> p.getMetadata().getName())
                .toList();
        setImage("nginx:2");
        eventually("recreated", () -> {
            List<Pod> now = cluster.pods("app=web");
            boolean mixed = now.stream()
                            .anyMatch(p -> old.contains(p.getMetadata().getName()))
                    && now.stream().anyMatch(p -> !old.contains(p.getMetadata().getName()));
            assertThat(mixed).isFalse();
            return now.size() == 3
                    && now.stream().noneMatch(p -> old.contains(p.getMetadata().getName()));
        });
        awaitComplete(3);
    }

    @Test
    void historyBeyondTheLimitIsDeleted() {
        cluster.create(Deployment.class, deployment(1, "  revisionHistoryLimit: 1"));
        awaitComplete(1);
        for (int i = 2; i <= 4; i++) {
            setImage("nginx:" + i);
            awaitComplete(1);
        }
        eventually("two sets", () -> cluster.list(ReplicaSet.class).size() == 2);
    }

    @Test
    void deletionTakesAllAlongAndOrphanLeavesThem() {
        cluster.create(Deployment.class, deployment(2, ""));
        awaitComplete(2);
        cluster.resources(Deployment.class)
                .delete(new ObjectKey(NS, "web"), DeleteOptions.DEFAULT.propagation("Orphan"));
        eventually("gone", () -> !cluster.exists(Deployment.class, "web"));
        ReplicaSet set = cluster.list(ReplicaSet.class).getFirst();
        assertThat(set.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(cluster.pods("app=web")).hasSize(2);
        cluster.create(Deployment.class, deployment(2, ""));
        eventually(
                "adopted",
                () -> cluster.list(ReplicaSet.class).size() == 1
                        && !cluster.list(ReplicaSet.class)
                                .getFirst()
                                .getMetadata()
                                .getOwnerReferences()
                                .isEmpty());
        cluster.resources(Deployment.class).delete(new ObjectKey(NS, "web"), DeleteOptions.DEFAULT);
        eventually(
                "background",
                () -> cluster.list(ReplicaSet.class).isEmpty()
                        && cluster.pods("app=web").isEmpty());
        cluster.create(Deployment.class, deployment(2, ""));
        awaitComplete(
                2); // the garbage collector knows the owner of what it has long seen, unlike of what was just adopted
        cluster.resources(Deployment.class)
                .delete(new ObjectKey(NS, "web"), DeleteOptions.DEFAULT.propagation("Foreground"));
        eventually("all gone", () -> !cluster.exists(Deployment.class, "web"));
        assertThat(cluster.list(ReplicaSet.class)).isEmpty();
        assertThat(cluster.pods("app=web")).isEmpty();
    }

    @Test
    void aReplicaSetAdoptsReleasesAndReplacesPods() {
        cluster.create(Pod.class, """
            apiVersion: v1
            kind: Pod
            metadata: {name: lone, labels: {app: rs}}
            spec: {containers: [{name: c, image: x}]}
            """);
        cluster.create(ReplicaSet.class, """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: rs}
            spec:
              replicas: 2
              selector: {matchLabels: {app: rs}}
              template:
                metadata: {labels: {app: rs}}
                spec: {containers: [{name: c, image: x}]}
            """);
        eventually(
                "adopted",
                () -> !cluster.get(Pod.class, "lone")
                        .getMetadata()
                        .getOwnerReferences()
                        .isEmpty());
        eventually("two", () -> cluster.get(ReplicaSet.class, "rs").getStatus().getReadyReplicas() == 2);
        cluster.resources(Pod.class)
                .patch(
                        new ObjectKey(NS, "lone"),
                        PatchType.MERGE,
                        Map.of("metadata", Map.of("labels", Map.of("app", "other"))),
                        "");
        eventually(
                "released",
                () -> cluster.get(Pod.class, "lone")
                        .getMetadata()
                        .getOwnerReferences()
                        .isEmpty());
        eventually("replaced", () -> cluster.pods("app=rs").size() == 2);
        assertThat(cluster.exists(Pod.class, "lone")).isTrue();
    }
}
