package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.k8j.junit.K8j;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What operators written with the two Java clients need beyond reading and writing: informers, custom kinds, elections. */
@K8j
class TypedClientsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static String definition(String group) {
        return """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: ships.%s}
            spec:
              group: %s
              scope: Namespaced
              names: {plural: ships, singular: ship, kind: Ship, shortNames: [sh]}
              versions:
              - name: v1
                served: true
                storage: true
                subresources: {status: {}, scale: {specReplicasPath: .spec.masts, statusReplicasPath: .status.masts}}
                schema:
                  openAPIV3Schema:
                    type: object
                    required: [spec]
                    properties:
                      spec:
                        type: object
                        required: [masts]
                        properties: {masts: {type: integer}, name: {type: string, default: Argo}}
                        x-kubernetes-validations:
                        - {rule: "self.masts >= 1", message: a ship needs a mast}
                      status:
                        type: object
                        properties: {masts: {type: integer}}
            """.formatted(group, group);
    }

    private static void define(KubernetesClient client, String group) {
        client.load(new java.io.ByteArrayInputStream(
                        definition(group).getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .create();
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("ships." + group)
                .waitUntilCondition(
                        crd -> crd != null
                                && crd.getStatus() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True")),
                        PATIENCE.toSeconds(),
                        java.util.concurrent.TimeUnit.SECONDS);
    }

    @Test
    void fabric8sInformerSeesEveryChangeOnce(KubernetesClient client) {
        List<String> seen = new CopyOnWriteArrayList<>();
        var informer = client.configMaps().withLabel("seen").inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(io.fabric8.kubernetes.api.model.ConfigMap object) {
                seen.add("add " + object.getMetadata().getName());
            }

            @Override
            public void onUpdate(
                    io.fabric8.kubernetes.api.model.ConfigMap before, io.fabric8.kubernetes.api.model.ConfigMap after) {
                seen.add("update " + after.getData().get("k"));
            }

            @Override
            public void onDelete(io.fabric8.kubernetes.api.model.ConfigMap object, boolean unknown) {
                seen.add("delete " + object.getMetadata().getName());
            }
        });
        try (informer) {
            var map = new ConfigMapBuilder()
                    .withNewMetadata()
                    .withName("a")
                    .addToLabels("seen", "yes")
                    .endMetadata()
                    .addToData("k", "1")
                    .build();
            client.resource(map).create();
            client.configMaps()
                    .withName("a")
                    .edit(c -> new ConfigMapBuilder(c).addToData("k", "2").build());
            client.configMaps().withName("a").delete();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(seen).containsExactly("add a", "update 2", "delete a"));
        }
    }

    @Test
    void fabric8UsesCustomKinds(KubernetesClient client, @K8j.Namespace String namespace) {
        String group = namespace + ".f8.example.com";
        define(client, group);
        var ships = client.genericKubernetesResources(group + "/v1", "Ship");
        GenericKubernetesResource ship = new GenericKubernetesResource();
        ship.setApiVersion(group + "/v1");
        ship.setKind("Ship");
        ship.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder()
                .withName("one")
                .build());
        ship.setAdditionalProperty("spec", Map.of("masts", 0));
        assertThatThrownBy(() -> ships.resource(ship).create())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getStatus().getMessage())
                                .isEqualTo("Ship." + group
                                        + " \"one\" is invalid: spec: Invalid value: a ship needs a mast"));
        ship.setAdditionalProperty("spec", Map.of("masts", 1));
        assertThat(ships.resource(ship).create().<String>get("spec", "name")).isEqualTo("Argo");
        ships.withName("one").scale(3);
        assertThat(ships.withName("one").get().<Integer>get("spec", "masts")).isEqualTo(3);
    }

    @Test
    void fabric8ElectsOneLeaderAndHandsOver(KubernetesClient client, @K8j.Namespace String namespace) {
        List<String> leaders = new CopyOnWriteArrayList<>();
        var first = elector(client, namespace, "first", leaders).start();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(leaders).containsExactly("first"));
        var second = elector(client, namespace, "second", leaders).start();
        try {
            first.cancel(true);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(leaders).containsExactly("first", "second"));
        } finally {
            second.cancel(true);
        }
    }

    private static io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector elector(
            KubernetesClient client, String namespace, String identity, List<String> leaders) {
        return client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName("election")
                        .withLock(new LeaseLock(namespace, "election", identity))
                        .withLeaseDuration(Duration.ofSeconds(15))
                        .withRenewDeadline(Duration.ofSeconds(10))
                        .withRetryPeriod(Duration.ofMillis(200))
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(() -> leaders.add(identity), () -> {}, leader -> {}))
                        .build())
                .build();
    }

    @Test
    void theOfficialClientUsesCustomKinds(ApiClient official, KubernetesClient client, @K8j.Namespace String namespace)
            throws ApiException {
        String group = namespace + ".official.example.com";
        define(client, group);
        var ships = new DynamicKubernetesApi(group, "v1", "ships", official);
        DynamicKubernetesObject ship = new DynamicKubernetesObject();
        ship.setApiVersion(group + "/v1");
        ship.setKind("Ship");
        ship.setMetadata(new io.kubernetes.client.openapi.models.V1ObjectMeta()
                .name("one")
                .namespace(namespace));
        assertThat(ships.create(ship).getStatus().getMessage())
                .startsWith("Ship." + group + " \"one\" is invalid: [spec: Required value, ");
        var spec = new com.google.gson.JsonObject();
        spec.addProperty("masts", 2);
        ship.getRaw().add("spec", spec);
        var made = ships.create(ship).throwsApiException().getObject();
        assertThat(made.getRaw().getAsJsonObject("spec").get("name").getAsString())
                .isEqualTo("Argo");
        assertThat(ships.list(namespace).throwsApiException().getObject().getItems())
                .hasSize(1);
        assertThat(ships.delete(namespace, "one").isSuccess()).isTrue();
        assertThat(ships.get(namespace, "one").getHttpStatusCode()).isEqualTo(404);
    }
}
