package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.k8j.model.time.SystemTime;
import io.k8j.server.controlplane.ClusterCertificates;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.PatchUtils;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What developers use: fabric8's client and the official one, against the whole cluster. */
@K8j
class ClientsTest {
    private static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("app", "x")
                .endMetadata()
                .addToData("k", value)
                .build();
    }

    static Deployment deployment(String name, int replicas) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("example.test/app:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    @Test
    void fabric8CreatesReadsUpdatesPatchesAndDeletes(KubernetesClient client) {
        client.resource(configMap("a", "1")).create();
        assertThatThrownBy(() -> client.resource(configMap("a", "1")).create())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getStatus().getReason()).isEqualTo("AlreadyExists"));
        client.configMaps()
                .withName("a")
                .edit(c -> new ConfigMapBuilder(c).addToData("k", "2").build());
        client.configMaps().withName("a").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"more\":\"3\"}}");
        assertThat(client.configMaps().withName("a").get().getData()).isEqualTo(Map.of("k", "2", "more", "3"));
        assertThat(client.configMaps().withLabelIn("app", "x", "y").list().getItems())
                .hasSize(1);
        assertThat(client.configMaps().withName("a").delete()).hasSize(1);
        assertThat(client.configMaps().withName("a").get()).isNull();
    }

    @Test
    void fabric8AppliesOnTheServerAndMeetsConflicts(KubernetesClient client) {
        client.resource(configMap("a", "1")).fieldManager("one").serverSideApply();
        assertThatThrownBy(() ->
                        client.resource(configMap("a", "2")).fieldManager("two").serverSideApply())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409))
                .hasMessageContaining(".data.k");
        ConfigMap forced = client.resource(configMap("a", "2"))
                .fieldManager("two")
                .forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).containsEntry("k", "2");
        assertThat(forced.getMetadata().getManagedFields())
                .extracting(field -> field.getManager() + " " + field.getOperation())
                .contains("two Apply");
    }

    @Test
    void aFabric8ClientThatIsClosedLeavesItsConnectionsToTheOthers(KubernetesClient client, K8jCluster cluster) {
        KubernetesClient other = cluster.client(KubernetesClient.class, "kube-system");
        assertThat(other.configMaps().list().getItems()).isNotEmpty();
        other.close();
        assertThat(other.getHttpClient().isClosed()).isTrue();
        assertThat(client.getHttpClient().isClosed()).isFalse();
        client.resource(configMap("after", "1")).create();
        assertThat(client.configMaps().withName("after").get()).isNotNull();
        assertThat(client.getConfiguration().getNamespace()).isEqualTo(client.getNamespace());
    }

    @Test
    void aFabric8ClientKnowsWhatTheKubeconfigSays(K8jCluster cluster) {
        Config known = cluster.client(KubernetesClient.class, "kube-system").getConfiguration();
        Config said = Config.fromKubeconfig(cluster.kubeconfig("kube-system"));
        assertThat(known)
                .extracting(
                        Config::getMasterUrl,
                        Config::getCaCertData,
                        Config::getAutoOAuthToken,
                        Config::getNamespace,
                        config -> config.getCurrentContext().getName(),
                        config -> config.getCurrentContext().getContext(),
                        Config::isTrustCerts)
                .containsExactly(
                        said.getMasterUrl(),
                        said.getCaCertData(),
                        said.getAutoOAuthToken(),
                        said.getNamespace(),
                        said.getCurrentContext().getName(),
                        said.getCurrentContext().getContext(),
                        said.isTrustCerts());
    }

    @Test
    void aFabric8ClientRefusesAServerOfAnotherAuthority(K8jCluster cluster) throws GeneralSecurityException {
        Access own = cluster.access();
        try (SystemTime time = new SystemTime();
                Fabric8Clients clients = new Fabric8Clients()) {
            String other = ClusterCertificates.inMemory(List.of("kubernetes"), List.of("localhost"), time)
                    .authorityPem();
            KubernetesClient client = clients.of(new Access(own.url(), other, own.token()), "default");
            client.getConfiguration().setRequestRetryBackoffLimit(0);
            assertThatThrownBy(() -> client.configMaps().list())
                    .isInstanceOf(KubernetesClientException.class)
                    .hasStackTraceContaining("SSLHandshakeException");
        }
    }

    @Test
    void fabric8WatchesInOrder(KubernetesClient client) {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (var watch = client.configMaps().withLabel("app", "x").watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap object) {
                seen.add(action + " " + object.getMetadata().getName());
            }

            @Override
            public void onClose(WatcherException cause) {
                seen.add("closed by " + cause);
            }
        })) {
            client.resource(configMap("a", "1")).create();
            client.resource(configMap("b", "1")).create();
            client.configMaps()
                    .withName("a")
                    .edit(c -> new ConfigMapBuilder(c).addToData("k", "2").build());
            client.configMaps().withName("b").delete();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(seen).containsExactly("ADDED a", "ADDED b", "MODIFIED a", "DELETED b"));
        }
    }

    @Test
    void aDeploymentBecomesAvailableOnSimulatedNodes(KubernetesClient client) {
        client.resource(deployment("web", 3)).create();
        Deployment available = client.apps()
                .deployments()
                .withName("web")
                .waitUntilCondition(
                        d -> d != null
                                && d.getStatus() != null
                                && Integer.valueOf(3).equals(d.getStatus().getAvailableReplicas()),
                        20,
                        TimeUnit.SECONDS);
        assertThat(available.getStatus().getConditions())
                .anyMatch(c -> c.getType().equals("Available") && c.getStatus().equals("True"));
        client.apps().deployments().withName("web").scale(1);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                client.pods().withLabel("app", "web").list().getItems())
                        .hasSize(1));
    }

    @Test
    void objectsGoWithTheirOwner(KubernetesClient client, K8jCluster cluster) {
        ConfigMap owner = client.resource(configMap("owner", "1")).create();
        client.resource(new ConfigMapBuilder(configMap("owned", "1"))
                        .editMetadata()
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withName("owner")
                        .withUid(owner.getMetadata().getUid())
                        .endOwnerReference()
                        .endMetadata()
                        .build())
                .create();
        cluster.awaitQuiescent();
        client.configMaps()
                .withName("owner")
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                client.configMaps().withLabel("app").list().getItems())
                        .isEmpty());
    }

    @Test
    void theOfficialClientCreatesReadsPatchesAppliesAndDeletes(ApiClient client, @K8j.Namespace String namespace)
            throws ApiException {
        CoreV1Api core = new CoreV1Api(client);
        V1ConfigMap made =
                new V1ConfigMap().metadata(new V1ObjectMeta().name("a")).putDataItem("k", "1");
        core.createNamespacedConfigMap(namespace, made).execute();
        assertThatThrownBy(() -> core.createNamespacedConfigMap(namespace, made).execute())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getCode()).isEqualTo(409));
        V1ConfigMap merged = PatchUtils.patch(
                V1ConfigMap.class,
                () -> core.patchNamespacedConfigMap("a", namespace, new V1Patch("{\"data\":{\"m\":\"2\"}}"))
                        .buildCall(null),
                V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
                client);
        assertThat(merged.getData()).isEqualTo(Map.of("k", "1", "m", "2"));
        V1ConfigMap applied = PatchUtils.patch(
                V1ConfigMap.class,
                () -> core.patchNamespacedConfigMap(
                                "a",
                                namespace,
                                new V1Patch(
                                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"n\":\"3\"}}"))
                        .fieldManager("tester")
                        .force(true)
                        .buildCall(null),
                V1Patch.PATCH_FORMAT_APPLY_YAML,
                client);
        assertThat(applied.getData()).containsEntry("n", "3");
        core.deleteNamespacedConfigMap("a", namespace).execute();
        assertThatThrownBy(() -> core.readNamespacedConfigMap("a", namespace).execute())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getCode()).isEqualTo(404));
    }

    @Test
    void theOfficialClientsInformerFollows(ApiClient client, @K8j.Namespace String namespace) throws ApiException {
        CoreV1Api core = new CoreV1Api(client);
        SharedInformerFactory factory = new SharedInformerFactory(client);
        var informer = factory.sharedIndexInformerFor(
                (CallGeneratorParams parameters) -> core.listNamespacedConfigMap(namespace)
                        .resourceVersion(parameters.resourceVersion)
                        .timeoutSeconds(parameters.timeoutSeconds)
                        .watch(parameters.watch)
                        .buildCall(null),
                V1ConfigMap.class,
                V1ConfigMapList.class);
        factory.startAllRegisteredInformers();
        try {
            await().atMost(Duration.ofSeconds(60)).until(informer::hasSynced);
            core.createNamespacedConfigMap(namespace, new V1ConfigMap().metadata(new V1ObjectMeta().name("late")))
                    .execute();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> informer.getIndexer().getByKey(namespace + "/late") != null);
        } finally {
            factory.stopAllRegisteredInformers(true);
        }
    }
}
