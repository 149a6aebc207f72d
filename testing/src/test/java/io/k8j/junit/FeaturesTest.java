package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Feature gates and API versions by the command line's flags, by fabric8 over HTTPS. */
class FeaturesTest {
    private static final String[] GANGS = {
        "feature-gates=GenericWorkload=true,GangScheduling=true", "runtime-config=scheduling.k8s.io/v1alpha2=true"
    };
    private static final ResourceDefinitionContext GROUPS = new ResourceDefinitionContext.Builder()
            .withGroup("scheduling.k8s.io")
            .withVersion("v1alpha2")
            .withKind("PodGroup")
            .withPlural("podgroups")
            .withNamespaced(true)
            .build();

    private static Pod member(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withNewSchedulingGroup()
                .withPodGroupName("g")
                .endSchedulingGroup()
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .endContainer()
                .endSpec()
                .build();
    }

    private static void group(KubernetesClient client) {
        client.genericKubernetesResources(GROUPS)
                .load(new java.io.ByteArrayInputStream("""
                        apiVersion: scheduling.k8s.io/v1alpha2
                        kind: PodGroup
                        metadata: {name: g, namespace: default}
                        spec:
                          priorityClassName: p
                          schedulingPolicy: {gang: {minCount: 2}}
                        """.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .create();
    }

    @Test
    void aGangIsScheduledWhenItIsComplete() {
        try (K8jCluster cluster =
                K8jCluster.builder().withNodes(1).withApiServerFlags(GANGS).start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(member("a")).create();
            group(client);
            client.resource(member("b")).create();
            for (String name : new String[] {"a", "b"}) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() ->
                                client.pods().withName(name).get().getSpec().getNodeName() != null);
            }
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                GenericKubernetesResource group =
                        client.genericKubernetesResources(GROUPS).withName("g").get();
                assertThat((String) group.get("status", "conditions", 0, "reason"))
                        .isEqualTo("Scheduled");
                assertThat((Object) group.get("spec", "priorityClassName"))
                        .as("its feature is off")
                        .isNull();
            });
            GenericKubernetesResource group =
                    client.genericKubernetesResources(GROUPS).withName("g").get();
            assertThat(group.getMetadata().getFinalizers()).containsExactly("scheduling.k8s.io/podgroup-protection");
            client.genericKubernetesResources(GROUPS).withName("g").delete();
            client.pods().withName("a").withGracePeriod(0).delete();
            assertThat(client.genericKubernetesResources(GROUPS).withName("g").get())
                    .as("a Pod of it is left")
                    .isNotNull();
            client.pods().withName("b").withGracePeriod(0).delete();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> client.genericKubernetesResources(GROUPS)
                                    .withName("g")
                                    .get()
                            == null);
            assertThat(client.raw("/metrics"))
                    .contains("kubernetes_feature_enabled{name=\"GangScheduling\",stage=\"ALPHA\"} 1")
                    .contains("kubernetes_feature_enabled{name=\"HPAScaleToZero\",stage=\"ALPHA\"} 0")
                    .contains("kubernetes_feature_enabled{name=\"ImageVolume\",stage=\"\"} 1");
            assertThat(client.raw("/apis/scheduling.k8s.io"))
                    .as("the stable version stays the preferred one")
                    .contains("\"preferredVersion\":{\"groupVersion\":\"scheduling.k8s.io/v1\"")
                    .contains("scheduling.k8s.io/v1alpha2");
            assertThat(client.raw("/openapi/v3/apis/scheduling.k8s.io/v1alpha2"))
                    .contains("io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy");
        }
    }

    @Test
    void withoutTheFeatureNeitherTheVersionNorTheFieldExists() {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            assertThat(client.raw("/apis/scheduling.k8s.io")).doesNotContain("v1alpha2");
            assertThat(client.resource(member("a")).create().getSpec().getSchedulingGroup())
                    .isNull();
            assertThat(client.resource(new DeploymentBuilder()
                                    .withNewMetadata()
                                    .withName("d")
                                    .withNamespace("default")
                                    .endMetadata()
                                    .withNewSpec()
                                    .withReplicas(0)
                                    .withNewSelector()
                                    .addToMatchLabels("a", "b")
                                    .endSelector()
                                    .withNewTemplate()
                                    .withNewMetadata()
                                    .addToLabels("a", "b")
                                    .endMetadata()
                                    .withSpec(member("a").getSpec())
                                    .endTemplate()
                                    .endSpec()
                                    .build())
                            .create()
                            .getSpec()
                            .getTemplate()
                            .getSpec()
                            .getSchedulingGroup())
                    .isNull();
        }
    }

    @Test
    void theSchedulerTakesAConfiguration(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("scheduler.yaml"), """
                apiVersion: kubescheduler.config.k8s.io/v1
                kind: KubeSchedulerConfiguration
                profiles: [{schedulerName: mine}]
                """);
        try (K8jCluster cluster = K8jCluster.builder()
                .withNodes(1)
                .withSchedulerFlags("config=" + file)
                .start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            Pod pod = new PodBuilder(member("a"))
                    .editSpec()
                    .withSchedulerName("mine")
                    .endSpec()
                    .build();
            client.resource(pod).create();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> client.pods().withName("a").get().getSpec().getNodeName() != null);
        }
        Files.writeString(file, Files.readString(file) + "parallelism: 0\n");
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withSchedulerFlags("config=" + file)
                        .start())
                .hasStackTraceContaining("parallelism: Invalid value: 0: should be an integer value greater than zero");
    }

    @Test
    void wrongFlagsAreRefusedInUpstreamsWords() {
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withApiServerFlags("feature-gates=NoSuchThing=true")
                        .start())
                .hasStackTraceContaining("unrecognized feature gate: NoSuchThing");
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withSchedulerFlags("feature-gates=NoSuchThing=true")
                        .start())
                .hasStackTraceContaining("--kube-scheduler-arg: unrecognized feature gate: NoSuchThing");
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withApiServerFlags("runtime-config=no.such.group/v1=true")
                        .start())
                .hasStackTraceContaining("unknown api groups no.such.group/v1");
    }
}
