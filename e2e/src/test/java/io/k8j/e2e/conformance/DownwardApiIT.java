package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container learns about its Pod and itself, by files and by its environment. */
class DownwardApiIT extends ContainerTest {
    private static final String LIMITS =
            "resources: {requests: {cpu: 250m, memory: 32Mi}, limits: {cpu: 1250m, memory: 64Mi}}";

    /** The volume and its mount at /v for one or more files. */
    private static String volume(boolean projected, String itemsAndMore) {
        String source = "downwardAPI: {%s}".formatted(itemsAndMore);
        return "volumes: [{name: v, %s}]"
                .formatted(projected ? "projected: {sources: [{%s}]}".formatted(source) : source);
    }

    private static final String MOUNT = "volumeMounts: [{name: v, mountPath: /v}]\n";

    private String allocatable(String resource) {
        Quantity amount = client().nodes()
                .withName(cluster().nodeName())
                .get()
                .getStatus()
                .getAllocatable()
                .get(resource);
        BigDecimal value = Quantity.getAmountInBytes(amount);
        return value.setScale(0, java.math.RoundingMode.UP).toPlainString();
    }

    @ParameterizedTest(name = "{0}, projected {2}")
    @CsvSource({
        "limits.cpu, 2, false",
        "requests.cpu, 1, false",
        "limits.memory, 67108864, false",
        "requests.memory, 33554432, false",
        "limits.cpu, 2, true",
        "requests.cpu, 1, true",
        "limits.memory, 67108864, true",
        "requests.memory, 33554432, true",
    })
    @Conformance("storage/DownwardAPIVolume/1")
    @Conformance("storage/DownwardAPIVolume/2")
    @Conformance("storage/DownwardAPIVolume/3")
    @Conformance("storage/DownwardAPIVolume/4")
    @Conformance("storage/ProjectedDownwardAPI/1")
    @Conformance("storage/ProjectedDownwardAPI/2")
    @Conformance("storage/ProjectedDownwardAPI/3")
    @Conformance("storage/ProjectedDownwardAPI/4")
    void filesCarryLimitsAndRequests(String resource, String wanted, boolean projected) {
        String item = "items: [{path: file, resourceFieldRef: {containerName: c, resource: %s}}]".formatted(resource);
        assertThat(outputOf("cat /v/file", volume(projected, item), MOUNT + LIMITS))
                .isEqualTo(wanted);
    }

    @ParameterizedTest(name = "{0}, projected {1}")
    @CsvSource({"cpu, false", "memory, false", "cpu, true", "memory, true"})
    @Conformance("storage/DownwardAPIVolume/5")
    @Conformance("storage/DownwardAPIVolume/6")
    @Conformance("storage/ProjectedDownwardAPI/5")
    @Conformance("storage/ProjectedDownwardAPI/6")
    void withoutALimitTheFileCarriesTheNodesAllocatable(String resource, boolean projected) {
        String item =
                "items: [{path: file, resourceFieldRef: {containerName: c, resource: limits.%s}}]".formatted(resource);
        assertThat(outputOf("cat /v/file", volume(projected, item), MOUNT)).isEqualTo(allocatable(resource));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance("storage/DownwardAPIVolume/7")
    @Conformance("storage/ProjectedDownwardAPI/7")
    void aFileCarriesThePodsName(boolean projected) {
        String item = "items: [{path: podname, fieldRef: {fieldPath: metadata.name}}]";
        assertThat(outputOf("cat /v/podname", volume(projected, item), MOUNT)).isEqualTo("once");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance("storage/DownwardAPIVolume/8")
    @Conformance("storage/ProjectedDownwardAPI/8")
    void theVolumeMaySetTheModeOfItsFiles(boolean projected) {
        String item = "items: [{path: podname, fieldRef: {fieldPath: metadata.name}}]";
        String volume = projected
                ? "volumes: [{name: v, projected: {sources: [{downwardAPI: {%s}}], defaultMode: 0400}}]".formatted(item)
                : volume(false, item + ", defaultMode: 0400");
        assertThat(outputOf("stat -L -c %A /v/podname; cat /v/podname", volume, MOUNT))
                .isEqualTo("-r--------\nonce");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance("storage/DownwardAPIVolume/9")
    @Conformance("storage/ProjectedDownwardAPI/9")
    void anItemMaySetTheModeOfItsFile(boolean projected) {
        String item = "items: [{path: podname, mode: 0400, fieldRef: {fieldPath: metadata.name}}]";
        assertThat(outputOf("stat -L -c %A /v/podname; cat /v/podname", volume(projected, item), MOUNT))
                .isEqualTo("-r--------\nonce");
    }

    @Test
    @Conformance("storage/ProjectedCombined/1")
    void oneVolumeCombinesAllSources() {
        configMap("map", Map.of("configmap-data", "configmap-value-1"));
        create("{apiVersion: v1, kind: Secret, metadata: {name: secret}, stringData: {secret-data: secret-value-1}}");
        String volume = """
                volumes:
                - name: v
                  projected:
                    sources:
                    - secret: {name: secret}
                    - configMap: {name: map}
                    - downwardAPI:
                        items:
                        - {path: podname, fieldRef: {fieldPath: metadata.name}}
                        - {path: cpu_limit, resourceFieldRef: {containerName: c, resource: limits.cpu, divisor: 1m}}
                        - {path: cpu_request, resourceFieldRef: {containerName: c, resource: requests.cpu, divisor: 1m}}
                        - {path: memory_limit, resourceFieldRef: {containerName: c, resource: limits.memory}}
                        - {path: memory_request, resourceFieldRef: {containerName: c, resource: requests.memory}}
                """;
        assertThat(outputOf("cd /v; for f in *; do echo $f $(cat $f); done", volume, MOUNT + LIMITS))
                .isEqualTo("""
                        configmap-data configmap-value-1
                        cpu_limit 1250
                        cpu_request 250
                        memory_limit 67108864
                        memory_request 33554432
                        podname once
                        secret-data secret-value-1
                        """);
    }

    private static String environment(String... namesAndFields) {
        var yaml = new StringBuilder("env:\n");
        for (int i = 0; i < namesAndFields.length; i += 2) {
            boolean resource = namesAndFields[i + 1].matches("(limits|requests)\\..*");
            yaml.append("- {name: %s, valueFrom: {%s: %s}}\n"
                    .formatted(
                            namesAndFields[i],
                            resource ? "resourceFieldRef" : "fieldRef",
                            (resource ? "{resource: %s}" : "{fieldPath: %s}").formatted(namesAndFields[i + 1])));
        }
        return yaml.toString();
    }

    @Test
    @Conformance("node/DownwardAPI/1")
    void variablesCarryLimitsAndRequests() {
        String variables = environment(
                "CPU_LIMIT",
                "limits.cpu",
                "MEMORY_LIMIT",
                "limits.memory",
                "CPU_REQUEST",
                "requests.cpu",
                "MEMORY_REQUEST",
                "requests.memory");
        assertThat(outputOf("echo $CPU_LIMIT $MEMORY_LIMIT $CPU_REQUEST $MEMORY_REQUEST", "", variables + LIMITS))
                .isEqualTo("2 67108864 1 33554432\n");
    }

    @Test
    @Conformance("node/DownwardAPI/2")
    void variablesForLimitsThatAreNotSetCarryTheNodesAllocatable() {
        String variables = environment("CPU_LIMIT", "limits.cpu", "MEMORY_LIMIT", "limits.memory");
        assertThat(outputOf("echo $CPU_LIMIT $MEMORY_LIMIT", "", variables))
                .isEqualTo("%s %s\n".formatted(allocatable("cpu"), allocatable("memory")));
    }

    @Test
    @Conformance("node/DownwardAPI/3")
    @Conformance("node/DownwardAPI/4")
    @Conformance("node/DownwardAPI/5")
    void variablesCarryWhoAndWhereThePodIs() {
        String output = outputOf(
                "echo $NAME $SPACE $IP $HOST $ID",
                "",
                environment(
                        "NAME",
                        "metadata.name",
                        "SPACE",
                        "metadata.namespace",
                        "IP",
                        "status.podIP",
                        "HOST",
                        "status.hostIP",
                        "ID",
                        "metadata.uid"));
        Pod pod = pod("once");
        assertThat(output)
                .isEqualTo("once %s %s %s %s\n"
                        .formatted(
                                namespace(),
                                pod.getStatus().getPodIP(),
                                pod.getStatus().getHostIP(),
                                pod.getMetadata().getUid()));
        assertThat(pod.getStatus().getPodIP()).isNotBlank();
        assertThat(pod.getStatus().getHostIP()).isNotBlank();
    }
}
