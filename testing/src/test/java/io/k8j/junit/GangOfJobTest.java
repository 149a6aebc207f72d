package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A Job whose Pods go as a gang, from its creation to its end, by fabric8 over HTTPS. */
class GangOfJobTest {
    private static final ResourceDefinitionContext GROUPS = context("PodGroup", "podgroups");
    private static final ResourceDefinitionContext WORKLOADS = context("Workload", "workloads");

    private static ResourceDefinitionContext context(String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup("scheduling.k8s.io")
                .withVersion("v1alpha2")
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    private static Job job() {
        return new JobBuilder()
                .withNewMetadata()
                .withName("j")
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withParallelism(2)
                .withCompletions(2)
                .withCompletionMode("Indexed")
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private static List<GenericKubernetesResource> all(KubernetesClient client, ResourceDefinitionContext kind) {
        return client.genericKubernetesResources(kind)
                .inNamespace("default")
                .list()
                .getItems();
    }

    @Test
    void itsPodsAreScheduledTogether() {
        try (K8jCluster cluster = K8jCluster.builder()
                .withNodes(1)
                .withApiServerFlags(
                        "feature-gates=GenericWorkload=true,GangScheduling=true,WorkloadWithJob=true,"
                                + "TopologyAwareWorkloadScheduling=true,WorkloadAwarePreemption=true",
                        "runtime-config=scheduling.k8s.io/v1alpha2=true")
                .start()) {
            KubernetesClient client = cluster.client(KubernetesClient.class);
            client.resource(job()).create();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(all(client, GROUPS))
                            .singleElement()
                            .satisfies(group -> assertThat((String) group.get("status", "conditions", 0, "reason"))
                                    .isEqualTo("Scheduled")));
            GenericKubernetesResource group = all(client, GROUPS).getFirst();
            assertThat((Object) group.get("spec", "priority"))
                    .as("by its class, of which there is none")
                    .isEqualTo(0);
            assertThat(client.pods().inNamespace("default").list().getItems())
                    .hasSize(2)
                    .allSatisfy(
                            pod -> assertThat(pod.getSpec().getSchedulingGroup().getPodGroupName())
                                    .isEqualTo(group.getMetadata().getName()));
            assertThatThrownBy(() -> client.batch()
                            .v1()
                            .jobs()
                            .inNamespace("default")
                            .withName("j")
                            .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"parallelism\":3}}"))
                    .isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("cannot change parallelism for a Job referencing gang-scheduled PodGroup \""
                            + group.getMetadata().getName() + "\"");
            client.batch().v1().jobs().inNamespace("default").withName("j").delete();
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(all(client, GROUPS)).isEmpty();
                assertThat(all(client, WORKLOADS)).isEmpty();
                assertThat(client.pods().inNamespace("default").list().getItems())
                        .extracting((Pod pod) -> pod.getMetadata().getName())
                        .isEmpty();
            });
        }
    }
}
