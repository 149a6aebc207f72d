package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class K8jClusterTest {
    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .addToData("k", "v")
                .build();
    }

    @Test
    void aSimulatedNodeBecomesReady() {
        try (K8jCluster cluster = K8jCluster.start().awaitNodesReady()) {
            assertThat(cluster.client().resources(Node.class).list(ListOptions.ALL))
                    .extracting(node -> node.getMetadata().getName())
                    .containsExactly("node-0");
        }
    }

    @Test
    void theApiServerComesBackWithEverythingAtTheSameAddress() {
        try (K8jCluster cluster = K8jCluster.start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(configMap("kept")).create();
            cluster.stopApiServer();
            assertThatThrownBy(() -> cluster.client().resources(ConfigMap.class).get(new ObjectKey("default", "kept")))
                    .isInstanceOf(TransportException.class);
            cluster.startApiServer();
            assertThat(client.configMaps().withName("kept").get().getData()).containsEntry("k", "v");
        }
    }

    @Test
    void aRefusedRequestChangesNothing() {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            var fault = cluster.faults()
                    .refuse(Faults.Match.of("create", "configmaps").by("system:admin"), 1, 409);
            assertThatThrownBy(() -> client.resource(configMap("refused")).create())
                    .isInstanceOfSatisfying(
                            KubernetesClientException.class,
                            e -> assertThat(e.getCode()).isEqualTo(409));
            assertThat(fault.count()).isOne();
            assertThat(client.configMaps().withName("refused").get()).isNull();
            client.resource(configMap("refused")).create();
        }
    }

    @Test
    void informersOutliveLostAndExpiredWatches() {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            var seen = new CopyOnWriteArrayList<String>();
            try (var informer = client.configMaps().inNamespace("default").inform()) {
                informer.addEventHandler(new io.fabric8.kubernetes.client.informers.ResourceEventHandler<>() {
                    @Override
                    public void onAdd(ConfigMap object) {
                        seen.add(object.getMetadata().getName());
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap now) {}

                    @Override
                    public void onDelete(ConfigMap object, boolean unknown) {}
                });
                client.resource(configMap("a")).create();
                await().atMost(Duration.ofSeconds(60)).until(() -> seen.contains("a"));
                cluster.disconnectWatches();
                client.resource(configMap("b")).create();
                await().atMost(Duration.ofSeconds(60)).until(() -> seen.contains("b"));
                cluster.expireWatches();
                client.resource(configMap("c")).create();
                await().atMost(Duration.ofSeconds(60)).until(() -> seen.contains("c"));
            }
        }
    }

    @Test
    void aNodeThatFallsSilentIsNotReadyAfterItsGracePeriod() {
        try (K8jCluster cluster = K8jCluster.start().awaitNodesReady()) {
            cluster.time().freeze();
            cluster.advance(Duration.ofMinutes(2));
            assertThat(ready(cluster)).isEqualTo("True");
            cluster.node("node-0").fail();
            cluster.advance(Duration.ofSeconds(30));
            assertThat(ready(cluster)).isEqualTo("True");
            cluster.advance(Duration.ofSeconds(30));
            assertThat(ready(cluster)).isEqualTo("Unknown");
            cluster.node("node-0").recover();
            cluster.advance(Duration.ofSeconds(15));
            assertThat(ready(cluster)).isEqualTo("True");
        }
    }

    @Test
    void podsOfALostNodeRunElsewhereAfterTheirToleration() {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(2).start().awaitNodesReady()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(ClientsTest.deployment("web", 1)).create();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> runningNodes(client).size() == 1);
            String lost = runningNodes(client).getFirst();
            cluster.node(lost).fail();
            cluster.time().freeze();
            cluster.advance(Duration.ofMinutes(2));
            assertThat(runningNodes(client)).contains(lost);
            cluster.advance(Duration.ofMinutes(5));
            assertThat(runningNodes(client)).anyMatch(node -> !node.equals(lost));
        }
    }

    private static List<String> runningNodes(KubernetesClient client) {
        return client.pods().withLabel("app", "web").list().getItems().stream()
                .filter(pod -> pod.getStatus().getPhase().equals("Running"))
                .map(pod -> pod.getSpec().getNodeName())
                .toList();
    }

    private static String ready(K8jCluster cluster) {
        return cluster.client().resources(Node.class).get(ObjectKey.of("node-0")).getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow()
                .getStatus();
    }
}
