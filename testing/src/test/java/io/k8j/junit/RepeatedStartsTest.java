package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodFluent;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Pods that cannot start yet are tried again at upstream's pace, whatever else happens to them meanwhile. */
@K8j(virtualTime = true)
class RepeatedStartsTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    private static PodFluent<PodBuilder>.SpecNested<PodBuilder> pod(String name) {
        return new PodBuilder().withNewMetadata().withName(name).endMetadata().withNewSpec();
    }

    private void create(PodBuilder pod) {
        client.resource(pod.build()).create();
        cluster.awaitQuiescent();
    }

    /** Wakes the Pod's worker without any news for it. */
    private void touch(String name, int times) {
        for (int i = 0; i < times; i++) {
            String value = String.valueOf(i);
            client.pods()
                    .withName(name)
                    .edit(pod -> new PodBuilder(pod)
                            .editMetadata()
                            .addToLabels("touched", value)
                            .endMetadata()
                            .build());
            cluster.awaitQuiescent();
        }
    }

    private int told(String pod, String reason) {
        return client.v1().events().list().getItems().stream()
                .filter(event -> event.getInvolvedObject().getName().equals(pod)
                        && event.getReason().equals(reason))
                .mapToInt(Event::getCount)
                .sum();
    }

    private String waitingFor(String name) {
        return client.pods()
                .withName(name)
                .get()
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getWaiting()
                .getReason();
    }

    @Test
    void aContainerWhoseConfigurationIsMissingIsTriedEveryTenSeconds() {
        create(pod("config")
                .addNewContainer()
                .withName("c")
                .withImage("busybox:1")
                .addNewEnvFrom()
                .withNewConfigMapRef("later", false)
                .endEnvFrom()
                .endContainer()
                .endSpec());
        assertThat(waitingFor("config")).isEqualTo("CreateContainerConfigError");
        touch("config", 10);
        assertThat(told("config", "Failed")).isOne();
        cluster.advance(Duration.ofSeconds(31));
        assertThat(told("config", "Failed")).isEqualTo(4);
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("later")
                        .endMetadata()
                        .build())
                .create();
        cluster.awaitQuiescent();
        assertThat(client.pods().withName("config").get().getStatus().getPhase())
                .as("what was missing is there, and nobody waits for a time to pass")
                .isEqualTo("Running");
    }

    @Test
    void volumesThatCannotBeMadeAreTriedAgainAfterGrowingPauses() {
        create(pod("volumes")
                .addNewContainer()
                .withName("c")
                .withImage("busybox:1")
                .endContainer()
                .addNewVolume()
                .withName("a")
                .withNewConfigMap()
                .withName("no-map")
                .endConfigMap()
                .endVolume()
                .addNewVolume()
                .withName("b")
                .withNewSecret()
                .withSecretName("no-secret")
                .endSecret()
                .endVolume()
                .endSpec());
        touch("volumes", 10);
        assertThat(told("volumes", "FailedMount"))
                .as("once for each of them, or again after half a second")
                .isBetween(2, 4);
        cluster.advance(Duration.ofSeconds(62));
        assertThat(told("volumes", "FailedMount"))
                .as("after 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 seconds")
                .isEqualTo(2 * 7);
        assertThat(client.v1().events().list().getItems())
                .extracting(Event::getMessage)
                .contains(
                        "MountVolume.SetUp failed for volume \"a\" : configmap \"no-map\" not found",
                        "MountVolume.SetUp failed for volume \"b\" : secret \"no-secret\" not found");
    }
}
