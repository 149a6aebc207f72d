package io.k8j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.apiserver.resource.ServedApis;
import io.k8j.model.json.Json;
import io.k8j.model.typed.TypedCodec;
import io.k8j.model.yaml.Yaml;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Features of the scheduler that are on by default and can be switched off. */
class SchedulerGatesTest {
    private static TestCluster start(Map<String, String> gates) {
        ServedApis apis = ServedApis.of(gates, Map.of());
        TestCluster cluster = new TestCluster(apis);
        cluster.start(SchedulerConfig.DEFAULTS.withGates(apis.gates()));
        return cluster;
    }

    private static <T extends HasMetadata> void create(TestCluster cluster, Class<T> type, String yaml) {
        cluster.client.resources(type).create(TypedCodec.decode(Json.write(Yaml.parse(yaml)), type));
    }

    /** The binding of a Pod with a claim takes preparation. */
    @ParameterizedTest
    @CsvSource({"true, true,", "true, false, n1", "false, false,"})
    void aPodTellsItsNodeAheadUnlessThatIsOff(boolean expects, boolean clears, String told) {
        try (TestCluster cluster = start(Map.of(
                "NominatedNodeNameForExpectation", String.valueOf(expects),
                "ClearingNominatedNodeNameAfterBinding", String.valueOf(clears)))) {
            cluster.node("n1", 4, 8);
            create(cluster, DeviceClass.class, "{metadata: {name: gpu}, spec: {}}");
            create(cluster, ResourceSlice.class, """
                    metadata: {name: s}
                    spec:
                      driver: gpu.example.com
                      nodeName: n1
                      pool: {name: n1, generation: 1, resourceSliceCount: 1}
                      devices: [{name: gpu-0}]
                    """);
            create(cluster, ResourceClaim.class, """
                    metadata: {name: c, namespace: default}
                    spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu}}]}}
                    """);
            cluster.create(new PodBuilder(TestCluster.pod("p", "1").build())
                    .editSpec()
                    .addNewResourceClaim()
                    .withName("device")
                    .withResourceClaimName("c")
                    .endResourceClaim()
                    .endSpec());
            assertThat(cluster.nodeOf("p")).isEqualTo("n1");
            assertThat(cluster.get("p").getStatus().getNominatedNodeName()).isEqualTo(told);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void othersAreRemovedWhileTheSchedulerGoesOnOrNot(boolean async) {
        try (TestCluster cluster = start(Map.of("SchedulerAsyncPreemption", String.valueOf(async)))) {
            cluster.node("n1", 1, 8);
            cluster.create(GroupCase.alone("low", "1", 0));
            cluster.nodeOf("low");
            cluster.create(GroupCase.alone("high", "1", 10));
            assertThat(cluster.nodeOf("high")).isEqualTo("n1");
        }
    }
}
