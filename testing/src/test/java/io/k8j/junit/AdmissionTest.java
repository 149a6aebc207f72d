package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Admission together with the controllers and the command line's flags, by fabric8 over HTTPS. */
class AdmissionTest {
    private static void pod(KubernetesClient client, String name) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("c")
                        .withImage("i")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void hundredsOfPodsAtOnceNeverExceedAQuotaAndDeletedOnesAreReleased() throws InterruptedException {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(new ResourceQuotaBuilder()
                            .withNewMetadata()
                            .withName("q")
                            .withNamespace("default")
                            .endMetadata()
                            .withNewSpec()
                            .addToHard("pods", new Quantity("50"))
                            .endSpec()
                            .build())
                    .create();
            await().until(() -> used(client).equals("0"));
            AtomicInteger admitted = new AtomicInteger();
            List<Throwable> faults = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String name = "p" + i;
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        pod(client, name);
                        admitted.incrementAndGet();
                    } catch (KubernetesClientException e) {
                        if (e.getCode() != 403 || !e.getMessage().contains("exceeded quota: q")) {
                            synchronized (faults) {
                                faults.add(e);
                            }
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(faults).isEmpty();
            assertThat(admitted).hasValue(50);
            assertThat(client.pods().inNamespace("default").list().getItems()).hasSize(50);
            client.pods().inNamespace("default").withGracePeriod(0).delete();
            await().until(() -> used(client).equals("0"));
            pod(client, "again");
        }
    }

    private static String used(KubernetesClient client) {
        var quota = client.resourceQuotas().inNamespace("default").withName("q").get();
        Quantity used = quota.getStatus() == null || quota.getStatus().getUsed() == null
                ? null
                : quota.getStatus().getUsed().get("pods");
        return used == null ? "" : used.toString();
    }

    @Test
    void flagsAndTheConfigurationFileAreObeyed(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("pods.yaml"), """
            apiVersion: pod-security.admission.config.k8s.io/v1
            kind: PodSecurityConfiguration
            defaults: {enforce: restricted}
            exemptions: {namespaces: [kube-system]}
            """);
        Path file = Files.writeString(directory.resolve("admission.yaml"), """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins: [{name: PodSecurity, path: pods.yaml}]
            """);
        try (K8jCluster cluster = K8jCluster.builder()
                .withNodes(0)
                .withApiServerFlags(
                        "admission-control-config-file=" + file, "enable-admission-plugins=AlwaysPullImages")
                .start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            assertThatThrownBy(() -> pod(client, "p"))
                    .hasMessageContaining("violates PodSecurity \"restricted:latest\"");
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("free")
                            .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                            .endMetadata()
                            .build())
                    .create();
            client.serviceAccounts()
                    .inNamespace("free")
                    .withName("default")
                    .waitUntilCondition(account -> account != null, 10, java.util.concurrent.TimeUnit.SECONDS);
            var pod = client.resource(new PodBuilder()
                            .withNewMetadata()
                            .withName("p")
                            .withNamespace("free")
                            .endMetadata()
                            .withNewSpec()
                            .addNewContainer()
                            .withName("c")
                            .withImage("i:1")
                            .endContainer()
                            .endSpec()
                            .build())
                    .create();
            assertThat(pod.getSpec().getContainers().getFirst().getImagePullPolicy())
                    .isEqualTo("Always");
        }
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withApiServerFlags("disable-admission-plugins=Nothing")
                        .start())
                .hasStackTraceContaining("disable-admission-plugins plugin \"Nothing\" is unknown");
    }

    @Test
    void aPolicyIsInForceAsSoonAsItIsBound() {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.load(new java.io.ByteArrayInputStream("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicy
                metadata: {name: p}
                spec:
                  matchConstraints:
                    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
                  validations: [{expression: "object.data.a == 'x'", message: must be x}]
                ---
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicyBinding
                metadata: {name: b}
                spec: {policyName: p, validationActions: [Deny]}
                """.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                    .create();
            assertThatThrownBy(() -> client.resource(new ConfigMapBuilder()
                                    .withNewMetadata()
                                    .withName("m")
                                    .withNamespace("default")
                                    .endMetadata()
                                    .addToData("a", "y")
                                    .build())
                            .create())
                    .hasMessageContaining("ValidatingAdmissionPolicy 'p' with binding 'b' denied request: must be x");
            await().until(() -> client.admissionRegistration()
                            .v1()
                            .validatingAdmissionPolicies()
                            .withName("p")
                            .get()
                            .getStatus()
                    != null);
        }
    }
}
