package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.k8j.junit.K8j;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.options.PatchOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Server-side apply with the two Java clients, and the official client's informers. */
@K8j
class ApplyingClientsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ConfigMap map(String namespace, String key, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("applied")
                .withNamespace(namespace)
                .endMetadata()
                .addToData(key, value)
                .build();
    }

    @Test
    void fabric8AppliesAndIsToldWhoseFieldItWants(KubernetesClient client, @K8j.Namespace String namespace) {
        client.resource(map(namespace, "a", "1")).fieldManager("one").serverSideApply();
        ConfigMap both =
                client.resource(map(namespace, "b", "2")).fieldManager("two").serverSideApply();
        assertThat(both.getData()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(both.getMetadata().getManagedFields())
                .extracting(ManagedFieldsEntry::getManager)
                .containsExactlyInAnyOrder("one", "two");
        var conflicting = client.resource(map(namespace, "a", "3")).fieldManager("two");
        assertThatThrownBy(conflicting::serverSideApply)
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(409))
                .hasMessageContaining("conflict with \"one\": .data.a");
        ConfigMap forced = client.resource(map(namespace, "a", "3"))
                .fieldManager("two")
                .forceConflicts()
                .serverSideApply();
        assertThat(forced.getData()).isEqualTo(Map.of("a", "3")); // b is not applied any more
    }

    private static GenericKubernetesApi<V1ConfigMap, V1ConfigMapList> maps(ApiClient official) {
        return new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", official);
    }

    @Test
    void theOfficialClientApplies(ApiClient official, KubernetesClient client, @K8j.Namespace String namespace)
            throws Exception {
        PatchOptions options = new PatchOptions();
        options.setFieldManager("official");
        options.setForce(true);
        V1ConfigMap made = maps(official)
                .patch(
                        namespace,
                        "applied",
                        V1Patch.PATCH_FORMAT_APPLY_YAML,
                        new V1Patch("{apiVersion: v1, kind: ConfigMap, metadata: {name: applied}, data: {k: v}}"),
                        options)
                .throwsApiException()
                .getObject();
        assertThat(made.getData()).isEqualTo(Map.of("k", "v"));
        // This client leaves managed fields out of what it reads.
        List<ManagedFieldsEntry> managers = client.configMaps()
                .inNamespace(namespace)
                .withName("applied")
                .get()
                .getMetadata()
                .getManagedFields();
        assertThat(managers)
                .extracting(ManagedFieldsEntry::getManager, ManagedFieldsEntry::getOperation)
                .containsExactly(tuple("official", "Apply"));
    }

    @Test
    void theOfficialClientsInformerFollows(ApiClient official, @K8j.Namespace String namespace) throws Exception {
        GenericKubernetesApi<V1ConfigMap, V1ConfigMapList> api = maps(official);
        SharedInformerFactory factory = new SharedInformerFactory(official);
        List<String> seen = new CopyOnWriteArrayList<>();
        SharedIndexInformer<V1ConfigMap> informer =
                factory.sharedIndexInformerFor(api, V1ConfigMap.class, 0, namespace);
        informer.addEventHandler(new ResourceEventHandler<>() {
            private void note(String what, V1ConfigMap map) {
                if (map.getMetadata().getName().equals("watched")) seen.add(what + " " + map.getData());
            }

            @Override
            public void onAdd(V1ConfigMap map) {
                note("add", map);
            }

            @Override
            public void onUpdate(V1ConfigMap before, V1ConfigMap now) {
                note("update", now);
            }

            @Override
            public void onDelete(V1ConfigMap map, boolean stale) {
                note("delete", map);
            }
        });
        factory.startAllRegisteredInformers();
        try {
            V1ConfigMap map = new V1ConfigMap()
                    .metadata(new V1ObjectMeta().name("watched").namespace(namespace))
                    .putDataItem("k", "1");
            V1ConfigMap made = api.create(map).throwsApiException().getObject();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).containsExactly("add {k=1}"));
            api.update(made.putDataItem("k", "2")).throwsApiException();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).containsExactly("add {k=1}", "update {k=2}"));
            api.delete(namespace, "watched").throwsApiException();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(seen).containsExactly("add {k=1}", "update {k=2}", "delete {k=2}"));
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }
}
