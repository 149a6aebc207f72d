package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.k8j.kubelet.fleet.Fleet;
import io.k8j.kubelet.fleet.FleetConfig;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nodes that one component plays. */
class LightNodesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static List<Pod> running(KubernetesClient client, String app) {
        return client.pods().withLabel("app", app).list().getItems().stream()
                .filter(pod -> pod.getStatus().getPhase().equals("Running"))
                .toList();
    }

    @Test
    void podsRunOnThemWithAddressesOfTheirOwnAndGoWhenDeleted() {
        try (K8jCluster cluster =
                K8jCluster.builder().withNodes(0).withLightNodes(20).start()) {
            cluster.awaitNodesReady();
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(ClientsTest.deployment("web", 60)).create();
            await().atMost(LIMIT).until(() -> running(client, "web").size() == 60);
            Set<String> addresses = new HashSet<>();
            running(client, "web").forEach(pod -> addresses.add(pod.getStatus().getPodIP()));
            assertThat(addresses).hasSize(60);
            client.apps().deployments().withName("web").scale(10);
            await().atMost(LIMIT)
                    .until(() -> client.pods()
                                    .withLabel("app", "web")
                                    .list()
                                    .getItems()
                                    .size()
                            == 10);
            client.resource(new JobBuilder()
                            .withNewMetadata()
                            .withName("once")
                            .endMetadata()
                            .withNewSpec()
                            .withNewTemplate()
                            .withNewSpec()
                            .withRestartPolicy("Never")
                            .addNewContainer()
                            .withName("c")
                            .withImage("example.test/x")
                            .endContainer()
                            .endSpec()
                            .endTemplate()
                            .endSpec()
                            .build())
                    .create();
            await().atMost(LIMIT).until(() -> {
                var status = client.batch().v1().jobs().withName("once").get().getStatus();
                return status != null && Integer.valueOf(1).equals(status.getSucceeded());
            });
        }
    }

    @Test
    void podsThatLostTheirReadinessWithTheirNodeTellItAnew() {
        try (K8jCluster cluster =
                K8jCluster.builder().withNodes(0).withLightNodes(1).start()) {
            cluster.awaitNodesReady();
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(ClientsTest.deployment("web", 1)).create();
            await().atMost(LIMIT).until(() -> running(client, "web").size() == 1);
            cluster.awaitQuiescent();
            cluster.time().freeze();
            Pod pod = running(client, "web").getFirst();
            client.resource(pod)
                    .subresource("status")
                    .patch(
                            PatchContext.of(PatchType.STRATEGIC_MERGE),
                            "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}]}}");
            cluster.awaitQuiescent();
            assertThat(condition(client.resource(pod).get(), "Ready")).isEqualTo("False");
            cluster.advance(Duration.ofSeconds(4));
            assertThat(condition(client.resource(pod).get(), "Ready")).isEqualTo("True");
        }
    }

    private static String condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(PodCondition::getStatus)
                .findFirst()
                .orElse("");
    }

    @Test
    void theyRenewTheirLeasesAndFallSilentWhenClosed() {
        try (K8jCluster cluster =
                K8jCluster.builder().withNodes(0).withLightNodes(3).start()) {
            cluster.awaitNodesReady();
            cluster.awaitQuiescent();
            KubernetesClient client = cluster.client(KubernetesClient.class);
            cluster.time().freeze();
            ZonedDateTime before = renewed(client);
            cluster.advance(Duration.ofMinutes(2));
            assertThat(renewed(client)).isAfter(before.plusSeconds(100));
            assertThat(ready(client)).containsExactly("True", "True", "True");
            cluster.lightNodes().orElseThrow().close();
            cluster.advance(Duration.ofMinutes(2));
            assertThat(ready(client)).containsExactly("Unknown", "Unknown", "Unknown");
        }
    }

    private static ZonedDateTime renewed(KubernetesClient client) {
        return client.leases()
                .inNamespace("kube-node-lease")
                .withName("node-00001")
                .get()
                .getSpec()
                .getRenewTime();
    }

    private static List<String> ready(KubernetesClient client) {
        return client.nodes().list().getItems().stream()
                .flatMap(node -> node.getStatus().getConditions().stream())
                .filter(condition -> condition.getType().equals("Ready"))
                .map(condition -> condition.getStatus())
                .toList();
    }

    @Test
    void ownStagesAreFollowedInVirtualTime() {
        String stage = """
            apiVersion: kwok.x-k8s.io/v1alpha1
            kind: Stage
            metadata: {name: crash}
            spec:
              resourceRef: {apiGroup: v1, kind: Pod}
              selector:
                matchAnnotations: {crash: "yes"}
                matchExpressions: [{key: .status.phase, operator: In, values: [Pending]}]
              delay: {durationMilliseconds: 60000}
              next:
                event: {type: Warning, reason: Crashed, message: on purpose}
                finalizers: {add: [{value: example.test/kept}]}
                statusTemplate: |
                  phase: Failed
                  reason: {{ .metadata.annotations.why | Quote }}
            """;
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            List<io.k8j.kubelet.stage.Stage> stages =
                    new java.util.ArrayList<>(Fleet.stages().read("own", stage));
            Fleet.defaultStages().stream().filter(s -> s.kind().equals("Node")).forEach(stages::add);
            try (Fleet fleet = Fleet.start(
                    cluster.client(), FleetConfig.DEFAULTS.withNodes(1, Map.of("zone", "a")), stages, new Random(1))) {
                KubernetesClient client = cluster.client(KubernetesClient.class);
                await().atMost(LIMIT).until(() -> ready(client).equals(List.of("True")));
                assertThat(fleet.nodes()).isOne();
                cluster.time().freeze();
                client.resource(new PodBuilder()
                                .withNewMetadata()
                                .withName("p")
                                .addToAnnotations("crash", "yes")
                                .addToAnnotations("why", "OutOf\"luck")
                                .endMetadata()
                                .withNewSpec()
                                .addToNodeSelector("zone", "a")
                                .addNewContainer()
                                .withName("c")
                                .withImage("example.test/x")
                                .endContainer()
                                .endSpec()
                                .build())
                        .create();
                cluster.awaitQuiescent();
                cluster.advance(Duration.ofSeconds(59));
                assertThat(client.pods().withName("p").get().getStatus().getPhase())
                        .isEqualTo("Pending");
                cluster.advance(Duration.ofSeconds(2));
                Pod failed = client.pods().withName("p").get();
                assertThat(failed.getStatus().getPhase()).isEqualTo("Failed");
                assertThat(failed.getStatus().getReason()).isEqualTo("OutOf\"luck");
                assertThat(failed.getMetadata().getFinalizers()).containsExactly("example.test/kept");
                assertThat(client.v1().events().list().getItems())
                        .extracting(Event::getReason)
                        .contains("Crashed");
            }
        }
    }

    @Test
    void theyLeaveOtherNodesAlone() {
        try (K8jCluster cluster =
                K8jCluster.builder().withNodes(1).withLightNodes(1).start()) {
            cluster.awaitNodesReady();
            cluster.awaitQuiescent();
            KubernetesClient client = cluster.client(KubernetesClient.class);
            assertThat(cluster.lightNodes().orElseThrow().nodes()).isOne();
            assertThat(client.nodes()
                            .withName("node-0")
                            .get()
                            .getStatus()
                            .getNodeInfo()
                            .getContainerRuntimeVersion())
                    .startsWith("simulated://");
            assertThat(client.nodes().withName("node-0").get().getStatus().getCapacity())
                    .doesNotContainEntry("cpu", io.fabric8.kubernetes.api.model.Quantity.parse("32"));
        }
    }

    @Test
    void theirPodsUseWhatTheirAnnotationsSay() {
        try (K8jCluster cluster =
                K8jCluster.builder().withNodes(0).withLightNodes(1).start()) {
            cluster.awaitNodesReady();
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(new PodBuilder()
                            .withNewMetadata()
                            .withName("p")
                            .addToLabels("app", "p")
                            .addToAnnotations("kwok.x-k8s.io/usage-cpu", "300m")
                            .addToAnnotations("kwok.x-k8s.io/usage-memory", "70Mi")
                            .endMetadata()
                            .withNewSpec()
                            .addNewContainer()
                            .withName("a")
                            .withImage("example.test/a:1")
                            .endContainer()
                            .addNewContainer()
                            .withName("b")
                            .withImage("example.test/b:1")
                            .endContainer()
                            .endSpec()
                            .build())
                    .create();
            await().atMost(LIMIT).until(() -> running(client, "p").size() == 1);
            await().atMost(LIMIT)
                    .until(() -> String.valueOf(client.raw("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods"))
                            .contains("\"name\":\"b\",\"usage\":{\"cpu\":\"300m\",\"memory\":\"70Mi\"}"));
            assertThat(client.raw("/apis/metrics.k8s.io/v1beta1/nodes"))
                    .contains("\"usage\":{\"cpu\":\"600m\",\"memory\":\"140Mi\"}");
        }
    }
}
