package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBuilder;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachmentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.k8j.junit.K8j;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is read from and written to the status of objects, apart from the rest of them. */
@K8j(nodes = 2, scope = K8j.Scope.SHARED)
class StatusObjectsTest {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private static <T extends HasMetadata> T create(KubernetesClient client, String yaml) {
        @SuppressWarnings("unchecked")
        T created = (T) client.resource(yaml).create();
        return created;
    }

    private static List<String> verbs(KubernetesClient client, String groupVersion, String resource) {
        return client.getApiResources(groupVersion).getResources().stream()
                .filter(r -> r.getName().equals(resource))
                .flatMap(r -> r.getVerbs().stream())
                .toList();
    }

    /** What the status subresource of an object says. */
    private static JsonNode status(KubernetesClient client, String path) {
        return JsonMapper.shared().readTree(client.raw(path + "/status")).path("status");
    }

    @Test
    @Conformance("network/IngressAPI/1")
    void anIngressTellsItsAddress(KubernetesClient client) {
        assertThat(verbs(client, "networking.k8s.io/v1", "ingresses/status")).contains("get", "patch", "update");
        create(client, """
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: told}
                spec: {defaultBackend: {service: {name: some, port: {number: 80}}}}
                """);
        var ingress = client.network().v1().ingresses().withName("told");
        Ingress patched = ingress.subresource("status")
                .patch(
                        MERGE,
                        "{\"metadata\":{\"annotations\":{\"patchedstatus\":\"true\"}},"
                                + "\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"169.1.1.1\"}]}}}");
        assertThat(patched.getStatus().getLoadBalancer().getIngress().getFirst().getIp())
                .isEqualTo("169.1.1.1");
        assertThat(patched.getMetadata().getAnnotations()).containsEntry("patchedstatus", "true");
        Ingress updated = ingress.editStatus(i -> new IngressBuilder(i)
                .editStatus()
                .editLoadBalancer()
                .editFirstIngress()
                .withIp("169.1.1.2")
                .endIngress()
                .endLoadBalancer()
                .endStatus()
                .build());
        assertThat(ingress.get().getStatus()).isEqualTo(updated.getStatus());
        assertThat(updated.getStatus().getLoadBalancer().getIngress().getFirst().getIp())
                .isEqualTo("169.1.1.2");
    }

    @Test
    @Conformance("network/Services/8")
    void aServicesStatusIsReadPatchedAndUpdated(KubernetesClient client) {
        create(client, """
                apiVersion: v1
                kind: Service
                metadata: {name: told, labels: {test-service-static: "true"}}
                spec: {type: LoadBalancer, ports: [{name: http, protocol: TCP, port: 80, targetPort: 80}]}
                """);
        var service = client.services().withName("told");
        var addresses = new LoadBalancerIngressBuilder().withIp("203.0.113.1").build();
        Service patched = service.subresource("status")
                .patch(
                        MERGE,
                        "{\"metadata\":{\"annotations\":{\"patchedstatus\":\"true\"}},"
                                + "\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"203.0.113.1\"}]}}}");
        assertThat(patched.getMetadata().getAnnotations()).containsEntry("patchedstatus", "true");
        assertThat(patched.getStatus().getLoadBalancer().getIngress())
                .singleElement()
                .extracting("ip")
                .isEqualTo(addresses.getIp());
        assertThat(status(client, "/api/v1/namespaces/%s/services/told".formatted(client.getNamespace()))
                        .at("/loadBalancer/ingress/0/ip")
                        .asString())
                .isEqualTo(addresses.getIp());
        Service updated = service.editStatus(s -> new ServiceBuilder(s)
                .editStatus()
                .addNewCondition()
                .withType("StatusUpdate")
                .withStatus("True")
                .withReason("E2E")
                .withMessage("Set by the test")
                .withLastTransitionTime("2024-01-01T00:00:00Z")
                .endCondition()
                .endStatus()
                .build());
        assertThat(updated.getStatus().getConditions())
                .anyMatch(c -> c.getMessage().equals("Set by the test"));
        Service whole = service.patch(
                PatchContext.of(PatchType.STRATEGIC_MERGE),
                "{\"metadata\":{\"labels\":{\"test-service\":\"patched\"}}}");
        assertThat(whole.getMetadata().getLabels()).containsEntry("test-service", "patched");
        assertThat(whole.getStatus()).isEqualTo(updated.getStatus());
        service.delete();
        EightVerbs.eventually(() -> assertThat(service.get()).isNull());
    }

    @Test
    @Conformance("storage/VolumeAttachment/1")
    void anAttachmentTellsWhetherItIsAttached(KubernetesClient client, @K8j.Namespace String namespace) {
        String name = "attached-" + namespace;
        create(client, """
                apiVersion: storage.k8s.io/v1
                kind: VolumeAttachment
                metadata: {name: %s}
                spec: {attacher: e2e.example.com, nodeName: none, source: {persistentVolumeName: none}}
                """.formatted(name));
        var attachment = client.storage().v1().volumeAttachments().withName(name);
        assertThat(status(client, "/apis/storage.k8s.io/v1/volumeattachments/" + name)
                        .path("attached")
                        .asString())
                .isEqualTo("false");
        VolumeAttachment patched = attachment.subresource("status").patch(MERGE, "{\"status\":{\"attached\":true}}");
        assertThat(patched.getStatus().getAttached()).isTrue();
        VolumeAttachment updated = attachment.editStatus(a -> new VolumeAttachmentBuilder(a)
                .editStatus()
                .withAttached(false)
                .endStatus()
                .build());
        assertThat(updated.getStatus().getAttached()).isFalse();
        attachment.delete();
        EightVerbs.eventually(() -> assertThat(attachment.get()).isNull());
    }

    @Test
    @Conformance("storage/PersistentVolumes/1")
    void volumesAndClaimsTellTheirPhase(KubernetesClient client, @K8j.Namespace String namespace) {
        String name = "told-" + namespace;
        create(client, """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %1$s}
                spec:
                  capacity: {storage: 1Gi}
                  accessModes: [ReadWriteOnce]
                  storageClassName: class-%1$s
                  hostPath: {path: /tmp/none}
                """.formatted(name));
        create(client, """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: told}
                spec: {storageClassName: class-%s, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
                """.formatted(name));
        var claim = client.persistentVolumeClaims().withName("told");
        var volume = client.persistentVolumes().withName(name);
        EightVerbs.eventually(() -> {
            for (String path : List.of(
                    "/api/v1/persistentvolumes/" + name,
                    "/api/v1/namespaces/%s/persistentvolumeclaims/told".formatted(namespace))) {
                assertThat(status(client, path).path("phase").asString()).isEqualTo("Bound");
            }
        });
        PersistentVolumeClaim patchedClaim = claim.subresource("status")
                .patch(
                        MERGE,
                        "{\"status\":{\"conditions\":[{\"type\":\"StatusPatched\",\"status\":\"True\","
                                + "\"reason\":\"E2E patchStatus\",\"message\":\"Set from the test\"}]}}");
        assertThat(patchedClaim.getStatus().getConditions())
                .anyMatch(c -> c.getType().equals("StatusPatched"));
        PersistentVolume patched = volume.subresource("status")
                .patch(MERGE, "{\"status\":{\"message\":\"StatusPatched\",\"reason\":\"E2E patchStatus\"}}");
        assertThat(patched.getStatus().getReason()).isEqualTo("E2E patchStatus");
        PersistentVolumeClaim updatedClaim = claim.editStatus(c -> new PersistentVolumeClaimBuilder(c)
                .editStatus()
                .addNewCondition()
                .withType("StatusUpdated")
                .withStatus("True")
                .withReason("E2E updateStatus")
                .withMessage("Set from the test")
                .endCondition()
                .endStatus()
                .build());
        assertThat(updatedClaim.getStatus().getConditions()).hasSize(2);
        PersistentVolume updated = volume.editStatus(v -> new PersistentVolumeBuilder(v)
                .editStatus()
                .withReason("E2E updateStatus")
                .withMessage("StatusUpdated")
                .endStatus()
                .build());
        assertThat(updated.getStatus().getMessage()).isEqualTo("StatusUpdated");
        assertThat(updated.getStatus().getPhase()).isEqualTo("Bound");
        claim.delete();
        volume.delete();
        EightVerbs.eventually(() -> {
            assertThat(claim.get()).isNull();
            assertThat(volume.get()).isNull();
        });
    }

    @Test
    @Conformance("node/NodeLifecycle/1")
    void aNodeIsMadeChangedAndDeleted(KubernetesClient client, @K8j.Namespace String namespace) {
        String name = "made-" + namespace;
        create(client, """
                apiVersion: v1
                kind: Node
                metadata: {name: %1$s, labels: {"e2e-node": %1$s}}
                status: {phase: Running}
                """.formatted(name));
        var node = client.nodes().withName(name);
        assertThat(node.get().getMetadata().getName()).isEqualTo(name);
        Node patched = node.patch(MERGE, "{\"metadata\":{\"labels\":{\"%s\":\"patched\"}}}".formatted(name));
        assertThat(patched.getMetadata().getLabels()).containsEntry(name, "patched");
        assertThat(client.nodes().withLabel(name, "patched").list().getItems()).hasSize(1);
        Node updated = node.edit(n -> new NodeBuilder(n)
                .editMetadata()
                .addToLabels(name, "updated")
                .endMetadata()
                .build());
        assertThat(updated.getMetadata().getLabels()).containsEntry(name, "updated");
        node.delete();
        EightVerbs.eventually(() -> assertThat(
                        client.nodes().withLabel(name, "updated").list().getItems())
                .isEmpty());
    }
}
