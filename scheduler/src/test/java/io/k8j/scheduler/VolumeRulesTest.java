package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What volumes ask of nodes: zones, and who uses them already. */
class VolumeRulesTest {
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final String OLD_ZONE = "failure-domain.beta.kubernetes.io/zone";

    private final TestCluster cluster = new TestCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void submit(Resources<?> resources, String namespace, String yaml) {
        resources.submit(namespace, Trees.asMap((Map<?, ?>) Yaml.parse(yaml)));
    }

    private void volume(String label, String value) {
        submit(cluster.client.resources(PersistentVolume.class), "", """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: v, labels: {'%s': '%s'}}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  claimRef: {namespace: default, name: c}
                  csi: {driver: example.com, volumeHandle: v}
                """.formatted(label, value));
    }

    private void claim(String mode) {
        submit(cluster.client.resources(PersistentVolumeClaim.class), "default", """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata:
                  name: c
                  namespace: default
                  annotations: {pv.kubernetes.io/bind-completed: 'yes'}
                spec:
                  storageClassName: ''
                  volumeName: v
                  accessModes: [%s]
                  resources: {requests: {storage: 1Gi}}
                """.formatted(mode));
    }

    private static PodBuilder pod(String name) {
        return new PodBuilder(TestCluster.pod(name, "1").build())
                .editSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewVolume()
                .withName("v")
                .withNewPersistentVolumeClaim("c", false)
                .endVolume()
                .endSpec();
    }

    private void node(String name, Map<String, String> labels) {
        cluster.node(name, 4, 8, n -> n.editMetadata().addToLabels(labels).endMetadata());
    }

    private record Zones(String says, Map<String, String> node, String label, String values, boolean fits) {
        @Override
        public String toString() {
            return says;
        }
    }

    static Stream<Zones> zones() {
        return Stream.of(
                new Zones("the node is in no zone", Map.of(), ZONE, "us-west1-a", true),
                new Zones("the node is in the zone", Map.of(ZONE, "us-west1-a", "x", "y"), ZONE, "us-west1-a", true),
                new Zones("the node is in another zone", Map.of(ZONE, "us-west1-b"), ZONE, "us-west1-a", false),
                new Zones("the node is in one of the zones", Map.of(ZONE, "b"), ZONE, "a__b", true),
                new Zones("the node is in none of the zones", Map.of(ZONE, "c"), ZONE, "a__b", false),
                new Zones("old label, new label on the node", Map.of(ZONE, "a"), OLD_ZONE, "a", true),
                new Zones("new label, old label on the node", Map.of(OLD_ZONE, "a"), ZONE, "a", false),
                new Zones("old label, another zone", Map.of(ZONE, "b"), OLD_ZONE, "a", false));
    }

    @ParameterizedTest
    @MethodSource("zones")
    void aPodGoesWhereTheLabelsOfItsVolumeAllow(Zones c) {
        node("n1", c.node());
        volume(c.label(), c.values());
        claim("ReadWriteOnce");
        cluster.start();
        cluster.create(pod("p"));
        if (c.fits()) {
            assertThat(cluster.nodeOf("p")).isEqualTo("n1");
        } else {
            assertThat(cluster.refusal("p").getMessage())
                    .startsWith("0/1 nodes are available: 1 node(s) had no available volume zone.");
        }
    }

    @Test
    void aClaimWhoseVolumeIsNotThereIsTold() {
        node("n1", Map.of());
        claim("ReadWriteOnce");
        cluster.start();
        cluster.create(pod("p"));
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/1 nodes are available: persistentvolume \"v\" not found.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | PersistentVolumeClaim had no pv name and storageClass name",
                "fast | PersistentVolume had no name",
                "lost | storageclass.storage.k8s.io \"lost\" not found"
            })
    void aClaimWithoutVolumeIsToldAlsoIfNobodyBindsVolumes(String storageClass, String message) {
        node("n1", Map.of());
        submit(
                cluster.client.resources(StorageClass.class),
                "",
                "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: example.com}");
        submit(cluster.client.resources(PersistentVolumeClaim.class), "default", """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: c, namespace: default}
                spec:
                  storageClassName: '%s'
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Gi}}
                """.formatted(storageClass));
        cluster.start(SchedulerConfig.parse("""
                apiVersion: kubescheduler.config.k8s.io/v1
                kind: KubeSchedulerConfiguration
                profiles: [{plugins: {multiPoint: {disabled: [{name: VolumeBinding}]}}}]
                """.getBytes(StandardCharsets.UTF_8)));
        cluster.create(pod("p"));
        assertThat(cluster.refusal("p").getMessage()).startsWith("0/1 nodes are available: " + message + ".");
    }

    @Test
    void aPodThatCouldNotBeBoundIsNominatedToNoNodeAnyMore() {
        node("n1", Map.of());
        submit(cluster.client.resources(StorageClass.class), "", """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata: {name: fast}
                provisioner: example.com
                volumeBindingMode: WaitForFirstConsumer
                """);
        submit(cluster.client.resources(PersistentVolumeClaim.class), "default", """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: c, namespace: default}
                spec:
                  storageClassName: fast
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Gi}}
                """);
        cluster.start(SchedulerConfig.parse("""
                apiVersion: kubescheduler.config.k8s.io/v1
                kind: KubeSchedulerConfiguration
                profiles:
                - pluginConfig: [{name: VolumeBinding, args: {bindTimeoutSeconds: 1}}]
                """.getBytes(StandardCharsets.UTF_8)));
        cluster.create(pod("p"));
        assertThat(cluster.refusal("p").getReason())
                .as("nobody makes the volume")
                .isEqualTo("SchedulerError");
        assertThat(cluster.get("p").getStatus().getNominatedNodeName()).isNull();
    }

    @Test
    void aClaimForOnePodIsNotGivenToASecondOneOnAnyNode() {
        node("n1", Map.of());
        node("n2", Map.of());
        volume("a", "b");
        claim("ReadWriteOncePod");
        cluster.start();
        cluster.create(pod("first"));
        cluster.nodeOf("first");
        cluster.create(pod("second"));
        assertThat(cluster.refusal("second").getMessage())
                .startsWith("0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with"
                        + " ReadWriteOncePod access mode already in-use by another pod.");

        cluster.pods().delete(new ObjectKey("default", "first"), DeleteOptions.DEFAULT);
        cluster.nodeOf("second");
    }

    @Test
    void aMoreImportantPodTakesAClaimForOnePodFromAnother() {
        node("n1", Map.of());
        node("n2", Map.of());
        volume("a", "b");
        claim("ReadWriteOncePod");
        cluster.start();
        cluster.create(pod("low"));
        cluster.nodeOf("low");
        cluster.create(pod("high").editSpec().withPriority(10).endSpec());
        cluster.nodeOf("high");
        assertThat(cluster.pods().find(new ObjectKey("default", "low"))).isEmpty();
    }

    private record Disks(String says, String one, String other, boolean fits) {
        @Override
        public String toString() {
            return says;
        }
    }

    static Stream<Disks> disks() {
        String rbd = "{name: v, rbd: {monitors: [%s], pool: foo, image: %s, readOnly: %s}}";
        String gce = "{name: v, gcePersistentDisk: {pdName: %s, readOnly: %s}}";
        String iscsi = "{name: v, iscsi: {targetPortal: '127.0.0.1:3260', iqn: %s, lun: 0, readOnly: %s}}";
        return Stream.of(
                new Disks("the same disk", gce.formatted("foo", false), gce.formatted("foo", false), false),
                new Disks("another disk", gce.formatted("foo", false), gce.formatted("bar", false), true),
                new Disks("one only reads", gce.formatted("foo", true), gce.formatted("foo", false), false),
                new Disks("both only read", gce.formatted("foo", true), gce.formatted("foo", true), true),
                new Disks(
                        "the same image, one monitor in common",
                        rbd.formatted("a, b", "bar", false),
                        rbd.formatted("c, b", "bar", false),
                        false),
                new Disks("other monitors", rbd.formatted("a", "bar", false), rbd.formatted("c", "bar", false), true),
                new Disks("another image", rbd.formatted("a", "bar", false), rbd.formatted("a", "baz", false), true),
                new Disks("both read it", rbd.formatted("a", "bar", true), rbd.formatted("a", "bar", true), true),
                new Disks(
                        "the same target",
                        iscsi.formatted("iqn.2001-04.com.example:x", false),
                        iscsi.formatted("iqn.2001-04.com.example:x", false),
                        false),
                new Disks(
                        "another target",
                        iscsi.formatted("iqn.2001-04.com.example:x", false),
                        iscsi.formatted("iqn.2001-04.com.example:y", false),
                        true),
                new Disks(
                        "both read it",
                        iscsi.formatted("iqn.2001-04.com.example:x", true),
                        iscsi.formatted("iqn.2001-04.com.example:x", true),
                        true));
    }

    private static PodBuilder withDisk(String name, String yaml) {
        Volume volume =
                ApiObject.ofTree(Trees.asMap((Map<?, ?>) Yaml.parse(yaml))).as(Volume.class);
        return new PodBuilder(TestCluster.pod(name, "1").build())
                .editSpec()
                .withVolumes(new VolumeBuilder(volume).build())
                .endSpec();
    }

    @ParameterizedTest
    @MethodSource("disks")
    void aDiskIsUsedByOneWriterOrManyReaders(Disks c) {
        node("n1", Map.of());
        cluster.start();
        cluster.create(withDisk("first", c.one()));
        cluster.nodeOf("first");
        cluster.create(withDisk("second", c.other()));
        if (c.fits()) {
            assertThat(cluster.nodeOf("second")).isEqualTo("n1");
        } else {
            assertThat(cluster.refusal("second").getMessage())
                    .startsWith("0/1 nodes are available: 1 node(s) had no available disk.");
        }
    }
}
