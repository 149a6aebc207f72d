package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The controllers beside workloads against the real API server. */
class ClusterTest extends ControllersCase {
    private void pod(String name, String app, String more) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: %s}, annotations: {%s}}
                spec: {containers: [{name: c, image: x, ports: [{name: web, containerPort: 8080}]}]}
                """.formatted(name, app, more));
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
