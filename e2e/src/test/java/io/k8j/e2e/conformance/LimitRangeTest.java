package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** LimitRanges. */
class LimitRangeTest extends ConformanceCase {
    private static final String LIMITS = """
            limits: [{type: Container,
              min: {cpu: 50m, memory: 100Mi, ephemeral-storage: 100Gi},
              max: {cpu: 500m, memory: 500Mi, ephemeral-storage: 500Gi},
              default: {cpu: 500m, memory: 500Mi, ephemeral-storage: 500Gi},
              defaultRequest: {cpu: 100m, memory: 200Mi, ephemeral-storage: 200Gi}}]""";

    private Answer pod(String name, String resources) {
        return api.post(
                core("pods"),
                "{metadata: {name: %s}, spec: {%s}}"
                        .formatted(
                                name,
                                Pods.container(resources.isEmpty() ? "" : "resources: {%s}".formatted(resources))));
    }

    private static Object resources(Answer pod, String kind) {
        return Trees.get(pod.items("spec", "containers").getFirst(), "resources", kind);
    }

    @Test
    @Conformance("scheduling/LimitRange/1")
    void defaultsAndLimitsAreApplied() {
        try (Watching watching = api.watch(core("limitranges"))) {
            api.post(core("limitranges"), "{metadata: {name: limit-range}, spec: {%s}}".formatted(LIMITS))
                    .ok();
            watching.next("ADDED", "limit-range");
        }
        Answer plain = pod("pod-no-resources", "").ok();
        assertThat(resources(plain, "requests"))
                .isEqualTo(Map.of("cpu", "100m", "memory", "200Mi", "ephemeral-storage", "200Gi"));
        assertThat(resources(plain, "limits"))
                .isEqualTo(Map.of("cpu", "500m", "memory", "500Mi", "ephemeral-storage", "500Gi"));
        Answer partial = pod(
                        "pod-partial-resources",
                        "requests: {memory: 150Mi, ephemeral-storage: 150Gi}, limits: {cpu: 300m}")
                .ok();
        assertThat(resources(partial, "requests"))
                .isEqualTo(Map.of("cpu", "300m", "memory", "150Mi", "ephemeral-storage", "150Gi"));
        assertThat(resources(partial, "limits"))
                .isEqualTo(Map.of("cpu", "300m", "memory", "500Mi", "ephemeral-storage", "500Gi"));
        pod("pod-too-small", "requests: {cpu: 10m, memory: 50Mi, ephemeral-storage: 50Gi}")
                .refused(403);
        pod(
                        "pod-too-big",
                        "requests: {cpu: 600m, memory: 600Mi, ephemeral-storage: 600Gi}, limits: {cpu: 600m, memory: 600Mi, ephemeral-storage: 600Gi}")
                .refused(403);
        Map<String, Object> tree = api.get(core("limitranges/limit-range")).copy();
        Trees.set(
                Trees.map(Trees.list(tree, "spec", "limits").getFirst()),
                Map.of("cpu", "9m", "memory", "10Mi", "ephemeral-storage", "10Gi"),
                "min");
        api.put(core("limitranges/limit-range"), tree).ok();
        eventually(() -> pod("pod-small", "requests: {cpu: 10m, memory: 50Mi, ephemeral-storage: 50Gi}")
                .ok());
        pod("pod-still-too-big", "requests: {cpu: 600m}, limits: {cpu: 600m}").refused(403);
        api.delete(core("limitranges/limit-range")).ok();
        gone(core("limitranges/limit-range"));
        eventually(() -> pod("pod-big", "requests: {cpu: 600m, memory: 600Mi}").ok());
    }

    @Test
    @Conformance("scheduling/LimitRange/2")
    void rangesOfTwoNamespaces() {
        String other = "lr-" + namespace;
        api.post("/api/v1/namespaces", "{metadata: {name: %s}}".formatted(other))
                .ok();
        String there = "/api/v1/namespaces/" + other + "/limitranges";
        String yaml = "{metadata: {name: e2e-limitrange, labels: {e2e: %s}}, spec: {%s}}".formatted(namespace, LIMITS);
        api.post(core("limitranges"), yaml).ok();
        api.post(there, yaml).ok();
        String everywhere = "/api/v1/limitranges?labelSelector=e2e%3D" + namespace;
        assertThat(api.get(everywhere).items()).hasSize(2);
        Answer patched = api.patch(
                        core("limitranges/e2e-limitrange"),
                        Api.STRATEGIC,
                        "{metadata: {labels: {e2e-limitrange: patched}}, spec: {limits: [{type: Container, max: {cpu: 600m}}]}}")
                .ok();
        assertThat(patched.at("metadata", "labels", "e2e-limitrange")).isEqualTo("patched");
        assertThat(Trees.string(patched.items("spec", "limits").getFirst(), "max", "cpu"))
                .isEqualTo("600m");
        api.delete(core("limitranges") + "?labelSelector=e2e-limitrange%3Dpatched")
                .ok();
        assertThat(api.get(everywhere).items().stream().map(i -> Trees.string(i, "metadata", "namespace")))
                .containsExactly(other);
        api.delete("/api/v1/namespaces/" + other).ok();
    }
}
