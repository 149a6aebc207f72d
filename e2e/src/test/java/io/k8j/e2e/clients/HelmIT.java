package io.k8j.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.Release;
import com.marcnuri.helm.UpgradeCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.junit.K8j;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Helm itself, through its Java binding: a chart is installed, upgraded, rolled back and removed. The binding has no
 * command of its own for a rollback; an atomic upgrade that fails does the same one.
 */
@K8j
class HelmIT {
    private static final String CHART = chart();

    private static String chart() {
        try {
            return Path.of(HelmIT.class.getResource("/clients/chart/Chart.yaml").toURI())
                    .getParent()
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Release install(String namespace, Path kubeconfig) {
        return Helm.install(CHART)
                .withName("shop")
                .withNamespace(namespace)
                .withKubeConfig(kubeconfig)
                .waitReady()
                .withTimeout(60)
                .call();
    }

    private static UpgradeCommand upgrade(String namespace, Path kubeconfig) {
        return Helm.upgrade(CHART)
                .withName("shop")
                .withNamespace(namespace)
                .withKubeConfig(kubeconfig)
                .withTimeout(60);
    }

    @Test
    void installsAndWaitsUntilTheDeploymentIsReady(
            @K8j.Namespace String namespace, @K8j.Kubeconfig Path kubeconfig, KubernetesClient client) {
        Release release = install(namespace, kubeconfig);

        assertThat(release.getStatus()).isEqualTo("deployed");
        assertThat(client.apps()
                        .deployments()
                        .withName("shop")
                        .get()
                        .getStatus()
                        .getReadyReplicas())
                .isEqualTo(2);
        ConfigMap settings = client.configMaps().withName("shop").get();
        assertThat(settings.getData())
                .containsEntry("greeting", "hello")
                .containsEntry("scales", "yes")
                .containsEntry("looked-up", "default");
        assertThat(settings.getMetadata().getLabels()).containsEntry("app.kubernetes.io/managed-by", "Helm");
        assertThat(client.genericKubernetesResources("shop.example.com/v1", "Discount")
                        .withName("shop")
                        .get())
                .isNotNull();
        assertThat(client.secrets().withLabel("owner", "helm").list().getItems())
                .singleElement()
                .satisfies(secret -> assertThat(secret.getType()).isEqualTo("helm.sh/release.v1"));
    }

    @Test
    void upgradesInPlaceAndRunsHooks(
            @K8j.Namespace String namespace, @K8j.Kubeconfig Path kubeconfig, KubernetesClient client) {
        install(namespace, kubeconfig);
        Service before = client.services().withName("shop").get();

        Release release = upgrade(namespace, kubeconfig)
                .set("greeting", "good day")
                .set("replicas", 3)
                .waitReady()
                .call();

        assertThat(release.getRevision()).isEqualTo("2");
        assertThat(client.configMaps().withName("shop").get().getData()).containsEntry("greeting", "good day");
        assertThat(client.configMaps().withName("shop-hook").get().getData()).containsEntry("revision", "2");
        assertThat(client.apps()
                        .deployments()
                        .withName("shop")
                        .get()
                        .getStatus()
                        .getReadyReplicas())
                .isEqualTo(3);
        assertThat(client.services().withName("shop").get().getSpec().getClusterIP())
                .isEqualTo(before.getSpec().getClusterIP());
        assertThat(Helm.history("shop")
                        .withNamespace(namespace)
                        .withKubeConfig(kubeconfig)
                        .call())
                .extracting(revision -> revision.getRevision() + " " + revision.getStatus())
                .containsExactlyInAnyOrder("1 superseded", "2 deployed");
    }

    @Test
    void rollsBackWhatFails(@K8j.Namespace String namespace, @K8j.Kubeconfig Path kubeconfig, KubernetesClient client) {
        install(namespace, kubeconfig);

        assertThatThrownBy(() -> upgrade(namespace, kubeconfig)
                        .set("greeting", "lost")
                        .set("port", 123456)
                        .atomic()
                        .call())
                .hasMessageContaining(
                        "spec.ports[0].port: Invalid value: 123456: must be between 1 and 65535, inclusive");

        assertThat(client.configMaps().withName("shop").get().getData()).containsEntry("greeting", "hello");
        assertThat(client.services().withName("shop").get().getSpec().getPorts())
                .singleElement()
                .satisfies(port -> assertThat(port.getPort()).isEqualTo(80));
        assertThat(Helm.history("shop")
                        .withNamespace(namespace)
                        .withKubeConfig(kubeconfig)
                        .call())
                .extracting(revision -> revision.getRevision() + " " + revision.getStatus())
                .containsExactlyInAnyOrder("1 superseded", "2 failed", "3 deployed");
    }

    @Test
    void removesEverythingButDefinitions(
            @K8j.Namespace String namespace, @K8j.Kubeconfig Path kubeconfig, KubernetesClient client) {
        install(namespace, kubeconfig);

        Helm.uninstall("shop")
                .withNamespace(namespace)
                .withKubeConfig(kubeconfig)
                .call();

        assertThat(client.apps().deployments().withName("shop").get()).isNull();
        assertThat(client.services().withName("shop").get()).isNull();
        assertThat(client.rbac().roles().withName("shop").get()).isNull();
        assertThat(client.genericKubernetesResources("shop.example.com/v1", "Discount")
                        .withName("shop")
                        .get())
                .isNull();
        assertThat(client.secrets().withLabel("owner", "helm").list().getItems())
                .isEmpty();
        assertThat(client.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withName("discounts.shop.example.com")
                        .get())
                .isNotNull();
    }
}
