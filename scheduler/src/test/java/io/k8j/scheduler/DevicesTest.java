package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodExtendedResourceClaimStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.PatchType;
import io.k8j.model.json.Json;
import io.k8j.model.typed.TypedCodec;
import io.k8j.model.yaml.Yaml;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pods with ResourceClaims through the real API: devices are published by the test, nobody plays the controller. */
class DevicesTest {
    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void startWithTwoNodes() {
        cluster.node("n1", 8, 8);
        cluster.node("n2", 8, 8);
        cluster.start();
        create(DeviceClass.class, """
                metadata: {name: gpu}
                spec:
                  selectors: [{cel: {expression: "device.driver == 'gpu.example.com'"}}]
                  config: [{opaque: {driver: gpu.example.com, parameters: {mode: class}}}]
                """);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @SuppressWarnings("unchecked")
    private static <T> T read(String yaml, Class<T> type) {
        Object tree = Yaml.parse(yaml);
        return type == Map.class ? (T) tree : TypedCodec.decode(Json.write(tree), type);
    }

    private <T extends HasMetadata> T create(Class<T> type, String yaml) {
        T object = read(yaml, type);
        return cluster.client.resources(type).create(object);
    }

    private void slice(String node, String devices) {
        create(ResourceSlice.class, """
                metadata: {name: slice-%s}
                spec:
                  driver: gpu.example.com
                  nodeName: %s
                  pool: {name: %s, generation: 1, resourceSliceCount: 1}
                  devices: %s
                """.formatted(node, node, node, devices));
    }

    private void claim(String name, String devices) {
        create(ResourceClaim.class, """
                metadata: {name: %s, namespace: default}
                spec: {devices: %s}
                """.formatted(name, devices));
    }

    private ResourceClaim claim(String name) {
        return cluster.client.resources(ResourceClaim.class).get(new ObjectKey("default", name));
    }

    private static PodBuilder pod(String name, String claim) {
        return new PodBuilder(TestCluster.pod(name, "1").build())
                .editSpec()
                .addNewResourceClaim()
                .withName("device")
                .withResourceClaimName(claim)
                .endResourceClaim()
                .endSpec();
    }

    private static String one(String name) {
        return "{requests: [{name: %s, exactly: {deviceClassName: gpu}}]}".formatted(name);
    }

    private void await(Predicate<DevicesTest> holds) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> holds.test(this));
    }

    @Test
    void allocatesAndReservesTheOnlyDevice() {
        slice("n2", "[{name: gpu-0}]");
        claim(
                "c",
                "{requests: [{name: r, exactly: {deviceClassName: gpu}}], config: [{requests: [r], opaque: {driver:"
                        + " gpu.example.com, parameters: {mode: claim}}}]}");
        Pod pod = cluster.create(pod("p", "c"));
        assertThat(cluster.nodeOf("p")).isEqualTo("n2");
        ResourceClaim claim = claim("c");
        assertThat(claim.getMetadata().getFinalizers()).containsExactly("resource.kubernetes.io/delete-protection");
        DeviceRequestAllocationResult result =
                claim.getStatus().getAllocation().getDevices().getResults().getFirst();
        assertThat(List.of(result.getRequest(), result.getDriver(), result.getPool(), result.getDevice()))
                .containsExactly("r", "gpu.example.com", "n2", "gpu-0");
        assertThat(claim.getStatus().getAllocation().getDevices().getConfig())
                .extracting(config -> config.getSource() + config.getRequests())
                .containsExactly("FromClass[r]", "FromClaim[r]");
        assertThat(claim.getStatus().getAllocation().getNodeSelector().getNodeSelectorTerms())
                .hasSize(1)
                .allSatisfy(term ->
                        assertThat(term.getMatchFields().getFirst().getValues()).containsExactly("n2"));
        assertThat(claim.getStatus().getReservedFor())
                .extracting(consumer -> consumer.getResource() + "/" + consumer.getName() + "/" + consumer.getUid())
                .containsExactly("pods/p/" + pod.getMetadata().getUid());
        assertThat(claim.getStatus().getAllocation().getAllocationTimestamp()).isNotNull();
    }

    @Test
    void givesEachDeviceToOneClaimUnderLoad() {
        slice("n1", "[{name: gpu-0}, {name: gpu-1}, {name: gpu-2}]");
        slice("n2", "[{name: gpu-0}, {name: gpu-1}, {name: gpu-2}]");
        for (int i = 0; i < 6; i++) claim("c" + i, one("r"));
        for (int i = 0; i < 6; i++) cluster.create(pod("p" + i, "c" + i));
        Set<String> devices = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            String node = cluster.nodeOf("p" + i);
            DeviceRequestAllocationResult result = claim("c" + i)
                    .getStatus()
                    .getAllocation()
                    .getDevices()
                    .getResults()
                    .getFirst();
            assertThat(result.getPool()).isEqualTo(node);
            devices.add(result.getPool() + "/" + result.getDevice());
        }
        assertThat(devices).hasSize(6);
    }

    @Test
    void waitsUntilADeviceIsPublished() {
        claim("c", one("r"));
        cluster.create(pod("p", "c"));
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, ");
        slice("n1", "[{name: gpu-0}]");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void waitsForAClassThatDoesNotExist() {
        slice("n1", "[{name: gpu-0}]");
        claim("c", "{requests: [{name: r, exactly: {deviceClassName: none}}]}");
        cluster.create(pod("p", "c"));
        assertThat(cluster.refusal("p").getMessage())
                .startsWith("0/2 nodes are available: request r: device class none does not exist. ");
        create(DeviceClass.class, "{metadata: {name: none}, spec: {}}");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void waitsForTheClaimToBeMade() {
        slice("n1", "[{name: gpu-0}]");
        cluster.create(pod("p", "late"));
        cluster.create(TestCluster.pod("other", "1"));
        cluster.nodeOf("other"); // the scheduler has seen both
        assertThat(cluster.get("p").getSpec().getNodeName()).isNull();
        claim("late", one("r"));
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void waitsForTheClaimOfItsTemplate() {
        slice("n1", "[{name: gpu-0}]");
        Pod pod = cluster.create(new PodBuilder(TestCluster.pod("p", "1").build())
                .editSpec()
                .addNewResourceClaim()
                .withName("device")
                .withResourceClaimTemplateName("t")
                .endResourceClaim()
                .endSpec());
        cluster.client
                .resources(ResourceClaim.class)
                .create(new ResourceClaimBuilder(read("spec: {devices: %s}".formatted(one("r")), ResourceClaim.class))
                        .withNewMetadata()
                        .withName("made")
                        .withNamespace("default")
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName("p")
                        .withUid(pod.getMetadata().getUid())
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata()
                        .build());
        cluster.pods()
                .patch(
                        ObjectKey.of(pod),
                        PatchType.STRATEGIC,
                        Map.of(
                                "status",
                                Map.of(
                                        "resourceClaimStatuses",
                                        List.of(Map.of("name", "device", "resourceClaimName", "made")))),
                        "status");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void sharesAClaimAndGoesWhereItsDevicesAre() {
        slice("n1", "[{name: gpu-0}]");
        claim("c", one("r"));
        cluster.create(pod("p", "c"));
        cluster.create(pod("q", "c"));
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
        assertThat(cluster.nodeOf("q")).isEqualTo("n1");
        assertThat(claim("c").getStatus().getReservedFor()).hasSize(2);
    }

    @Test
    void getsADeviceThatAnotherClaimGaveBack() {
        slice("n1", "[{name: gpu-0}]");
        claim("first", one("r"));
        claim("second", one("r"));
        cluster.create(pod("p", "first"));
        cluster.nodeOf("p");
        cluster.create(pod("q", "second"));
        assertThat(cluster.refusal("q").getMessage()).contains("2 cannot allocate all claims");
        ResourceClaim given = claim("first");
        cluster.client
                .resources(ResourceClaim.class)
                .updateStatus(new ResourceClaimBuilder(given)
                        .withNewStatus()
                        .endStatus()
                        .build());
        assertThat(cluster.nodeOf("q")).isEqualTo("n1");
    }

    @Test
    void givesAnIdleDeviceBackThatIsOnTheWrongNode() {
        slice("n1", "[{name: gpu-0}]");
        slice("n2", "[{name: gpu-0}]");
        claim("c", one("r"));
        cluster.create(new PodBuilder(pod("p", "c").build())
                .editSpec()
                .addToNodeSelector("kubernetes.io/hostname", "n1")
                .endSpec());
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
        ResourceClaim used = claim("c");
        cluster.client
                .resources(ResourceClaim.class)
                .updateStatus(new ResourceClaimBuilder(used)
                        .editStatus()
                        .withReservedFor(List.of())
                        .endStatus()
                        .build());
        cluster.pods().delete(new ObjectKey("default", "p"), DeleteOptions.DEFAULT);
        cluster.create(new PodBuilder(pod("q", "c").build())
                .editSpec()
                .addToNodeSelector("kubernetes.io/hostname", "n2")
                .endSpec());
        assertThat(cluster.nodeOf("q")).isEqualTo("n2");
        assertThat(claim("c")
                        .getStatus()
                        .getAllocation()
                        .getDevices()
                        .getResults()
                        .getFirst()
                        .getPool())
                .isEqualTo("n2");
    }

    @Test
    void takesTheFirstAlternativeThatAnyNodeHas() {
        slice("n1", "[{name: gpu-0, attributes: {size: {string: small}}}]");
        slice("n2", "[{name: gpu-0, attributes: {size: {string: large}}}]");
        String size = "selectors: [{cel: {expression: \"device.attributes['gpu.example.com'].size == '%s'\"}}]";
        claim(
                "c",
                "{requests: [{name: r, firstAvailable: [{name: large, deviceClassName: gpu, %s}, {name: small,"
                                .formatted(size.formatted("large"))
                        + " deviceClassName: gpu, %s}]}]}".formatted(size.formatted("small")));
        cluster.create(pod("p", "c"));
        assertThat(cluster.nodeOf("p")).isEqualTo("n2");
        assertThat(claim("c")
                        .getStatus()
                        .getAllocation()
                        .getDevices()
                        .getResults()
                        .getFirst()
                        .getRequest())
                .isEqualTo("r/large");
    }

    @Test
    void waitsForTheDriverToPrepareTheDevice() {
        slice(
                "n1",
                "[{name: gpu-0, bindsToNode: true, bindingConditions: [example.com/ready],"
                        + " bindingFailureConditions: [example.com/failed]}]");
        claim("c", one("r"));
        cluster.create(pod("p", "c"));
        await(test -> test.claim("c").getStatus().getAllocation() != null);
        assertThat(cluster.get("p").getSpec().getNodeName()).isNull();
        cluster.client
                .resources(ResourceClaim.class)
                .patch(new ObjectKey("default", "c"), PatchType.MERGE, read("""
                                status:
                                  devices:
                                  - driver: gpu.example.com
                                    pool: n1
                                    device: gpu-0
                                    conditions:
                                    - {type: example.com/ready, status: "True", reason: Ready, message: "",
                                       lastTransitionTime: "2026-01-01T00:00:00Z"}
                                """, Map.class), "status");
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
    }

    @Test
    void countsSharesOfADevice() {
        slice("n1", "[{name: gpu-0, allowMultipleAllocations: true, capacity: {memory: {value: 10Gi}}}]");
        String share = "{requests: [{name: r, exactly: {deviceClassName: gpu, capacity: {requests: {memory: 4Gi}}}}]}";
        for (int i = 0; i < 3; i++) {
            claim("c" + i, share);
            cluster.create(pod("p" + i, "c" + i));
            if (i < 2) cluster.nodeOf("p" + i);
        }
        assertThat(cluster.refusal("p2").getMessage()).contains("2 cannot allocate all claims");
        DeviceRequestAllocationResult result = claim("c0")
                .getStatus()
                .getAllocation()
                .getDevices()
                .getResults()
                .getFirst();
        assertThat(result.getConsumedCapacity().get("memory").toString()).isEqualTo("4Gi");
        assertThat(result.getShareID()).hasSize(36);
    }

    @Test
    void devicesStandForExtendedResources() {
        slice("n1", "[{name: gpu-0}, {name: gpu-1}, {name: gpu-2}]");
        PodBuilder pod = new PodBuilder(TestCluster.pod("p", "1").build())
                .editSpec()
                .editContainer(0)
                .editResources()
                .addToRequests("example.com/gpu", new Quantity("2"))
                .addToLimits("example.com/gpu", new Quantity("2"))
                .endResources()
                .endContainer()
                .endSpec();
        cluster.create(pod);
        assertThat(cluster.refusal("p").getMessage()).contains("2 Insufficient example.com/gpu");
        create(DeviceClass.class, """
                metadata: {name: by-name}
                spec: {extendedResourceName: example.com/gpu}
                """);
        assertThat(cluster.nodeOf("p")).isEqualTo("n1");
        PodExtendedResourceClaimStatus status = cluster.get("p").getStatus().getExtendedResourceClaimStatus();
        assertThat(status.getRequestMappings())
                .extracting(mapping ->
                        mapping.getContainerName() + " " + mapping.getResourceName() + " " + mapping.getRequestName())
                .containsExactly("c example.com/gpu container-0-request-1");
        ResourceClaim made = claim(status.getResourceClaimName());
        assertThat(made.getMetadata().getName()).startsWith("p-extended-resources-");
        assertThat(made.getMetadata().getAnnotations())
                .containsEntry("resource.kubernetes.io/extended-resource-claim", "true");
        assertThat(made.getStatus().getAllocation().getDevices().getResults())
                .extracting(DeviceRequestAllocationResult::getDevice)
                .containsExactly("gpu-0", "gpu-1");
        assertThat(made.getStatus().getReservedFor()).hasSize(1);
        pod.editMetadata().withName("q").endMetadata();
        cluster.create(pod);
        assertThat(cluster.refusal("q").getMessage()).contains("2 cannot allocate all claims");
    }
}
