package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Volumes of CSI drivers come to the nodes of their Pods and leave them; the test plays the driver's attacher. */
class AttachDetachTest extends ControllersCase {
    private static final String UNIQUE = "kubernetes.io/csi/disks.example.com^h-1";

    private void node(String name) {
        cluster.create(Node.class, """
                apiVersion: v1
                kind: Node
                metadata:
                  name: %s
                  annotations: {volumes.kubernetes.io/controller-managed-attach-detach: "true"}
                """.formatted(name));
    }

    private void volume(String mode) {
        cluster.create(PersistentVolume.class, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: pv-1}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [%s]
                  storageClassName: ""
                  csi: {driver: disks.example.com, volumeHandle: h-1}
                """.formatted(mode));
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data}
                spec:
                  storageClassName: ""
                  volumeName: pv-1
                  accessModes: [%s]
                  resources: {requests: {storage: 1Gi}}
                """.formatted(mode));
        eventually(
                "bound",
                () -> "Bound"
                        .equals(cluster.get(PersistentVolumeClaim.class, "data")
                                .getStatus()
                                .getPhase()));
    }

    private void pod(String name, String node) {
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  nodeName: %s
                  terminationGracePeriodSeconds: 0
                  containers: [{name: c, image: x}]
                  volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]
                """.formatted(name, node));
    }

    private List<VolumeAttachment> attachments() {
        return cluster.resources(VolumeAttachment.class).list(ListOptions.ALL);
    }

    private VolumeAttachment awaitAttachment(String node) {
        eventually(
                "attachment to " + node,
                () -> attachments().stream()
                        .anyMatch(one -> one.getSpec().getNodeName().equals(node)));
        return attachments().stream()
                .filter(one -> one.getSpec().getNodeName().equals(node))
                .findFirst()
                .orElseThrow();
    }

    private void answer(VolumeAttachment attachment, Map<String, Object> status) {
        cluster.resources(VolumeAttachment.class)
                .patch(ObjectKey.of(attachment), PatchType.MERGE, Map.of("status", status), "status");
    }

    private List<String> attached(String node) {
        var status = cluster.get(Node.class, node).getStatus();
        return status == null || status.getVolumesAttached() == null
                ? List.of()
                : status.getVolumesAttached().stream().map(one -> one.getName()).toList();
    }

    private void inUse(String node, List<String> volumes) {
        cluster.resources(Node.class)
                .patch(
                        ObjectKey.of(node),
                        PatchType.MERGE,
                        Map.of("status", Map.of("volumesInUse", volumes)),
                        "status");
    }

    private void delete(String pod) {
        cluster.resources(Pod.class).deleteIfPresent(new ObjectKey(NS, pod), DeleteOptions.DEFAULT.gracePeriod(0));
    }

    @Test
    void aVolumeIsAttachedForItsFirstPodAndDetachedAfterItsLast() {
        node("one");
        volume("ReadWriteOnce");
        pod("p", "one");
        VolumeAttachment attachment = awaitAttachment("one");
        assertThat(attachment.getMetadata().getName()) // the hash of handle, driver and node
                .isEqualTo("csi-5e9020fc7eb52f69a8fa15c1054e14735f194187e5c03920b8aaa803995e54ae");
        assertThat(attachment.getSpec().getAttacher()).isEqualTo("disks.example.com");
        assertThat(attachment.getSpec().getSource().getPersistentVolumeName()).isEqualTo("pv-1");
        assertThat(attached("one")).isEmpty();
        answer(attachment, Map.of("attached", true));
        eventually("told", () -> attached("one").equals(List.of(UNIQUE)));
        eventually(
                "event",
                () -> cluster.events("p")
                        .contains("SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume \"pv-1\" "));
        inUse("one", List.of(UNIQUE));
        delete("p");
        pod("q", "one"); // a second one that comes in time keeps it
        delete("q");
        assertThat(attachments()).as("mounted still").hasSize(1);
        inUse("one", List.of());
        eventually("detached", () -> attachments().isEmpty());
        assertThat(attached("one")).isEmpty();
    }

    @Test
    void whatTheDriverCannotDoIsToldToThePod() {
        node("one");
        volume("ReadWriteOnce");
        pod("p", "one");
        answer(
                awaitAttachment("one"),
                Map.of(
                        "attached",
                        false,
                        "attachError",
                        Map.of("message", "no such disk", "time", "2026-01-01T00:00:00Z")));
        eventually(
                "event",
                () -> cluster.events("p")
                        .contains("FailedAttachVolume: AttachVolume.Attach failed for volume \"pv-1\" : no such disk"));
    }

    @Test
    void aVolumeForOneNodeComesToTheNextOnceTheFirstHasLetGo() {
        node("one");
        node("two");
        volume("ReadWriteOnce");
        pod("p", "one");
        answer(awaitAttachment("one"), Map.of("attached", true));
        eventually("told", () -> attached("one").equals(List.of(UNIQUE)));
        pod("q", "two");
        eventually(
                "event",
                () -> cluster.events("q")
                        .contains(
                                "FailedAttachVolume: Multi-Attach error for volume \"pv-1\" Volume is already used by pod(s) p"));
        assertThat(attachments()).hasSize(1);
        delete("p");
        answer(awaitAttachment("two"), Map.of("attached", true));
        eventually("told", () -> attached("two").equals(List.of(UNIQUE)));
        assertThat(attached("one")).isEmpty();
    }

    @Test
    void aVolumeForAllIsAttachedToEachNode() {
        node("one");
        node("two");
        volume("ReadWriteMany");
        pod("p", "one");
        pod("q", "two");
        awaitAttachment("one");
        awaitAttachment("two");
    }

    @Test
    void aDriverThatNeedsNoAttachingGetsNone() {
        node("one");
        cluster.create(CSIDriver.class, """
                apiVersion: storage.k8s.io/v1
                kind: CSIDriver
                metadata: {name: disks.example.com}
                spec: {attachRequired: false}
                """);
        volume("ReadWriteOnce");
        pod("p", "one");
        cluster.create(PersistentVolume.class, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: pv-2}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  storageClassName: ""
                  claimRef: {namespace: test, name: other}
                  csi: {driver: others.example.com, volumeHandle: h-2}
                """);
        cluster.create(PersistentVolumeClaim.class, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: other}
                spec:
                  storageClassName: ""
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Gi}}
                """);
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: r}
                spec:
                  nodeName: one
                  containers: [{name: c, image: x}]
                  volumes: [{name: v, persistentVolumeClaim: {claimName: other}}]
                """);
        awaitAttachment("one");
        assertThat(attachments())
                .hasSize(1)
                .allSatisfy(one -> assertThat(one.getSpec().getAttacher()).isEqualTo("others.example.com"));
    }

    @Test
    void aNodeOutOfServiceLosesWhatItStillUses() {
        node("one");
        volume("ReadWriteOnce");
        pod("p", "one");
        answer(awaitAttachment("one"), Map.of("attached", true));
        inUse("one", List.of(UNIQUE));
        patch(
                Node.class,
                "one",
                "{'spec':{'taints':[{'key':'node.kubernetes.io/out-of-service','effect':'NoExecute'}]}}");
        delete("p");
        eventually("detached", () -> attachments().isEmpty());
    }
}
