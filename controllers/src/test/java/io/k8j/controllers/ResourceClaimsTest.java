package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Claims of Pods against the real API server; the test plays scheduler and kubelet. */
class ResourceClaimsTest extends ControllersCase {
    private static final String SPEC = "{devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}";

    private void template() {
        cluster.create(ResourceClaimTemplate.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaimTemplate
                metadata: {name: t}
                spec:
                  metadata: {labels: {team: a}, annotations: {note: b}}
                  spec: %s
                """.formatted(SPEC));
    }

    private Pod pod(String name, String entry) {
        return cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  containers: [{name: c, image: x}]
                  resourceClaims: [%s]
                """.formatted(name, entry));
    }

    private String madeFor(String pod) {
        eventually("status", () -> !statuses(pod).isEmpty());
        return statuses(pod).getFirst();
    }

    private List<String> statuses(String pod) {
        return cluster.get(Pod.class, pod).getStatus().getResourceClaimStatuses().stream()
                .map(status -> status.getResourceClaimName())
                .toList();
    }

    private ResourceClaim claim(String name) {
        return cluster.get(ResourceClaim.class, name);
    }

    private void allocate(String claim, Pod pod) {
        AllocatedClaims.allocate(
                cluster,
                claim,
                pod == null
                        ? null
                        : new ResourceClaimConsumerReference(
                                null,
                                pod.getMetadata().getName(),
                                "pods",
                                pod.getMetadata().getUid()));
    }

    private void finish(String pod) {
        cluster.resources(Pod.class)
                .patch(
                        new ObjectKey(NS, pod),
                        PatchType.STRATEGIC,
                        Map.of("status", Map.of("phase", "Succeeded")),
                        "status");
    }

    @Test
    void aClaimIsMadeFromTheTemplateAndToldInThePodsStatus() {
        template();
        Pod pod = pod("p", "{name: device, resourceClaimTemplateName: t}");
        ResourceClaim made = claim(madeFor("p"));
        assertThat(made.getMetadata().getName()).startsWith("p-device-");
        assertThat(made.getMetadata().getLabels()).containsEntry("team", "a");
        assertThat(made.getMetadata().getAnnotations())
                .containsEntry("note", "b")
                .containsEntry("resource.kubernetes.io/pod-claim-name", "device");
        assertThat(made.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getUid()).isEqualTo(pod.getMetadata().getUid());
            assertThat(owner.getController()).isTrue();
            assertThat(owner.getBlockOwnerDeletion()).isNull();
        });
        assertThat(made.getSpec()
                        .getDevices()
                        .getRequests()
                        .getFirst()
                        .getExactly()
                        .getDeviceClassName())
                .isEqualTo("gpu");
    }

    @Test
    void aMissingTemplateIsToldInAnEventAndUsedOnceItIsThere() {
        pod("p", "{name: device, resourceClaimTemplateName: t}");
        eventually(
                "event",
                () -> cluster.events("p")
                        .contains("FailedResourceClaimCreation: PodResourceClaim device: resource claim template \"t\":"
                                + " resourceclaimtemplate.resource.k8s.io \"t\" not found"));
        template();
        assertThat(madeFor("p")).startsWith("p-device-");
    }

    @Test
    void aClaimThatIsGoneIsMadeAgain() {
        template();
        pod("p", "{name: device, resourceClaimTemplateName: t}");
        String first = madeFor("p");
        cluster.resources(ResourceClaim.class).delete(new ObjectKey(NS, first), DeleteOptions.DEFAULT);
        eventually("another", () -> !statuses("p").getFirst().equals(first));
        assertThat(cluster.exists(ResourceClaim.class, statuses("p").getFirst()))
                .isTrue();
    }

    @Test
    void theClaimOfAFinishedPodIsGivenBackAndDeleted() {
        template();
        Pod pod = pod("p", "{name: device, resourceClaimTemplateName: t}");
        String made = madeFor("p");
        allocate(made, pod);
        finish("p");
        eventually("deleted", () -> !cluster.exists(ResourceClaim.class, made));
    }

    @Test
    void aUsersClaimLosesItsDevicesWithItsLastPodAndStays() {
        cluster.create(ResourceClaim.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: c}
                spec: %s
                """.formatted(SPEC));
        Pod pod = pod("p", "{name: device, resourceClaimName: c}");
        allocate("c", pod);
        cluster.resources(Pod.class).delete(ObjectKey.of(pod), DeleteOptions.DEFAULT);
        eventually("free", () -> claim("c").getStatus().getAllocation() == null);
        eventually("unprotected", () -> claim("c").getMetadata().getFinalizers().isEmpty());
        assertThat(claim("c").getStatus().getReservedFor()).isEmpty();
    }

    @Test
    void aPodThatHasItsNodeAlreadyGetsAnAllocatedClaimReserved() {
        cluster.create(ResourceClaim.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: c}
                spec: %s
                """.formatted(SPEC));
        cluster.nodes.add("n", Map.of());
        Pod pod = cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec:
                  nodeName: n
                  containers: [{name: c, image: x}]
                  resourceClaims: [{name: device, resourceClaimName: c}]
                """);
        allocate("c", null);
        eventually(
                "reserved",
                () -> claim("c").getStatus().getReservedFor().stream()
                        .anyMatch(consumer ->
                                consumer.getUid().equals(pod.getMetadata().getUid())));
    }

    private void slice(String taints) {
        cluster.create(ResourceSlice.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceSlice
                metadata: {name: s}
                spec:
                  driver: gpu.example.com
                  nodeName: host
                  pool: {name: pool, generation: 1, resourceSliceCount: 1}
                  devices: [{name: gpu-0, taints: %s}]
                """.formatted(taints));
    }

    private Pod podWithDevice() {
        cluster.create(ResourceClaim.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: c}
                spec: %s
                """.formatted(SPEC));
        Pod pod = pod("p", "{name: device, resourceClaimName: c}");
        allocate("c", pod);
        return pod;
    }

    @Test
    void aPodGoesWhenItsDeviceIsTainted() {
        podWithDevice();
        slice("[{key: example.com/broken, effect: NoSchedule}]");
        assertThat(cluster.get(ResourceSlice.class, "s")
                        .getSpec()
                        .getDevices()
                        .getFirst()
                        .getTaints()
                        .getFirst()
                        .getTimeAdded())
                .isNotNull();
        cluster.resources(ResourceSlice.class)
                .patch(
                        ObjectKey.of("s"),
                        PatchType.MERGE,
                        Map.of(
                                "spec",
                                Map.of(
                                        "devices",
                                        List.of(Map.of(
                                                "name",
                                                "gpu-0",
                                                "taints",
                                                List.of(Map.of("key", "example.com/broken", "effect", "NoExecute")))))),
                        "");
        eventually("gone", () -> !cluster.exists(Pod.class, "p"));
        eventually("event", () -> cluster.events("p").contains("DeviceTaintManagerEviction: Marking for deletion"));
    }

    @Test
    void claimsAreCountedByWhereTheyComeFrom() {
        template();
        pod("p", "{name: e, resourceClaimTemplateName: t}");
        madeFor("p");
        cluster.create(ResourceClaim.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: own}
                spec: %s
                """.formatted(SPEC));
        String gauge = "dynamic_resource_allocation_resource_claims{admin_access=\"false\",allocated=\"false\",source=";
        eventually("counted", () -> {
            StringBuilder page = new StringBuilder();
            cluster.manager.writeMetrics(page);
            return page.toString().contains(gauge + "\"\"} 1")
                    && page.toString().contains(gauge + "\"resource_claim_template\"} 1")
                    && page.toString()
                            .contains("dynamic_resource_allocation_resourceclaim_creates_total{admin_access=\"false\","
                                    + "status=\"success\"} 1");
        });
    }
}
