package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts of volumes, mounted by a path that is given or made of variables. */
class SubpathIT extends ContainerTest {
    private static final String EMPTY = "volumes: [{name: v, emptyDir: {}}]";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "Secret; secret: {secretName: s}",
                "ConfigMap; configMap: {name: m}",
                "projected; projected: {sources: [{configMap: {name: m}}]}",
                "downward; downwardAPI: {items: [{path: file, fieldRef: {fieldPath: \"metadata.annotations['told']\"}}]}",
            })
    @Conformance("storage/Subpath/1")
    @Conformance("storage/Subpath/3")
    @Conformance("storage/Subpath/4")
    @Conformance("storage/Subpath/5")
    void oneFileOfAVolumeIsMounted(String name, String volume) {
        configMap("m", Map.of("file", "content"));
        create("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {file: content}}");
        create(podRunning(
                        "once",
                        "cat /part; [ -f /part ] && echo ' of a file'",
                        "restartPolicy: Never\nvolumes: [{name: v, %s}]".formatted(volume),
                        "volumeMounts: [{name: v, mountPath: /part, subPath: file}]")
                .replace("metadata: {", "metadata: {annotations: {told: content}, "));
        assertThat(endOf("once")).isEqualTo("content of a file\n");
    }

    @Test
    @Conformance("storage/Subpath/2")
    void aFileOfTheImageIsCoveredByOneOfTheVolume() {
        configMap("m", Map.of("file", "content\n"));
        assertThat(outputOf(
                        "cat /etc/nsswitch.conf; [ -f /etc/passwd ] && echo others stay",
                        "volumes: [{name: v, configMap: {name: m}}]",
                        "volumeMounts: [{name: v, mountPath: /etc/nsswitch.conf, subPath: file}]"))
                .isEqualTo("content\nothers stay\n");
    }

    @Test
    @Conformance("node/VariableExpansion/4")
    void variablesAreExpandedInAPath() {
        assertThat(outputOf("test -d /volume/once && echo there", EMPTY, """
                        env: [{name: POD_NAME, value: once}]
                        volumeMounts:
                        - {name: v, mountPath: /logs, subPathExpr: $(POD_NAME)}
                        - {name: v, mountPath: /volume}
                        """)).isEqualTo("there\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"/tmp, must not be an absolute path", ".., must not contain '..'"})
    @Conformance("node/VariableExpansion/5")
    @Conformance("node/VariableExpansion/6")
    void pathsOutOfTheVolumeAreRefused(String where, String why) {
        createSleeper("refused", EMPTY, """
                env: [{name: WHERE, value: "%s"}]
                volumeMounts: [{name: v, mountPath: /v, subPathExpr: $(WHERE)}]
                """.formatted(where));
        awaitPod("refused", "refused", SubpathIT::isRefused);
        eventually(() ->
                assertThat(events("refused")).anySatisfy(e -> assertThat(e).contains(why)));
        assertThat(pod("refused").getStatus().getPhase()).isEqualTo("Pending");
    }

    private static boolean isRefused(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .anyMatch(s -> s.getState().getWaiting() != null
                        && "CreateContainerConfigError"
                                .equals(s.getState().getWaiting().getReason()));
    }

    private void createAnnotated(String annotation) {
        create(podRunning("annotated", "trap exit TERM; sleep 100000 & wait", EMPTY, """
                env:
                - {name: POD_NAME, value: foo}
                - {name: WHERE, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['where']"}}}
                volumeMounts:
                - {name: v, mountPath: /subpath_mount, subPathExpr: $(WHERE)/$(POD_NAME)}
                - {name: v, mountPath: /volume_mount}
                """)
                .replace("metadata: {", "metadata: {annotations: {%s: mypath}, ".formatted(annotation)));
    }

    private void annotate(String value) {
        client().pods()
                .withName("annotated")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations("where", value)
                        .endMetadata()
                        .build());
    }

    @Test
    @Conformance("node/VariableExpansion/8")
    void aPathThatFailsIsPutRightByAnAnnotation() {
        createAnnotated("elsewhere");
        awaitPod("annotated", "refused", SubpathIT::isRefused);
        annotate("mypath");
        awaitRunning("annotated");
        client().pods().withName("annotated").delete();
        awaitGone("annotated");
    }

    @Test
    @Conformance("node/VariableExpansion/7")
    void aContainerWritesIntoItsPathAndGoesWhateverBecomesOfThePath() {
        createAnnotated("where");
        awaitRunning("annotated");
        shell("annotated", "touch /volume_mount/mypath/foo/test.log");
        shell("annotated", "test -f /subpath_mount/test.log");
        annotate("mynewpath");
        awaitRunning("annotated");
        client().pods().withName("annotated").delete();
        awaitGone("annotated");
    }
}
