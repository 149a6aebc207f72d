package io.k8j.apiserver.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.resource.GroupVersionResource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServedApisTest {
    private static final Map<String, String> WORKLOADS = Map.of("GenericWorkload", "true");
    private static final GroupVersionResource GROUPS =
            new GroupVersionResource("scheduling.k8s.io", "v1alpha2", "podgroups");
    private static final GroupVersionResource JOBS = new GroupVersionResource("batch", "v1", "jobs");

    private static boolean serves(
            Map<String, String> gates, Map<String, String> config, GroupVersionResource resource) {
        return ServedApis.of(gates, config).registry().resource(resource) != null;
    }

    @Test
    void anAlphaVersionNeedsItsGateAndItsSwitch() {
        assertThat(serves(Map.of(), Map.of(), GROUPS)).isFalse();
        assertThat(serves(WORKLOADS, Map.of(), GROUPS)).isFalse();
        assertThat(serves(Map.of(), Map.of("scheduling.k8s.io/v1alpha2", "true"), GROUPS))
                .isFalse();
        assertThat(serves(WORKLOADS, Map.of("scheduling.k8s.io/v1alpha2", ""), GROUPS))
                .isTrue();
        assertThat(serves(WORKLOADS, Map.of("api/alpha", "true"), GROUPS)).isTrue();
    }

    @Test
    void componentsDoNotAskForWhatIsNotServed() {
        Map<String, String> gate = Map.of("StorageVersionMigrator", "true");
        assertThat(ServedApis.of(gate, Map.of()).servedGates().isOn("StorageVersionMigrator"))
                .isFalse();
        assertThat(ServedApis.of(gate, Map.of("storagemigration.k8s.io/v1beta1", "true"))
                        .servedGates()
                        .isOn("StorageVersionMigrator"))
                .isTrue();
    }

    @Test
    void theNarrowerSwitchWins() {
        Map<String, String> config =
                Map.of("api/all", "true", "scheduling.k8s.io/v1alpha2/podgroups", "false", "batch/v1/jobs", "false");
        assertThat(serves(WORKLOADS, config, GROUPS)).isFalse();
        assertThat(serves(WORKLOADS, config, new GroupVersionResource("scheduling.k8s.io", "v1alpha2", "workloads")))
                .isTrue();
        assertThat(serves(WORKLOADS, config, JOBS)).isFalse();
        assertThat(serves(WORKLOADS, Map.of("api/ga", "false", "batch/v1", "true"), JOBS))
                .isTrue();
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(Map.of("api/all", "false"), "invalid runtime-config with only api/all=false"),
                Arguments.of(Map.of("v1", "true"), "runtime-config invalid key v1"),
                Arguments.of(Map.of("b.io/v1", "true", "a.io/v1", "true"), "unknown api groups a.io/v1,b.io/v1"),
                Arguments.of(Map.of("batch/v7", "true"), "group version batch/v7 that has not been registered"),
                Arguments.of(Map.of("api/beta", "1"), "invalid value api/beta=1"),
                Arguments.of(
                        Map.of("batch/v1/Jobs", "true"),
                        "invalid key batch/v1/Jobs: group/version/resource and resource is always lowercase plural, not \"Jobs\""),
                Arguments.of(
                        Map.of("batch/v1", "on"),
                        "invalid value of batch/v1: on, err: strconv.ParseBool: parsing \"on\": invalid syntax"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesInUpstreamsWords(Map<String, String> config, String message) {
        assertThatThrownBy(() -> ServedApis.of(Map.of(), config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
