package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** StatefulSets and DaemonSets against the real API server. */
class WorkloadsTest extends ControllersCase {
    private static final String STATEFUL_SET = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: web}
            spec:
              serviceName: nginx
              replicas: 3
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: c, image: "nginx:1"}]}
              volumeClaimTemplates:
                - metadata: {name: www}
                  spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """;

    @Test
    void aClaimThatAWaitingPodNeedsComesBack() {
        cluster.create(StatefulSet.class, STATEFUL_SET); // no node: the Pod waits
        eventually("waits", () -> cluster.exists(Pod.class, "web-0"));
        eventually("claim", () -> cluster.exists(PersistentVolumeClaim.class, "www-web-0"));
        String lost = cluster.get(PersistentVolumeClaim.class, "www-web-0")
                .getMetadata()
                .getUid();
        cluster.resources(PersistentVolumeClaim.class).delete(new ObjectKey(NS, "www-web-0"), DeleteOptions.DEFAULT);
        AtomicInteger touches = new AtomicInteger();
        eventually("back", () -> {
            // One touch may be heard of before the claim's deletion is, and nobody tells a set of its claims.
            patch(Pod.class, "web-0", "{'metadata':{'labels':{'touched':'%d'}}}".formatted(touches.incrementAndGet()));
            return cluster.list(PersistentVolumeClaim.class).stream()
                    .anyMatch(claim -> !claim.getMetadata().getUid().equals(lost));
        });
    }

    @Test
    void aStatefulSetGrowsUpdatesAndShrinksInOrder() {
        cluster.nodes.add("node-1", Map.of());
        cluster.create(StatefulSet.class, STATEFUL_SET);
        eventually(
                "three", () -> cluster.get(StatefulSet.class, "web").getStatus().getReadyReplicas() == 3);
        Pod pod = cluster.get(Pod.class, "web-1");
        assertThat(pod.getSpec().getHostname()).isEqualTo("web-1");
        assertThat(pod.getSpec().getSubdomain()).isEqualTo("nginx");
        assertThat(pod.getMetadata().getLabels())
                .containsEntry("statefulset.kubernetes.io/pod-name", "web-1")
                .containsEntry("apps.kubernetes.io/pod-index", "1");
        assertThat(pod.getSpec()
                        .getVolumes()
                        .getFirst()
                        .getPersistentVolumeClaim()
                        .getClaimName())
                .isEqualTo("www-web-1");
        String before = cluster.get(StatefulSet.class, "web").getStatus().getCurrentRevision();
        patch(
                StatefulSet.class,
                "web",
                "{'spec':{'updateStrategy':{'rollingUpdate':{'partition':2}},"
                        + "'template':{'spec':{'containers':[{'name':'c','image':'nginx:2'}]}}}}");
        eventually(
                "partition",
                () -> image("web-2").equals("nginx:2")
                        && cluster.get(StatefulSet.class, "web").getStatus().getUpdatedReplicas() == 1
                        && cluster.get(StatefulSet.class, "web").getStatus().getReadyReplicas() == 3);
        assertThat(image("web-1")).isEqualTo("nginx:1");
        cluster.resources(Pod.class).delete(new ObjectKey(NS, "web-0"), DeleteOptions.DEFAULT);
        eventually(
                "old one back",
                () -> !cluster.get(Pod.class, "web-0").getMetadata().getUid().isEmpty()
                        && cluster.get(StatefulSet.class, "web").getStatus().getReadyReplicas() == 3
                        && image("web-0").equals("nginx:1"));
        patch(StatefulSet.class, "web", "{'spec':{'updateStrategy':{'rollingUpdate':{'partition':0}}}}");
        eventually(
                "all new",
                () -> cluster.get(StatefulSet.class, "web")
                                .getStatus()
                                .getCurrentRevision()
                                .equals(cluster.get(StatefulSet.class, "web")
                                        .getStatus()
                                        .getUpdateRevision())
                        && image("web-0").equals("nginx:2"));
        assertThat(cluster.get(StatefulSet.class, "web").getStatus().getCurrentRevision())
                .isNotEqualTo(before);
        patch(StatefulSet.class, "web", "{'spec':{'replicas':1}}");
        eventually("one", () -> cluster.pods("app=web").size() == 1);
        assertThat(cluster.list(PersistentVolumeClaim.class)).hasSize(3);
    }

    private String image(String pod) {
        return cluster.get(Pod.class, pod).getSpec().getContainers().getFirst().getImage();
    }

    @Test
    void anOrderedStatefulSetWaitsForEachPod() {
        cluster.nodes.add("node-1", Map.of());
        cluster.create(
                StatefulSet.class,
                STATEFUL_SET.replace(
                        "{labels: {app: web}}", "{labels: {app: web}, annotations: {test/ready: \"false\"}}"));
        eventually(
                "first",
                () -> cluster.pods("app=web").size() == 1
                        && cluster.get(StatefulSet.class, "web").getStatus().getReplicas() == 1);
        assertThat(cluster.pods("app=web")).hasSize(1);
    }

    @Test
    void aDaemonSetRunsOnEachChosenNodeAndUpdates() {
        cluster.nodes.add("node-1", Map.of("disk", "ssd"));
        cluster.nodes.add("node-2", Map.of());
        cluster.create(DaemonSet.class, """
                apiVersion: apps/v1
                kind: DaemonSet
                metadata: {name: ds}
                spec:
                  selector: {matchLabels: {app: ds}}
                  template:
                    metadata: {labels: {app: ds}}
                    spec: {nodeSelector: {disk: ssd}, containers: [{name: c, image: "x:1"}]}
                """);
        eventually("one", () -> cluster.get(DaemonSet.class, "ds").getStatus().getNumberReady() == 1);
        patch(Node.class, "node-2", "{'metadata':{'labels':{'disk':'ssd'}}}");
        eventually("two", () -> cluster.get(DaemonSet.class, "ds").getStatus().getNumberReady() == 2);
        cluster.resources(Pod.class).delete(ObjectKey.of(cluster.pods("app=ds").getFirst()), DeleteOptions.DEFAULT);
        eventually(
                "replaced",
                () -> cluster.get(DaemonSet.class, "ds").getStatus().getNumberReady() == 2
                        && cluster.pods("app=ds").size() == 2);
        patch(DaemonSet.class, "ds", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'x:2'}]}}}}");
        eventually(
                "updated",
                () -> cluster.pods("app=ds").stream()
                                .allMatch(p -> p.getSpec()
                                        .getContainers()
                                        .getFirst()
                                        .getImage()
                                        .equals("x:2"))
                        && Integer.valueOf(2)
                                .equals(cluster.get(DaemonSet.class, "ds")
                                        .getStatus()
                                        .getUpdatedNumberScheduled())
                        && cluster.get(DaemonSet.class, "ds").getStatus().getNumberReady() == 2);
        patch(Node.class, "node-1", "{'metadata':{'labels':{'disk':null}}}");
        eventually("one again", () -> cluster.pods("app=ds").size() == 1);
    }
}
