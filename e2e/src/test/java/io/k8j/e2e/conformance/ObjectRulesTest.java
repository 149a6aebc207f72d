package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.k8j.junit.K8j;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server refuses of Pods and of what they use, and what it fills in. */
@K8j(nodes = 2, scope = K8j.Scope.SHARED)
class ObjectRulesTest {
    @ParameterizedTest
    @ValueSource(strings = {"ConfigMap", "Secret"})
    @Conformance("node/ConfigMap/3")
    @Conformance("node/Secrets/3")
    void anEmptyKeyIsRefused(String kind, KubernetesClient client) {
        assertThatThrownBy(() -> client.resource(
                                "---\n{apiVersion: v1, kind: %s, metadata: {name: bad}, data: {\"\": dmFsdWU=}}"
                                        .formatted(kind))
                        .create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(422);
                    assertThat(e.getMessage()).contains("data[]: Invalid value");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"ConfigMap", "Secret"})
    @Conformance("storage/ConfigMap/10")
    @Conformance("storage/Secrets/9")
    void whatIsImmutableStaysSo(String kind, KubernetesClient client) {
        String yaml = "---\n{apiVersion: v1, kind: %s, metadata: {name: fixed}, data: {a: dmFsdWU=}}".formatted(kind);
        client.resource(yaml).create();
        var object = client.resource(yaml);
        var merge = PatchContext.of(PatchType.JSON_MERGE);
        object.patch(merge, "{\"data\":{\"a\":\"bmV3\"}}");
        object.patch(merge, "{\"immutable\":true}");
        for (String change : new String[] {
            "{\"data\":{\"a\":\"dmFsdWU=\"}}",
            "{\"data\":{\"b\":\"dmFsdWU=\"}}",
            "{\"immutable\":false}",
            "{\"immutable\":null}"
        }) {
            var refused = catchThrowableOfType(KubernetesClientException.class, () -> object.patch(merge, change));
            assertThat(refused).as(change).isNotNull();
            assertThat(refused.getCode()).as(change).isEqualTo(422);
            assertThat(refused.getMessage()).contains("field is immutable when `immutable` is set");
        }
        assertThat(object.patch(merge, "{\"metadata\":{\"labels\":{\"l\":\"v\"}}}")
                        .getMetadata()
                        .getLabels())
                .containsEntry("l", "v");
        object.delete();
        assertThat(object.get()).isNull();
    }

    private static String podOfClass(String name) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: of-class}
                spec:
                  runtimeClassName: %s
                  containers: [{name: c, image: busybox}]
                """.formatted(name);
    }

    private static void assertForbidden(KubernetesClient client, String className) {
        assertThatThrownBy(() -> client.resource(podOfClass(className)).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(403);
                    assertThat(e.getMessage())
                            .contains("pod rejected: RuntimeClass \"%s\" not found".formatted(className));
                });
    }

    @Test
    @Conformance("node/RuntimeClass/2")
    void aRuntimeClassThatNeverWasIsRefused(KubernetesClient client, @K8j.Namespace String namespace) {
        assertForbidden(client, "never-" + namespace);
    }

    @Test
    @Conformance("node/RuntimeClass/1")
    void aRuntimeClassThatIsNoMoreIsRefused(KubernetesClient client, @K8j.Namespace String namespace) {
        String yaml = "---\n{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: gone-%s}, handler: h}"
                .formatted(namespace);
        client.resource(yaml).create();
        client.resource(yaml).delete();
        EightVerbs.eventually(() -> assertForbidden(client, "gone-" + namespace));
    }

    private static Pod awaitScheduled(KubernetesClient client) {
        EightVerbs.eventually(() -> assertThat(
                        client.pods().withName("of-class").get().getStatus().getConditions())
                .anyMatch(
                        c -> c.getType().equals("PodScheduled") && c.getStatus().equals("True")));
        return client.pods().withName("of-class").get();
    }

    @Test
    @Conformance("node/RuntimeClass/3")
    void theOverheadOfTheRuntimeClassIsFilledIn(KubernetesClient client, @K8j.Namespace String namespace) {
        client.resource("""
                apiVersion: node.k8s.io/v1
                kind: RuntimeClass
                metadata: {name: heavy-%s}
                handler: h
                overhead: {podFixed: {cpu: 10m, memory: 1Mi}}
                """.formatted(namespace)).create();
        client.resource(podOfClass("heavy-" + namespace)).create();
        Pod pod = awaitScheduled(client);
        assertThat(pod.getSpec().getOverhead()).containsOnlyKeys("cpu", "memory");
        assertThat(pod.getSpec().getOverhead().get("cpu").toString()).isEqualTo("10m");
        assertThat(pod.getSpec().getOverhead().get("memory").toString()).isEqualTo("1Mi");
    }

    @Test
    @Conformance("node/RuntimeClass/4")
    void aRuntimeClassWithoutOverheadAddsNone(KubernetesClient client, @K8j.Namespace String namespace) {
        client.resource("---\n{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: light-%s}, handler: h}"
                        .formatted(namespace))
                .create();
        client.resource(podOfClass("light-" + namespace)).create();
        assertThat(awaitScheduled(client).getSpec().getOverhead()).isNullOrEmpty();
    }

    @Test
    @Conformance("node/Sysctls/1")
    void badNamesOfSysctlsAreRefused(KubernetesClient client) {
        assertThatThrownBy(() -> client.resource("""
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: sysctls}
                        spec:
                          securityContext:
                            sysctls:
                            - {name: foo-, value: bar}
                            - {name: kernel.shmmax, value: "100000000"}
                            - {name: safe-and-unsafe, value: "100000000"}
                            - {name: bar.., value: "42"}
                          containers: [{name: c, image: busybox}]
                        """).create())
                .isInstanceOfSatisfying(KubernetesClientException.class, e -> {
                    assertThat(e.getCode()).isEqualTo(422);
                    assertThat(e.getMessage())
                            .contains("Invalid value: \"foo-\"", "Invalid value: \"bar..\"")
                            .doesNotContain("safe-and-unsafe\"", "kernel.shmmax");
                });
    }
}
