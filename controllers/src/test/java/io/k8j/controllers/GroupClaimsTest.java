package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.NS;
import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.SharedClaims;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Claims that the Pods of a group share, against the real API server; the test plays the scheduler. */
class GroupClaimsTest {
    private static final ObjectKey GROUP = new ObjectKey(NS, "g");

    private final TestCluster cluster = TestCluster.with(ServedApis.of(
            Map.of("GenericWorkload", "true", "DRAWorkloadResourceClaims", "true"),
            Map.of("scheduling.k8s.io/v1alpha2", "true")));

    @AfterEach
    void close() {
        cluster.close();
    }

    private void template() {
        cluster.create(ResourceClaimTemplate.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaimTemplate
                metadata: {name: t}
                spec: {spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}}
                """);
    }

    private PodGroup group() {
        return cluster.create(PodGroup.class, """
                apiVersion: scheduling.k8s.io/v1alpha2
                kind: PodGroup
                metadata: {name: g}
                spec:
                  schedulingPolicy: {basic: {}}
                  resourceClaims: [{name: shared, resourceClaimTemplateName: t}]
                """);
    }

    private Pod pod(String name, String node) {
        return cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  %s
                  terminationGracePeriodSeconds: 0
                  schedulingGroup: {podGroupName: g}
                  containers: [{name: c, image: x}]
                  resourceClaims:
                  - {name: shared, resourceClaimTemplateName: t}
                  - {name: own, resourceClaimTemplateName: t}
                """.formatted(name, node));
    }

    /** Names of claims in the Pod's status, by entry. */
    private String claimOf(String pod, String entry) {
        eventually("status of both claims", () -> statuses(pod).size() == 2);
        return statuses(pod).get(entry);
    }

    private Map<String, String> statuses(String pod) {
        return cluster.get(Pod.class, pod).getStatus().getResourceClaimStatuses().stream()
                .collect(Collectors.toMap(status -> status.getName(), status -> status.getResourceClaimName()));
    }

    /** Waits until the group has its claim. */
    private String claimOfGroup() {
        eventually("the claim", () -> {
            PodGroup.Status status =
                    cluster.resources(PodGroup.class).get(GROUP).getStatus();
            return status != null && status.resourceClaimStatuses() != null;
        });
        return cluster.resources(PodGroup.class)
                .get(GROUP)
                .getStatus()
                .resourceClaimStatuses()
                .getFirst()
                .resourceClaimName();
    }

    @Test
    void theGroupsClaimIsMadeOnceAndTheOthersForEachPod() {
        template();
        pod("a", "");
        group();
        pod("b", "");
        String shared = claimOf("a", "shared");
        assertThat(shared).startsWith("g-shared-");
        assertThat(claimOf("b", "shared")).isEqualTo(shared);
        assertThat(claimOf("a", "own")).startsWith("a-own-");
        assertThat(claimOf("b", "own")).startsWith("b-own-");
        assertThat(cluster.resources(ResourceClaim.class).list(ListOptions.inNamespace(NS)))
                .hasSize(3);
        ResourceClaim claim = cluster.get(ResourceClaim.class, shared);
        assertThat(claim.getMetadata().getAnnotations())
                .containsEntry("resource.kubernetes.io/pod-claim-name", "shared");
        OwnerReference owner = claim.getMetadata().getOwnerReferences().getFirst();
        assertThat(List.of(owner.getApiVersion(), owner.getKind(), owner.getName(), owner.getController()))
                .containsExactly("scheduling.k8s.io/v1alpha2", "PodGroup", "g", true);
        assertThat(owner.getBlockOwnerDeletion()).isNull();
        assertThat(cluster.resources(PodGroup.class).get(GROUP).getStatus().resourceClaimStatuses())
                .containsExactly(new PodGroup.ClaimStatus("shared", shared));
    }

    @Test
    void aMissingTemplateIsToldToTheGroup() {
        group();
        eventually(
                "the event",
                () -> cluster.resources(Event.class).list(ListOptions.inNamespace(NS)).stream()
                        .anyMatch(event -> event.getReason().equals("FailedResourceClaimCreation")
                                && event.getInvolvedObject().getKind().equals("PodGroup")
                                && event.getMessage()
                                        .equals("PodGroupResourceClaim shared: resource claim template \"t\":"
                                                + " resourceclaimtemplate.resource.k8s.io \"t\" not found")));
        template();
        claimOfGroup();
    }

    private static List<String> consumers(ResourceClaim claim) {
        return claim.getStatus().getReservedFor().stream()
                .map(consumer -> consumer.getResource() + "/" + consumer.getName())
                .toList();
    }

    @Test
    void aClaimByNameIsReservedForTheGroupUntilThatIsGone() {
        cluster.create(ResourceClaim.class, """
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: c}
                spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}
                """);
        PodGroup group = cluster.create(PodGroup.class, """
                apiVersion: scheduling.k8s.io/v1alpha2
                kind: PodGroup
                metadata: {name: g}
                spec:
                  schedulingPolicy: {basic: {}}
                  resourceClaims: [{name: shared, resourceClaimName: c}]
                """);
        AllocatedClaims.allocate(cluster, "c", null);
        cluster.create(Pod.class, """
                apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec:
                  nodeName: n
                  terminationGracePeriodSeconds: 0
                  schedulingGroup: {podGroupName: g}
                  containers: [{name: c, image: x}]
                  resourceClaims: [{name: shared, resourceClaimName: c}]
                """);
        eventually(
                "a reservation",
                () -> !consumers(cluster.get(ResourceClaim.class, "c")).isEmpty());
        assertThat(cluster.get(ResourceClaim.class, "c").getStatus().getReservedFor())
                .containsExactly(SharedClaims.consumer(group));
        cluster.resources(Pod.class).delete(new ObjectKey(NS, "a"), DeleteOptions.DEFAULT);
        cluster.resources(PodGroup.class).delete(GROUP, DeleteOptions.DEFAULT);
        eventually("devices are free", () -> {
            ResourceClaim claim = cluster.get(ResourceClaim.class, "c");
            return claim.getStatus() == null
                    || claim.getStatus().getAllocation() == null
                            && consumers(claim).isEmpty();
        });
    }

    @Test
    void whatUsesAClaimInAWayNobodyKnowsStays() {
        template();
        group();
        String shared = claimOfGroup();
        AllocatedClaims.allocate(
                cluster, shared, new ResourceClaimConsumerReference("example.com", "x", "things", "u"));
        pod("a", "nodeName: n");
        eventually(
                "a second reservation",
                () -> consumers(cluster.get(ResourceClaim.class, shared)).size() == 2);
        assertThat(consumers(cluster.get(ResourceClaim.class, shared)))
                .containsExactlyInAnyOrder("things/x", "podgroups/g");
    }
}
