package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Claims and volumes that people bring together by hand, or that do not suit each other. */
class VolumeBindingTest extends ControllersCase {
    @Override
    ControllersConfig settings() {
        return ControllersConfig.DEFAULTS.withLocalPathRoot(Path.of(""));
    }

    private void volume(String name, String spec) {
        cluster.create(PersistentVolume.class, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %s}
                spec: {hostPath: {path: /data}, storageClassName: x, %s}
                """.formatted(name, spec));
        eventually("available", () -> phaseOf(name).equals("Available"));
    }

    private String phaseOf(String volume) {
        return cluster.get(PersistentVolume.class, volume).getStatus().getPhase();
    }

    private void claim(String name, String spec) {
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s}
                spec: {resources: {requests: {storage: 1Gi}}, %s}
                """.formatted(name, spec));
    }

    private String claimPhase(String name) {
        return cluster.get(PersistentVolumeClaim.class, name).getStatus().getPhase();
    }

    private static final String RWO = "capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]";

    @Test
    void aVolumeAskedForByNameMustSuit() {
        volume("small", "capacity: {storage: 1Mi}, accessModes: [ReadWriteOnce]");
        claim("c", "volumeName: small, storageClassName: x, accessModes: [ReadWriteOnce]");
        eventually(
                "told",
                () -> cluster.events("c")
                        .contains(
                                "VolumeMismatch: Cannot bind to requested volume \"small\": requested PV is too small"));
        assertThat(claimPhase("c")).isEqualTo("Pending");
        volume("good", RWO);
        claim("d", "volumeName: good, storageClassName: x, accessModes: [ReadWriteOnce]");
        eventually(
                "bound",
                () -> claimPhase("d").equals("Bound") && phaseOf("good").equals("Bound"));
        claim("late", "volumeName: good, storageClassName: x, accessModes: [ReadWriteOnce]");
        eventually(
                "told that it is taken",
                () -> cluster.events("late")
                        .contains("FailedBinding: volume \"good\" already bound to a different claim."));
    }

    @Test
    void theFewestAccessModesGoBeforeTheLeastRoom() {
        volume("many", "capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce, ReadWriteMany]");
        volume("few", "capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce]");
        claim("c", "storageClassName: x, accessModes: [ReadWriteOnce]");
        eventually("bound", () -> claimPhase("c").equals("Bound"));
        assertThat(cluster.get(PersistentVolumeClaim.class, "c").getSpec().getVolumeName())
                .isEqualTo("few");
        assertThat(cluster.get(PersistentVolume.class, "few").getMetadata().getAnnotations())
                .containsEntry("pv.kubernetes.io/bound-by-controller", "yes");
    }

    @Test
    void aVolumeReservedByHandIsFreedWithItsReservation() {
        volume("mine", RWO + ", claimRef: {namespace: test, name: c}");
        claim("c", "storageClassName: x, accessModes: [ReadWriteOnce]");
        eventually("bound", () -> claimPhase("c").equals("Bound"));
        assertThat(cluster.get(PersistentVolume.class, "mine").getMetadata().getAnnotations())
                .as("people have chosen it")
                .doesNotContainKey("pv.kubernetes.io/bound-by-controller");
    }

    @Test
    void aReleasedVolumeThatNobodyCanDeleteFails() {
        volume("del", RWO + ", persistentVolumeReclaimPolicy: Delete");
        claim("c", "storageClassName: x, accessModes: [ReadWriteOnce]");
        eventually("bound", () -> claimPhase("c").equals("Bound"));
        cluster.resources(PersistentVolumeClaim.class).delete(new ObjectKey(NS, "c"), DeleteOptions.DEFAULT);
        eventually("failed", () -> phaseOf("del").equals("Failed"));
        assertThat(cluster.get(PersistentVolume.class, "del").getStatus().getMessage())
                .isEqualTo("host_path deleter only supports /tmp/.+ but received provided /data");
    }

    @Test
    void aClaimThatCameBeforeTheDefaultClassTakesIt() {
        claim("c", "accessModes: [ReadWriteOnce]");
        eventually(
                "told",
                () -> cluster.events("c")
                        .contains(
                                "FailedBinding: no persistent volumes available for this claim and no storage class is"
                                        + " set"));
        cluster.create(StorageClass.class, """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: late, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
                provisioner: example.com/some
                volumeBindingMode: WaitForFirstConsumer
                """);
        eventually(
                "taken",
                () -> "late"
                        .equals(cluster.get(PersistentVolumeClaim.class, "c")
                                .getSpec()
                                .getStorageClassName()));
        podWithClaim("c");
        eventually(
                "told of the Pod",
                () -> cluster.events("c").contains("WaitForPodScheduled: waiting for pod p to be scheduled"));
    }
}
