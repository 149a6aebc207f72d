package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Resources;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many volumes a driver can attach to a node. */
class VolumeLimitsTest {
    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void makeANodeForOneVolume() {
        cluster.node("n1", 4, 8);
        submit(cluster.client.resources(CSINode.class), "", """
                apiVersion: storage.k8s.io/v1
                kind: CSINode
                metadata: {name: n1}
                spec: {drivers: [{name: example.com, nodeID: n1, allocatable: {count: 1}}]}
                """);
        for (String name : new String[] {"a", "b"}) volume(name);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void submit(Resources<?> resources, String namespace, String yaml) {
        resources.submit(namespace, Trees.asMap((Map<?, ?>) Yaml.parse(yaml)));
    }

    private void volume(String name) {
        submit(cluster.client.resources(PersistentVolume.class), "", """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %1$s}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  claimRef: {namespace: default, name: %1$s}
                  csi: {driver: example.com, volumeHandle: handle-%1$s}
                """.formatted(name));
        submit(cluster.client.resources(PersistentVolumeClaim.class), "default", """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata:
                  name: %1$s
                  namespace: default
                  annotations: {pv.kubernetes.io/bind-completed: 'yes'}
                spec:
                  storageClassName: ''
                  volumeName: %1$s
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Gi}}
                """.formatted(name));
    }

    private void pod(String claim) {
        cluster.create(new PodBuilder(TestCluster.pod("p-" + claim, "1").build())
                .editSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewVolume()
                .withName("v")
                .withNewPersistentVolumeClaim(claim, false)
                .endVolume()
                .endSpec());
    }

    @Test
    void countsThoseOfPodsOnTheNode() {
        cluster.start();
        pod("a");
        cluster.nodeOf("p-a");
        pod("b");
        assertThat(cluster.refusal("p-b").getMessage())
                .startsWith("0/1 nodes are available: 1 node(s) exceed max volume count.");
        cluster.pods().delete(new ObjectKey("default", "p-a"), DeleteOptions.DEFAULT);
        assertThat(cluster.nodeOf("p-b")).isEqualTo("n1");
    }

    @Test
    void countsThoseThatAreAttachedThoughNoPodUsesThem() {
        submit(cluster.client.resources(VolumeAttachment.class), "", """
                apiVersion: storage.k8s.io/v1
                kind: VolumeAttachment
                metadata: {name: left}
                spec: {attacher: example.com, nodeName: n1, source: {persistentVolumeName: a}}
                """);
        cluster.start();
        pod("b");
        assertThat(cluster.refusal("p-b").getMessage())
                .startsWith("0/1 nodes are available: 1 node(s) exceed max volume count.");
        pod("a");
        assertThat(cluster.nodeOf("p-a")).as("it is attached already").isEqualTo("n1");
        cluster.pods().delete(new ObjectKey("default", "p-a"), DeleteOptions.DEFAULT);
        cluster.client.resources(VolumeAttachment.class).delete(ObjectKey.of("left"), DeleteOptions.DEFAULT);
        assertThat(cluster.nodeOf("p-b")).isEqualTo("n1");
    }
}
