package io.k8j.controllers.devicetaint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.typed.TypedCodec;
import io.k8j.model.yaml.Yaml;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeviceTaintsTest {
    private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");

    /** @param after seconds until users have to go; null if they may stay */
    record Case(String name, String taints, String tolerations, Integer after) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        String taint = "[{key: k, value: v, effect: NoExecute, timeAdded: '2026-01-01T00:00:00Z'}]";
        return Stream.of(
                new Case("no taint", "[]", "[]", null),
                new Case("only for new users", taint.replace("NoExecute", "NoSchedule"), "[]", null),
                new Case("not tolerated", taint, "[]", 0),
                new Case("tolerated by key", taint, "[{key: k, operator: Exists}]", null),
                new Case("of another value", taint, "[{key: k, operator: Equal, value: w}]", 0),
                new Case("for a while", taint, "[{operator: Exists, tolerationSeconds: 30}]", 30),
                new Case(
                        "the shortest while",
                        taint,
                        "[{operator: Exists, tolerationSeconds: 30}, {key: k, operator: Exists, tolerationSeconds: 9}]",
                        9));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysWhenUsersHaveToGo(Case c) {
        ResourceSlice old = slice(0, "[{key: old, effect: NoExecute}]");
        ResourceSlice slice = slice(1, c.taints());
        DeviceRequestAllocationResult result = TypedCodec.decode(
                Json.write(Yaml.parse(
                        "{request: r, driver: d.com, pool: p, device: a, tolerations: " + c.tolerations() + "}")),
                DeviceRequestAllocationResult.class);
        assertThat(DeviceTaints.evictionTime(result, List.of(old, slice), SINCE.plusSeconds(1)))
                .isEqualTo(Optional.ofNullable(c.after()).map(SINCE::plusSeconds));
    }

    private static ResourceSlice slice(int generation, String taints) {
        return ApiObject.ofJson(Json.write(Yaml.parse("""
                        apiVersion: resource.k8s.io/v1
                        kind: ResourceSlice
                        metadata: {name: s%d}
                        spec:
                          driver: d.com
                          nodeName: n1
                          pool: {name: p, generation: %d, resourceSliceCount: 1}
                          devices: [{name: a, taints: %s}]
                        """.formatted(generation, generation, taints))))
                .as(ResourceSlice.class);
    }
}
