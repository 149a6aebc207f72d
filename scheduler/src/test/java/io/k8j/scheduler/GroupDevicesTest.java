package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.model.group.SharedClaims;
import io.k8j.model.json.Json;
import io.k8j.model.typed.TypedCodec;
import io.k8j.model.yaml.Yaml;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims that the Pods of a group share, through the API. */
class GroupDevicesTest extends GroupCase {
    private static final String SHARED =
            "schedulingPolicy: {gang: {minCount: 3}}, resourceClaims: [{name: device, resourceClaimName: c}]";

    GroupDevicesTest() {
        super("DRAWorkloadResourceClaims");
    }

    private <T extends HasMetadata> T create(Class<T> type, String yaml) {
        return cluster.client.resources(type).create(TypedCodec.decode(Json.write(Yaml.parse(yaml)), type));
    }

    private void device(String node) {
        create(ResourceSlice.class, """
                metadata: {name: slice-%s}
                spec:
                  driver: gpu.example.com
                  nodeName: %s
                  pool: {name: %s, generation: 1, resourceSliceCount: 1}
                  devices: [{name: gpu-0}]
                """.formatted(node, node, node));
    }

    @BeforeEach
    void oneClaim() {
        create(DeviceClass.class, "{metadata: {name: gpu}, spec: {}}");
        create(ResourceClaim.class, """
                metadata: {name: c, namespace: default}
                spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}
                """);
    }

    private ResourceClaim claim() {
        return cluster.client.resources(ResourceClaim.class).get(new ObjectKey("default", "c"));
    }

    private List<String> pods(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> cluster.create(
                                new PodBuilder(member("g", "g-" + i, "1").build())
                                        .editSpec()
                                        .addNewResourceClaim()
                                        .withName("device")
                                        .withResourceClaimName("c")
                                        .endResourceClaim()
                                        .endSpec())
                        .getMetadata()
                        .getName())
                .toList();
    }

    private PodGroup group() {
        return cluster.client.resources(PodGroup.class).get(new ObjectKey("default", "g"));
    }

    @Test
    void aGangSharesOneDeviceOnItsNode() {
        cluster.node("n1", 8, 8);
        cluster.node("n2", 8, 8);
        device("n1");
        device("n2");
        start();
        group("g", SHARED);
        List<String> pods = pods(3);
        Collection<String> where = pods.stream().map(cluster::nodeOf).toList();
        assertThat(Set.copyOf(where)).as("where the device is").hasSize(1);
        ResourceClaim claim = claim();
        assertThat(claim.getStatus().getReservedFor()).containsExactly(SharedClaims.consumer(group()));
        assertThat(claim.getStatus().getAllocation().getDevices().getResults())
                .singleElement()
                .satisfies(result -> assertThat(where).contains(result.getPool()));
    }

    @Test
    void withoutRoomBesideTheDeviceNothingIsKept() {
        cluster.node("n1", 2, 8);
        device("n1");
        start();
        group("g", SHARED);
        pods(3);
        groupCondition("g", "False");
        assertThat(claim().getStatus() == null || claim().getStatus().getAllocation() == null)
                .isTrue();
        cluster.node("n2", 3, 8);
        device("n2");
        assertThat(List.of(cluster.nodeOf("g-0"), cluster.nodeOf("g-1"), cluster.nodeOf("g-2")))
                .containsOnly("n2");
    }

    @Test
    void aGroupThatNeverRanGetsAnotherDeviceThanAnEarlierAttempt() {
        cluster.node("n1", 1, 8);
        cluster.node("n2", 3, 8);
        device("n1");
        device("n2");
        group("g", SHARED);
        AllocationResult onFirst = TypedCodec.decode(Json.write(Yaml.parse("""
                nodeSelector:
                  nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]
                devices: {results: [{request: r, driver: gpu.example.com, pool: n1, device: gpu-0}]}
                """)), AllocationResult.class);
        cluster.client
                .resources(ResourceClaim.class)
                .updateStatus(new ResourceClaimBuilder(claim())
                        .editOrNewStatus()
                        .withAllocation(onFirst)
                        .addToReservedFor(SharedClaims.consumer(group()))
                        .endStatus()
                        .build());
        start();
        List<String> pods = pods(3);
        assertThat(pods.stream().map(cluster::nodeOf).toList()).containsOnly("n2");
        await().untilAsserted(() -> assertThat(events("FailedScheduling"))
                .anySatisfy(event -> assertThat(event).contains("ResourceClaim unreserved for PodGroup")));
    }
}
