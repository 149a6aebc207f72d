package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Webhooks that the test itself serves. */
@K8j(nodes = 0, scope = K8j.Scope.METHOD, crds = "classpath:io/k8j/junit/widget-crd.yaml")
class WebhookServerTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    private static ConfigMap configMap(String name) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .addToData("k", "v")
                .build();
    }

    @Test
    void aValidatingWebhookDeniesInItsWords() {
        cluster.webhooks()
                .validating(
                        "names",
                        WebhookRule.of("", "v1", "configmaps"),
                        request -> request.name().startsWith("bad")
                                ? AdmissionAnswer.deny("names must be good")
                                : AdmissionAnswer.allow());
        client.resource(configMap("good")).create();
        assertThatThrownBy(() -> client.resource(configMap("bad")).create())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(403))
                .hasMessageContaining(
                        "admission webhook \"names.k8j-junit.test\" denied the request: names must be good");
    }

    @Test
    void aMutatingWebhookChangesTheObject() {
        cluster.webhooks()
                .mutating(
                        "labels",
                        WebhookRule.of("", "v1", "configmaps"),
                        request -> AdmissionAnswer.change(new ConfigMapBuilder(request.objectAs(ConfigMap.class))
                                .editMetadata()
                                .addToLabels("seen", "yes")
                                .endMetadata()
                                .withData(null)
                                .build()));
        ConfigMap made = client.resource(configMap("a")).create();
        assertThat(made.getMetadata().getLabels()).containsEntry("seen", "yes");
        assertThat(made.getData()).isNullOrEmpty();
    }

    @Test
    void aWebhookThatThrowsFailsTheRequest() {
        cluster.webhooks().validating("broken", WebhookRule.of("", "v1", "configmaps"), request -> {
            throw new IllegalStateException("on purpose");
        });
        client.getConfiguration().setRequestRetryBackoffLimit(0); // the first answer is the one that counts
        assertThatThrownBy(() -> client.resource(configMap("a")).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("failed calling webhook \"broken.k8j-junit.test\"");
    }

    @Test
    void aConversionWebhookTurnsVersionsIntoOneAnother() {
        cluster.webhooks().converting("widgets.example.test", (object, wanted) -> {
            @SuppressWarnings("unchecked")
            Map<String, Object> spec = (Map<String, Object>) object.get("spec");
            boolean toNew = wanted.endsWith("/v2");
            Object size = spec.remove(toNew ? "size" : "count");
            if (size != null) spec.put(toNew ? "count" : "size", size);
            return object;
        });
        cluster.apply("{apiVersion: example.test/v1, kind: Widget, metadata: {name: a}, spec: {size: 7}}");
        GenericKubernetesResource second = client.genericKubernetesResources("example.test/v2", "Widget")
                .inNamespace("default")
                .withName("a")
                .get();
        assertThat((Integer) second.get("spec", "count")).isEqualTo(7);
    }
}
