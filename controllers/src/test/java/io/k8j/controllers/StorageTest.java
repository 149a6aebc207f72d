package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.VolumeAttributesClass;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes, claims, quotas and aggregated roles against the real API server. */
class StorageTest extends ControllersCase {
    @TempDir
    private Path storage;

    @Override
    ControllersConfig settings() {
        return ControllersConfig.DEFAULTS.withLocalPathRoot(storage);
    }

    @Test
    void aClaimOfTheDefaultClassIsBoundWhenItsFirstPodHasANode() {
        eventually("class", () -> cluster.exists(StorageClass.class, "local-path"));
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data}
                spec: {storageClassName: local-path, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """);
        eventually(
                "waits",
                () -> cluster.events("data")
                        .contains("WaitForFirstConsumer: waiting for first consumer to be created before binding"));
        cluster.nodes.add("node-1", Map.of("kubernetes.io/hostname", "node-1"));
        podWithClaim("data");
        eventually(
                "bound",
                () -> cluster.get(PersistentVolumeClaim.class, "data")
                        .getStatus()
                        .getPhase()
                        .equals("Bound"));
        String name = cluster.get(PersistentVolumeClaim.class, "data").getSpec().getVolumeName();
        eventually(
                "volume",
                () -> cluster.get(PersistentVolume.class, name)
                        .getStatus()
                        .getPhase()
                        .equals("Bound"));
        assertThat(cluster.get(PersistentVolume.class, name)
                        .getSpec()
                        .getHostPath()
                        .getPath())
                .startsWith(storage.toString());
        cluster.resources(PersistentVolumeClaim.class).delete(new ObjectKey(NS, "data"), DeleteOptions.DEFAULT);
        assertThat(cluster.exists(PersistentVolumeClaim.class, "data")).isTrue(); // in use
        cluster.resources(Pod.class).delete(new ObjectKey(NS, "p"), DeleteOptions.DEFAULT);
        eventually(
                "gone",
                () -> !cluster.exists(PersistentVolumeClaim.class, "data")
                        && !cluster.exists(PersistentVolume.class, name));
    }

    @Test
    void aClaimWithoutClassTakesTheSmallestVolumeThatSuits() {
        for (String size : new String[] {"1Gi", "5Gi", "10Gi"}) {
            cluster.create(PersistentVolume.class, """
                    apiVersion: v1
                    kind: PersistentVolume
                    metadata: {name: pv-%s}
                    spec:
                      capacity: {storage: %s}
                      accessModes: [ReadWriteOnce]
                      persistentVolumeReclaimPolicy: Retain
                      hostPath: {path: /x}
                    """.formatted(size.toLowerCase(), size));
        }
        eventually(
                "available",
                () -> cluster.get(PersistentVolume.class, "pv-5gi")
                        .getStatus()
                        .getPhase()
                        .equals("Available"));
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data}
                spec: {storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
                """);
        eventually(
                "bound",
                () -> cluster.get(PersistentVolumeClaim.class, "data")
                        .getStatus()
                        .getPhase()
                        .equals("Bound"));
        assertThat(cluster.get(PersistentVolumeClaim.class, "data").getSpec().getVolumeName())
                .isEqualTo("pv-5gi");
        cluster.resources(PersistentVolumeClaim.class).delete(new ObjectKey(NS, "data"), DeleteOptions.DEFAULT);
        eventually(
                "released",
                () -> cluster.get(PersistentVolume.class, "pv-5gi")
                        .getStatus()
                        .getPhase()
                        .equals("Released"));
    }

    @Test
    void aQuotaCountsUpAndDown() {
        cluster.create(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q}
                spec: {hard: {pods: "5", requests.cpu: "2", count/configmaps: "9"}}
                """);
        cluster.nodes.add("node-1", Map.of());
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec: {containers: [{name: c, image: x, resources: {requests: {cpu: 250m}}}]}
                """);
        eventually(
                "used", () -> used("pods").equals("1") && used("requests.cpu").equals("250m"));
        int maps = cluster.list(ConfigMap.class).size();
        eventually("maps", () -> used("count/configmaps").equals(Integer.toString(maps)));
        cluster.resources(Pod.class).delete(new ObjectKey(NS, "p"), DeleteOptions.DEFAULT);
        eventually(
                "unused", () -> used("pods").equals("0") && used("requests.cpu").equals("0"));
    }

    @Test
    void aQuotaCountsTheDevicesOfEachClass() {
        cluster.create(ResourceQuota.class, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q}
                spec: {hard: {gold.deviceclass.resource.k8s.io/devices: "9", silver.deviceclass.resource.k8s.io/devices: "99"}}
                """);
        cluster.create(ResourceClaim.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: c}
                spec:
                  devices:
                    requests:
                    - {name: one, exactly: {deviceClassName: gold}}
                    - name: some
                      firstAvailable:
                      - {name: a, deviceClassName: gold, count: 3}
                      - {name: b, deviceClassName: gold, count: 2}
                      - {name: c, deviceClassName: silver, allocationMode: All}
                """);
        String gold = "gold.deviceclass.resource.k8s.io/devices";
        String silver = "silver.deviceclass.resource.k8s.io/devices";
        eventually("used", () -> used(gold).equals("4") && used(silver).equals("32"));
        cluster.resources(ResourceClaim.class).delete(new ObjectKey(NS, "c"), DeleteOptions.DEFAULT);
        eventually("unused", () -> used(gold).equals("0") && used(silver).equals("0"));
    }

    private String used(String name) {
        return cluster.get(ResourceQuota.class, "q")
                .getStatus()
                .getUsed()
                .get(name)
                .toString();
    }

    @Test
    void anAggregatedRoleHasTheRulesOfItsParts() {
        cluster.create(ClusterRole.class, """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: whole}
                aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: "true"}}]}
                rules: []
                """);
        cluster.create(ClusterRole.class, """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: part, labels: {part: "true"}}
                rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
                """);
        eventually(
                "aggregated",
                () -> cluster.get(ClusterRole.class, "whole").getRules().size() == 1);
        assertThat(cluster.resources(ClusterRole.class).list(ListOptions.ALL)).hasSizeGreaterThan(1);
    }

    @Test
    void aClassOfAttributesIsKeptWhileAClaimWantsIt() {
        cluster.create(VolumeAttributesClass.class, """
                apiVersion: storage.k8s.io/v1
                kind: VolumeAttributesClass
                metadata: {name: fast}
                driverName: disks.example.com
                parameters: {iops: "9000"}
                """);
        eventually(
                "finalizer",
                () -> cluster.get(VolumeAttributesClass.class, "fast")
                        .getMetadata()
                        .getFinalizers()
                        .contains("kubernetes.io/vac-protection"));
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: quick}
                spec:
                  storageClassName: none
                  volumeAttributesClassName: fast
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Gi}}
                """);
        eventually(
                "claim is seen",
                () -> cluster.get(PersistentVolumeClaim.class, "quick")
                        .getMetadata()
                        .getFinalizers()
                        .contains("kubernetes.io/pvc-protection"));
        cluster.resources(VolumeAttributesClass.class).delete(ObjectKey.of("fast"), DeleteOptions.DEFAULT);
        assertThat(cluster.exists(VolumeAttributesClass.class, "fast")).isTrue();
        cluster.resources(PersistentVolumeClaim.class).delete(new ObjectKey(NS, "quick"), DeleteOptions.DEFAULT);
        eventually("gone", () -> !cluster.exists(VolumeAttributesClass.class, "fast"));
    }

    @Test
    void aClaimThatWantsToGrowWaitsForWhoeverCanMakeItGrow() {
        cluster.create(StorageClass.class, """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: grows}
                provisioner: disks.example.com
                allowVolumeExpansion: true
                """);
        cluster.create(PersistentVolume.class, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: pv-grows}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  storageClassName: grows
                  csi: {driver: disks.example.com, volumeHandle: h}
                """);
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: small}
                spec: {storageClassName: grows, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """);
        eventually(
                "bound",
                () -> "Bound"
                        .equals(cluster.get(PersistentVolumeClaim.class, "small")
                                .getStatus()
                                .getPhase()));
        patch(PersistentVolumeClaim.class, "small", "{'spec':{'resources':{'requests':{'storage':'2Gi'}}}}");
        eventually(
                "told",
                () -> cluster.events("small")
                        .contains("ExternalExpanding: waiting for an external controller to expand this PVC"));
    }
}
