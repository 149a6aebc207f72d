package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VolumesTest {
    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void startWithTwoNodes() {
        cluster.node("n1", 4, 8);
        cluster.node("n2", 4, 8);
        cluster.start();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static PodBuilder pod(String claim) {
        return new PodBuilder(TestCluster.pod("p", "1").build())
                .editSpec()
                .addNewVolume()
                .withName("v")
                .withNewPersistentVolumeClaim(claim, false)
                .endVolume()
                .endSpec();
    }

    private void storageClass(String provisioner, String mode) {
        cluster.client
                .resources(StorageClass.class)
                .create(new StorageClassBuilder()
                        .withNewMetadata()
                        .withName("fast")
                        .endMetadata()
                        .withProvisioner(provisioner)
                        .withVolumeBindingMode(mode)
                        .build());
    }

    private void claim() {
        cluster.client
                .resources(PersistentVolumeClaim.class)
                .create(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("c")
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .withStorageClassName("fast")
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .addToRequests("storage", new Quantity("1Gi"))
                        .endResources()
                        .endSpec()
                        .build());
    }

    private void bindClaim(String volume) {
        ObjectKey key = new ObjectKey("default", "c");
        cluster.client
                .resources(PersistentVolumeClaim.class)
                .patch(
                        key,
                        PatchType.MERGE,
                        Map.of(
                                "metadata",
                                Map.of("annotations", Map.of("pv.kubernetes.io/bind-completed", "yes")),
                                "spec",
                                Map.of("volumeName", volume)),
                        "");
    }

    @Test
    void waitsForTheClaimToExist() {
        cluster.create(pod("c"));
        assertThat(cluster.refusal("p").getMessage())
                .isEqualTo(
                        "0/2 nodes are available: persistentvolumeclaim \"c\" not found. no new claims to "
                                + "deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.");
    }

    @Test
    void waitsForImmediateClaimsToBeBound() {
        storageClass("example.com/disk", "Immediate");
        claim();
        cluster.create(pod("c"));
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
    }

    @Test
    void tellsTheProvisionerTheNodeAndBindsOnceTheVolumeIsThere() {
        storageClass("example.com/disk", "WaitForFirstConsumer");
        claim();
        cluster.create(pod("c"));

        String selected = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            Map<String, String> annotations = cluster.client
                                    .resources(PersistentVolumeClaim.class)
                                    .get(new ObjectKey("default", "c"))
                                    .getMetadata()
                                    .getAnnotations();
                            return annotations == null ? null : annotations.get("volume.kubernetes.io/selected-node");
                        },
                        node -> node != null);
        assertThat(cluster.get("p").getSpec().getNodeName()).isNull();
        assertThat(cluster.get("p").getStatus().getNominatedNodeName())
                .as("where the Pod is to go is told before it can go there")
                .isEqualTo(selected);
        bindClaim("pv");
        assertThat(cluster.nodeOf("p")).isEqualTo(selected);
        assertThat(cluster.get("p").getStatus().getNominatedNodeName()).isNull();
    }

    @Test
    void takesAFreeVolumeAndGoesWhereItIs() {
        storageClass("kubernetes.io/no-provisioner", "WaitForFirstConsumer");
        claim();
        cluster.client
                .resources(PersistentVolume.class)
                .create(new PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName("pv")
                        .endMetadata()
                        .withNewSpec()
                        .withStorageClassName("fast")
                        .withAccessModes("ReadWriteOnce")
                        .addToCapacity("storage", new Quantity("2Gi"))
                        .withNewLocal(null, "/mnt")
                        .withNewNodeAffinity()
                        .withNewRequired()
                        .addNewNodeSelectorTerm()
                        .addNewMatchExpression()
                        .withKey("kubernetes.io/hostname")
                        .withOperator("In")
                        .withValues("n2")
                        .endMatchExpression()
                        .endNodeSelectorTerm()
                        .endRequired()
                        .endNodeAffinity()
                        .endSpec()
                        .build());
        cluster.client
                .resources(PersistentVolume.class)
                .patch(ObjectKey.of("pv"), PatchType.MERGE, Map.of("status", Map.of("phase", "Available")), "status");
        cluster.create(pod("c"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> cluster.client
                                .resources(PersistentVolume.class)
                                .get(ObjectKey.of("pv"))
                                .getSpec()
                                .getClaimRef()
                        != null);
        bindClaim("pv");
        assertThat(cluster.nodeOf("p")).isEqualTo("n2");
    }
}
