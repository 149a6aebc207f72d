package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The controllers beside Deployments against the real API server. */
class ClusterTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = new TestCluster();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void pod(String name, String app, String more) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: %s}, annotations: {%s}}
                spec: {containers: [{name: c, image: x, ports: [{name: web, containerPort: 8080}]}]}
                """.formatted(name, app, more));
    }

    private <T extends io.fabric8.kubernetes.api.model.HasMetadata> void patch(
            Class<T> type, String name, String json) {
        cluster.resources(type)
                .patch(TestCluster.key(type, name), PatchType.MERGE, Json.parse(json.replace('\'', '"')), "");
    }

    @Test
    void eachNamespaceGetsItsAccountAndTheRootCa() {
        eventually("account", () -> cluster.exists(ServiceAccount.class, "default"));
        eventually(
                "root CA",
                () -> cluster.get(ConfigMap.class, "kube-root-ca.crt")
                        .getData()
                        .get("ca.crt")
                        .equals("test CA"));
        cluster.resources(ServiceAccount.class).delete(new ObjectKey(NS, "default"), DeleteOptions.DEFAULT);
        eventually("account again", () -> cluster.exists(ServiceAccount.class, "default"));
    }

    @Test
    void aDeletedNamespaceIsEmptiedAndGoes() {
        cluster.nodes.add("node-1", Map.of());
        pod("a", "x", "");
        eventually(
                "running",
                () -> cluster.get(Pod.class, "a").getStatus().getPhase().equals("Running"));
        cluster.resources(Namespace.class).delete(ObjectKey.of(NS), DeleteOptions.DEFAULT);
        eventually("gone", () -> !cluster.exists(Namespace.class, NS));
        assertThat(cluster.list(Pod.class)).isEmpty();
        assertThat(cluster.list(ConfigMap.class)).isEmpty();
    }

    @Test
    void aFinalizerHoldsTheNamespaceAndIsNamed() {
        cluster.create(
                ConfigMap.class,
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/held]}}");
        cluster.resources(Namespace.class).delete(ObjectKey.of(NS), DeleteOptions.DEFAULT);
        eventually(
                "condition",
                () -> cluster.get(Namespace.class, NS).getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("NamespaceFinalizersRemaining")
                                && c.getStatus().equals("True")
                                && c.getMessage()
                                        .equals(
                                                "Some content in the namespace has finalizers remaining: example.com/held in 1"
                                                        + " resource instances")));
        patch(ConfigMap.class, "held", "{'metadata':{'finalizers':null}}");
        eventually("gone", () -> !cluster.exists(Namespace.class, NS));
    }

    @Test
    void eachNodeGetsItsPodNetwork() {
        cluster.nodes.add("node-1", Map.of());
        cluster.nodes.add("node-2", Map.of());
        eventually(
                "CIDRs",
                () -> List.of("10.42.0.0/24", "10.42.1.0/24")
                        .containsAll(List.of(
                                cluster.get(Node.class, "node-1").getSpec().getPodCIDR(),
                                cluster.get(Node.class, "node-2").getSpec().getPodCIDR())));
        cluster.resources(Node.class).delete(ObjectKey.of("node-1"), DeleteOptions.DEFAULT);
        eventually("reused", () -> {
            cluster.nodes.add("node-x" + System.nanoTime(), Map.of());
            return cluster.resources(Node.class).list(ListOptions.ALL).stream()
                            .filter(n -> "10.42.0.0/24".equals(n.getSpec().getPodCIDR()))
                            .count()
                    == 1;
        });
    }

    @Test
    void endpointsAndSlicesFollowThePods() {
        cluster.nodes.add("node-1", Map.of("topology.kubernetes.io/zone", "z1"));
        cluster.create(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: svc, labels: {l: "1"}}
                spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: web}]}
                """);
        pod("a", "web", "");
        pod("b", "web", "test/ready: \"false\"");
        eventually("endpoints", () -> {
            Endpoints e = cluster.get(Endpoints.class, "svc");
            return e.getSubsets().size() == 1
                    && e.getSubsets().getFirst().getAddresses().size() == 1
                    && e.getSubsets().getFirst().getNotReadyAddresses().size() == 1;
        });
        Endpoints endpoints = cluster.get(Endpoints.class, "svc");
        assertThat(endpoints.getSubsets().getFirst().getPorts().getFirst().getPort())
                .isEqualTo(8080);
        assertThat(endpoints.getMetadata().getLabels()).containsEntry("l", "1");
        eventually(
                "slice",
                () -> slices().size() == 1
                        && slices().getFirst().getEndpoints().size() == 2
                        && slices().getFirst().getEndpoints().stream()
                                        .filter(x -> x.getConditions().getReady())
                                        .count()
                                == 1);
        EndpointSlice slice = slices().getFirst();
        assertThat(slice.getPorts().getFirst().getPort()).isEqualTo(8080);
        assertThat(slice.getEndpoints().getFirst().getZone()).isEqualTo("z1");
        cluster.resources(Pod.class).delete(new ObjectKey(NS, "a"), DeleteOptions.DEFAULT);
        eventually(
                "removed",
                () -> slices().getFirst().getEndpoints().size() == 1
                        && cluster.get(Endpoints.class, "svc")
                                .getSubsets()
                                .getFirst()
                                .getAddresses()
                                .isEmpty());
        cluster.resources(Service.class).delete(new ObjectKey(NS, "svc"), DeleteOptions.DEFAULT);
        eventually("all gone", () -> slices().isEmpty() && !cluster.exists(Endpoints.class, "svc"));
    }

    private List<EndpointSlice> slices() {
        return cluster.resources(EndpointSlice.class)
                .list(ListOptions.inNamespace(NS).labels("kubernetes.io/service-name=svc"));
    }

    @Test
    void endpointsWrittenByHandAreMirrored() {
        cluster.create(
                Service.class, "{apiVersion: v1, kind: Service, metadata: {name: svc}, spec: {ports: [{port: 80}]}}");
        cluster.create(Endpoints.class, """
                apiVersion: v1
                kind: Endpoints
                metadata: {name: svc}
                subsets: [{addresses: [{ip: 192.0.2.1}], ports: [{port: 9000}]}]
                """);
        eventually(
                "mirrored",
                () -> slices().getFirst()
                        .getEndpoints()
                        .getFirst()
                        .getAddresses()
                        .equals(List.of("192.0.2.1")));
        assertThat(slices().getFirst().getMetadata().getLabels())
                .containsEntry("endpointslice.kubernetes.io/managed-by", "endpointslicemirroring-controller.k8s.io");
    }

    @Test
    void aBudgetTellsHowManyPodsMayGo() {
        cluster.nodes.add("node-1", Map.of());
        pod("a", "web", "");
        pod("b", "web", "");
        cluster.create(PodDisruptionBudget.class, """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: pdb}
                spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
                """);
        eventually("status", () -> {
            var status = cluster.get(PodDisruptionBudget.class, "pdb").getStatus();
            return status.getDisruptionsAllowed() == 1
                    && status.getCurrentHealthy() == 2
                    && status.getExpectedPods() == 2
                    && status.getConditions().getFirst().getReason().equals("SufficientPods");
        });
        patch(PodDisruptionBudget.class, "pdb", "{'spec':{'minAvailable':2}}");
        eventually(
                "none",
                () -> cluster.get(PodDisruptionBudget.class, "pdb").getStatus().getDisruptionsAllowed() == 0);
    }

    @Test
    void cordonedNodesAreTaintedAndFreedAgain() {
        cluster.nodes.add("node-1", Map.of());
        patch(Node.class, "node-1", "{'spec':{'unschedulable':true}}");
        eventually(
                "tainted",
                () -> cluster.get(Node.class, "node-1").getSpec().getTaints().stream()
                        .anyMatch(t -> t.getKey().equals("node.kubernetes.io/unschedulable")));
        patch(Node.class, "node-1", "{'spec':{'unschedulable':null}}");
        eventually(
                "freed",
                () -> cluster.get(Node.class, "node-1").getSpec().getTaints().isEmpty());
    }

    @Test
    void noExecuteTaintsDriveOutPodsThatDoNotTolerateThem() {
        cluster.nodes.add("node-1", Map.of());
        pod("a", "web", "");
        eventually(
                "running",
                () -> cluster.get(Pod.class, "a").getStatus().getPhase().equals("Running"));
        patch(Node.class, "node-1", "{'spec':{'taints':[{'key':'k','effect':'NoExecute'}]}}");
        eventually("gone", () -> !cluster.exists(Pod.class, "a"));
    }

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

    @Test
    void dependentsWithoutOwnersAreCollected() {
        ConfigMap owner = cluster.create(ConfigMap.class, "{apiVersion: v1, kind: ConfigMap, metadata: {name: owner}}");
        cluster.create(ConfigMap.class, """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: child
                  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: %s}]
                """.formatted(owner.getMetadata().getUid()));
        cluster.create(ConfigMap.class, """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: lost
                  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: nobody, uid: none}]
                """);
        eventually("lost", () -> !cluster.exists(ConfigMap.class, "lost"));
        assertThat(cluster.exists(ConfigMap.class, "child")).isTrue();
        cluster.resources(ConfigMap.class).delete(new ObjectKey(NS, "owner"), DeleteOptions.DEFAULT);
        eventually("child", () -> !cluster.exists(ConfigMap.class, "child"));
    }
}
