package io.k8j.scheduler.devices;

import static io.k8j.scheduler.devices.DeviceWorld.claim;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AllocatorTest {
    private DeviceWorld world;

    @BeforeEach
    void open() {
        world = new DeviceWorld().deviceClass("any", "{}");
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** One claim on a node with one pool. */
    record Case(String name, String devices, String claim, String outcome) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String exactly(String more) {
        return "{requests: [{name: r, exactly: {deviceClassName: any, %s}}]}".formatted(more);
    }

    static Stream<Case> cases() {
        String three = "[{name: a}, {name: b}, {name: c}]";
        String numa = "[{name: a, attributes: {numa: {int: 0}}}, {name: b, attributes: {numa: {int: 1}}},"
                + " {name: c, attributes: {numa: {int: 1}}}, {name: d}]";
        return Stream.of(
                new Case(
                        "devices are taken in their order",
                        three,
                        exactly("allocationMode: ExactCount, count: 2"),
                        "r=a r=b"),
                new Case(
                        "too few are none",
                        three,
                        exactly("allocationMode: ExactCount, count: 4"),
                        "cannot allocate all claims"),
                new Case("all are all", three, exactly("allocationMode: All"), "r=a r=b r=c"),
                new Case("all of none is nothing", "[]", exactly("allocationMode: All"), "cannot allocate all claims"),
                new Case(
                        "selectors pick",
                        numa,
                        exactly(
                                "allocationMode: ExactCount, count: 1, selectors: [{cel: {expression: \"has(device"
                                        + ".attributes['a.example.com'].numa) && device.attributes['a.example.com'].numa == 1\"}}]"),
                        "r=b"),
                new Case(
                        "a selector that fails stops everything",
                        numa,
                        exactly("allocationMode: ExactCount, count: 4, selectors: [{cel: {expression:"
                                + " \"device.attributes['a.example.com'].numa >= 0\"}}]"),
                        "fault: claim ns/c: selector #0: CEL runtime error: no such key: numa"),
                new Case(
                        "devices match in an attribute",
                        numa,
                        exactly("allocationMode: ExactCount, count: 2")
                                .replace("]}", "], constraints: [{matchAttribute:" + " a.example.com/numa}]}"),
                        "r=b r=c"),
                new Case(
                        "devices differ in an attribute",
                        numa,
                        exactly("allocationMode: ExactCount, count: 2")
                                .replace("]}", "], constraints: [{distinctAttribute:" + " a.example.com/numa}]}"),
                        "r=a r=b"),
                new Case(
                        "all devices cannot match",
                        numa,
                        exactly("allocationMode: All")
                                .replace("]}", "], constraints: [{matchAttribute:" + " a.example.com/numa}]}"),
                        "fault: claim ns/c, request r: cannot add device a.example.com/p/b because a claim constraint would"
                                + " not be satisfied"),
                new Case(
                        "taints keep away",
                        "[{name: a, taints: [{key: k, effect: NoSchedule}]}, {name: b, taints: [{key: k, effect: None}]}]",
                        exactly("allocationMode: ExactCount, count: 1"),
                        "r=b"),
                new Case(
                        "unless they are tolerated",
                        "[{name: a, taints: [{key: k, value: v, effect: NoExecute}]}]",
                        exactly(
                                "allocationMode: ExactCount, count: 1, tolerations: [{key: k, operator: Equal, value: v}]"),
                        "r=a"),
                new Case(
                        "the first alternative that can be had",
                        three,
                        "{requests: [{name: r, firstAvailable: [{name: x, deviceClassName: any, allocationMode: ExactCount,"
                                + " count: 4}, {name: z, deviceClassName: any, allocationMode: ExactCount, count: 2}]}]}",
                        "r/z=a r/z=b"),
                new Case(
                        "a claim holds 32 devices",
                        three,
                        exactly("allocationMode: ExactCount, count: 33"),
                        "fault: claim ns/c: number of requested devices 33 exceeds the claim limit of 32"),
                new Case(
                        "a class must be there",
                        three,
                        "{requests: [{name: r, exactly: {deviceClassName: none, allocationMode: ExactCount, count: 1}}]}",
                        "fault: claim ns/c, request r: could not retrieve device class none: deviceclass.resource.k8s.io"
                                + " \"none\" not found"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allocates(Case c) {
        world.local(c.devices());
        assertThat(world.told(world.allocate("host", claim("c", c.claim())))).isEqualTo(c.outcome());
    }

    private static final ResourceClaim ONE = claim("c", exactly("allocationMode: ExactCount, count: 1"));
    private static final ResourceClaim ALL = claim("c", exactly("allocationMode: All"));

    @Test
    void usesTheNewestGenerationOnly() {
        world.slice(
                        "old",
                        "nodeName: host, pool: {name: p, generation: 1, resourceSliceCount: 1}, devices: [{name: a}]")
                .slice(
                        "new",
                        "nodeName: host, pool: {name: p, generation: 2, resourceSliceCount: 1}, devices: [{name: b}]");
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("r=b");
    }

    @Test
    void waitsForAllSlicesOfAPool() {
        world.slice(
                "s1", "nodeName: host, pool: {name: p, generation: 1, resourceSliceCount: 2}, devices: [{name: a}]");
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("cannot allocate all claims");
        assertThat(world.told(world.allocate("host", ALL)))
                .isEqualTo("fault: claim ns/c, request r: asks for all devices, but resource pool a.example.com/p is"
                        + " currently being updated");
        world.slice(
                "s2", "nodeName: other, pool: {name: p, generation: 1, resourceSliceCount: 2}, devices: [{name: b}]");
        assertThat(world.told(world.allocate("host", ALL))).isEqualTo("r=a");
    }

    @Test
    void refusesAPoolThatNamesADeviceTwice() {
        world.local("[{name: a}, {name: b}]");
        world.slice("s2", "nodeName: host, pool: {name: q, generation: 1, resourceSliceCount: 2}, devices: [{name: a}]")
                .slice(
                        "s3",
                        "nodeName: host, pool: {name: q, generation: 1, resourceSliceCount: 2}, devices: [{name: a}]");
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("r=a");
        assertThat(world.told(world.allocate("host", claim("c", exactly("allocationMode: ExactCount, count: 3")))))
                .isEqualTo("invalid resource pools were encountered");
    }

    @Test
    void tellsWhichNodesReachTheDevices() {
        world.slice(
                "all", "allNodes: true, pool: {name: p, generation: 1, resourceSliceCount: 1}, devices: [{name: a}]");
        assertThat(nodes(world.allocate("host", ONE))).isNull();
        world.slices.clear();
        world.slice(
                "zone",
                "nodeSelector: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [z]}]}]}, pool:"
                        + " {name: p, generation: 1, resourceSliceCount: 1}, devices: [{name: a}]");
        assertThat(world.told(world.allocate("host", Map.of("zone", "w"), ONE)))
                .isEqualTo("cannot allocate all claims");
        assertThat(nodes(world.allocate("host", Map.of("zone", "z"), ONE)))
                .contains("key=zone, operator=In, values=[z]");
        world.slices.clear();
        world.slice(
                "each",
                "perDeviceNodeSelection: true, pool: {name: p, generation: 1, resourceSliceCount: 1}, devices: [{name: a,"
                        + " nodeName: other}, {name: b, nodeName: host}]");
        Allocator.Outcome outcome = world.allocate("host", ONE);
        assertThat(world.told(outcome)).isEqualTo("r=b");
        assertThat(nodes(outcome)).contains("key=metadata.name, operator=In, values=[host]");
    }

    private static String nodes(Allocator.Outcome outcome) {
        Object selector =
                ((Allocator.Outcome.Found) outcome).results().getFirst().getNodeSelector();
        return selector == null ? null : selector.toString();
    }

    private AllocationResult found(ResourceClaim... claims) {
        return ((Allocator.Outcome.Found) world.allocate("host", claims))
                .results()
                .getFirst();
    }

    @Test
    void countsWhatPartitionsShare() {
        String mig = "consumesCounters: [{counterSet: gpu, counters: {memory: {value: %s}}}]";
        world.slice(
                        "counters",
                        "nodeName: host, pool: {name: p, generation: 1, resourceSliceCount: 2}, sharedCounters: [{name: gpu,"
                                + " counters: {memory: {value: 40Gi}}}]")
                .slice(
                        "devices",
                        "nodeName: host, pool: {name: p, generation: 1, resourceSliceCount: 2}, devices: [{name: a, %s},"
                                        .formatted(mig.formatted("40Gi"))
                                + " {name: b, %s}, {name: c, %s}]"
                                        .formatted(mig.formatted("20Gi"), mig.formatted("20Gi")));
        ResourceClaim two = claim("c", exactly("allocationMode: ExactCount, count: 2"));
        assertThat(world.told(world.allocate("host", two))).isEqualTo("r=b r=c");
        AllocationResult half = found(claim(
                "d", exactly("allocationMode: ExactCount, count: 1, selectors: [{cel:" + " {expression: 'true'}}]")));
        world.inUse.add(half); // the whole
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("cannot allocate all claims");
        world.inUse.remove(half);
        world.inUse.add(found(two));
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("cannot allocate all claims");
    }

    @Test
    void sharesADeviceUntilItIsFull() {
        world.local(
                "[{name: a, allowMultipleAllocations: true, capacity: {memory: {value: 10Gi, requestPolicy: {default:"
                        + " 2Gi, validRange: {min: 2Gi, step: 2Gi}}}}}]");
        ResourceClaim three =
                claim("c", exactly("allocationMode: ExactCount, count: 1, capacity: {requests: {memory: 3Gi}}"));
        for (int i = 0; i < 2; i++) {
            AllocationResult share = found(three);
            assertThat(share.getDevices()
                            .getResults()
                            .getFirst()
                            .getConsumedCapacity()
                            .get("memory")
                            .toString())
                    .isEqualTo("4Gi"); // rounded up to a step
            world.inUse.add(share);
        }
        assertThat(world.told(world.allocate("host", three))).isEqualTo("cannot allocate all claims");
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("r=a"); // by default 2Gi
    }

    @Test
    void letsAdministratorsHaveWhatOthersHave() {
        world.local("[{name: a}]");
        world.inUse.add(found(ONE));
        ResourceClaim admin = claim("c", exactly("allocationMode: All, adminAccess: true"));
        assertThat(world.told(world.allocate("host", ONE))).isEqualTo("cannot allocate all claims");
        AllocationResult result = found(admin);
        assertThat(result.getDevices().getResults().getFirst().getAdminAccess()).isTrue();
        world.inUse.add(result); // counts for nothing
        assertThat(world.told(world.allocate("host", admin))).isEqualTo("r=a");
    }

    @Test
    void mergesConfigurationsOfClassesAndClaims() {
        world.local("[{name: a}, {name: b}, {name: c}]")
                .deviceClass("set", "{config: [{opaque: {driver: a.example.com, parameters: {x: 1}}}]}");
        ResourceClaim claim = claim("c", """
                {requests: [{name: r, exactly: {deviceClassName: set, allocationMode: ExactCount, count: 1}},
                 {name: s, firstAvailable: [{name: t, deviceClassName: set, allocationMode: ExactCount, count: 1}]},
                 {name: u, exactly: {deviceClassName: any, allocationMode: ExactCount, count: 1}}],
                 config: [{opaque: {driver: a.example.com, parameters: {v: 1}}},
                 {requests: [s/t], opaque: {driver: a.example.com, parameters: {z: 1}}},
                 {requests: [s/other], opaque: {driver: a.example.com, parameters: {w: 1}}}]}
                """);
        assertThat(found(claim).getDevices().getConfig())
                .extracting(config -> config.getSource() + config.getRequests())
                .isEqualTo(List.of("FromClass[r, s/t]", "FromClaim[]", "FromClaim[s/t]"));
    }
}
