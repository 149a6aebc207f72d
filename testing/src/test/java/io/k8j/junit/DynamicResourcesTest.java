package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices from end to end: API server, claims' controller, scheduler and the real kubelet; the test plays the driver. */
class DynamicResourcesTest {
    private static final String DEVICES = """
            apiVersion: resource.k8s.io/v1
            kind: DeviceClass
            metadata: {name: gpu}
            spec: {selectors: [{cel: {expression: device.driver == 'gpu.example.com'}}]}
            ---
            apiVersion: resource.k8s.io/v1
            kind: ResourceSlice
            metadata: {name: node-1-gpus}
            spec:
              driver: gpu.example.com
              nodeName: node-1
              pool: {name: node-1, generation: 1, resourceSliceCount: 1}
              devices: [{name: gpu-0}]
            """;

    private K8jCluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() {
        cluster = K8jCluster.builder().withNodes(2).start().awaitNodesReady();
        client = cluster.client(KubernetesClient.class);
        create(DEVICES);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void create(String yaml) {
        for (String document : yaml.split("---\n")) client.resource(document).create();
    }

    private static String pod(String name, String claim, String more) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: default}
                spec:
                  %s
                  containers: [{name: c, image: busybox, resources: {claims: [{name: device}]}}]
                  terminationGracePeriodSeconds: 0
                  resourceClaims: [{name: device, %s}]
                """.formatted(name, more, claim);
    }

    private Pod pod(String name) {
        return client.pods().inNamespace("default").withName(name).get();
    }

    private ResourceClaim claim(String name) {
        return client.resources(ResourceClaim.class)
                .inNamespace("default")
                .withName(name)
                .get();
    }

    private void awaitRunning(String name) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> "Running".equals(pod(name).getStatus().getPhase()));
    }

    @Test
    void aPodOfATemplateRunsWhereTheDeviceIsAndGivesItBack() {
        create("""
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaimTemplate
                metadata: {name: t, namespace: default}
                spec: {spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}}
                """);
        create(pod("first", "resourceClaimTemplateName: t", ""));
        awaitRunning("first");
        assertThat(pod("first").getSpec().getNodeName()).isEqualTo("node-1");
        create(pod("second", "resourceClaimTemplateName: t", ""));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> pod("second").getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getMessage() != null
                                && condition.getMessage().contains("2 cannot allocate all claims")));
        client.pods().inNamespace("default").withName("first").delete();
        awaitRunning("second");
        assertThat(client.resources(ResourceClaim.class)
                        .inNamespace("default")
                        .list()
                        .getItems())
                .filteredOn(claim -> claim.getStatus().getAllocation() != null)
                .hasSize(1);
    }

    @Test
    void aPodDoesNotStartBeforeItsClaimIsAllocated() {
        create("""
                apiVersion: resource.k8s.io/v1
                kind: ResourceClaim
                metadata: {name: c, namespace: default}
                spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}
                """);
        create(pod("early", "resourceClaimName: c", "nodeName: node-1"));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> client.v1().events().inNamespace("default").list().getItems().stream()
                        .anyMatch(event -> event.getReason().equals("FailedPrepareDynamicResources")
                                && event.getMessage().contains("s: prepare dynamic resources: pod early (")));
        assertThat(pod("early").getStatus().getPhase()).isEqualTo("Pending");
        create(pod("chosen", "resourceClaimName: c", "")); // the scheduler allocates, the controller reserves
        awaitRunning("chosen");
        awaitRunning("early");
        assertThat(claim("c").getStatus().getReservedFor()).hasSize(2);
    }
}
