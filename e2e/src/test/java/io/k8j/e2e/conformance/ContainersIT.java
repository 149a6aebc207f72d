package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With which words, variables and rights a container's process starts, and what is told of its end. */
class ContainersIT extends ContainerTest {
    /** The image's entry point is {@code /bin/echo}, its arguments are {@code default arguments}. */
    private static final String ECHO = """
            apiVersion: v1
            kind: Pod
            metadata: {name: once}
            spec:
              restartPolicy: Never
              containers:
              - {name: c, image: "echo:latest", imagePullPolicy: IfNotPresent%s}
            """;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "neither; ''; default arguments",
                "arguments; , args: [override, arguments]; override arguments",
                "command; , command: [/bin/busybox, basename, /a/b]; b",
                "both; , command: [/bin/busybox, basename], args: [/a/c]; c",
            })
    @Conformance("node/Containers/1")
    @Conformance("node/Containers/2")
    @Conformance("node/Containers/3")
    @Conformance("node/Containers/4")
    void commandAndArgumentsTakeThePlaceOfTheImages(String name, String fields, String printed) {
        create(ECHO.formatted(fields));
        assertThat(endOf("once")).isEqualTo(printed + "\n");
    }

    private static final String VARIABLES = """
            env:
            - {name: FOO, value: foo-value}
            - {name: BAR, value: bar-value}
            - {name: FOOBAR, value: $(FOO);;$(BAR)}
            """;

    @Test
    @Conformance("node/VariableExpansion/1")
    void variablesMayReferToEarlierOnes() {
        assertThat(outputOf("env", "", VARIABLES).lines())
                .contains("FOO=foo-value", "BAR=bar-value", "FOOBAR=foo-value;;bar-value");
    }

    @Test
    @Conformance("node/VariableExpansion/3")
    void variablesAreExpandedInTheCommand() {
        assertThat(outputOf("FOO=wrong echo \"$(FOO)\"", "", VARIABLES)).isEqualTo("foo-value\n");
    }

    @Test
    @Conformance("node/VariableExpansion/2")
    void variablesAreExpandedInArguments() {
        create(ECHO.formatted(", args: [of, $(FOO)], env: [{name: FOO, value: foo-value}]"));
        assertThat(endOf("once")).isEqualTo("of foo-value\n");
    }

    private void makeSources() {
        configMap("source", Map.of("data_1", "value-1", "data_2", "value-2"));
        create("""
                {apiVersion: v1, kind: Secret, metadata: {name: source},
                 stringData: {data_1: value-1, data_2: value-2}}
                """);
    }

    @ParameterizedTest
    @CsvSource({"configMapKeyRef", "secretKeyRef"})
    @Conformance("node/ConfigMap/1")
    @Conformance("node/Secrets/1")
    void oneKeyIsAVariable(String reference) {
        makeSources();
        assertThat(outputOf(
                                "env",
                                "",
                                "env: [{name: DATA, valueFrom: {%s: {name: source, key: data_1}}}]"
                                        .formatted(reference))
                        .lines())
                .contains("DATA=value-1")
                .doesNotContain("data_2=value-2");
    }

    @ParameterizedTest
    @CsvSource({"configMapRef", "secretRef"})
    @Conformance("node/ConfigMap/2")
    @Conformance("node/Secrets/2")
    void allKeysAreVariables(String reference) {
        makeSources();
        assertThat(outputOf(
                                "env",
                                "",
                                "envFrom: [{REF: {name: source}}, {prefix: p_, REF: {name: source}}]"
                                        .replace("REF", reference))
                        .lines())
                .contains("data_1=value-1", "data_2=value-2", "p_data_1=value-1", "p_data_2=value-2");
    }

    @Test
    @Conformance("node/SecurityContext/1")
    void aContainerRunsAsItsUser() {
        assertThat(outputOf("id -u", "", "securityContext: {runAsUser: 65534}")).isEqualTo("65534\n");
        client().pods().withName("once").withGracePeriod(0).delete();
        awaitGone("once");
        assertThat(outputOf("id -u", "", "securityContext: {runAsUser: 0}")).isEqualTo("0\n");
    }

    @Test
    @Conformance("node/SecurityContext/2")
    void withoutPrivilegesAContainerCannotChangeItsNetwork() {
        assertThat(outputOf(
                        "ip link add dummy0 type dummy || echo refused", "", "securityContext: {privileged: false}"))
                .contains("refused")
                .contains("Operation not permitted");
    }

    @Test
    @Conformance("node/SecurityContext/3")
    void aContainerMayWriteToItsRoot() {
        assertThat(outputOf(
                        "touch /checkfile && ls /checkfile", "", "securityContext: {readOnlyRootFilesystem: false}"))
                .isEqualTo("/checkfile\n");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    @Conformance("node/SecurityContext/4")
    @Conformance("node/SecurityContext/5")
    void userAndGroupAreThoseOfTheContainerOrThePod(boolean ofContainer) {
        String context = "securityContext: {runAsUser: 1001, runAsGroup: 2002}";
        assertThat(outputOf("id -u; id -g", ofContainer ? "" : context, ofContainer ? context : ""))
                .isEqualTo("1001\n2002\n");
    }

    @ParameterizedTest
    @CsvSource({"false, 1000", "true, 0"})
    @Conformance("node/SecurityContext/6")
    void aProgramOfRootRaisesAContainersRightsOnlyIfItMay(boolean allowed, String user) {
        // A copy of a shell that belongs to root and runs with its owner's rights.
        create(podRunning("once", "/tools/bash -p -c 'echo $EUID'", """
                        restartPolicy: Never
                        volumes: [{name: v, emptyDir: {}}]
                        initContainers:
                        - name: i
                          image: busybox:1.36
                          imagePullPolicy: IfNotPresent
                          command: [sh, -c, "cp /bin/bash /tools/bash; chmod 4755 /tools/bash"]
                          volumeMounts: [{name: v, mountPath: /tools}]
                        """, """
                        volumeMounts: [{name: v, mountPath: /tools}]
                        securityContext: {runAsUser: 1000, allowPrivilegeEscalation: %s}
                        """.formatted(allowed))
                .replace(BUSYBOX, "nginx:1.25.3"));
        assertThat(endOf("once")).isEqualTo(user + "\n");
    }

    private ContainerStateTerminated endOf(String script, String containerFields, String phase) {
        create(podRunning("once", script, "restartPolicy: Never", containerFields));
        return awaitPhase("once", phase)
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getState()
                .getTerminated();
    }

    @Test
    @Conformance("node/ContainerRuntime/1")
    void logsOfSuccessAreNoMessage() {
        assertThat(endOf("echo DONE", "terminationMessagePolicy: FallbackToLogsOnError", "Succeeded")
                        .getMessage())
                .isNullOrEmpty();
    }

    @Test
    @Conformance("node/ContainerRuntime/2")
    void theMessageFileOfSuccessIsTheMessage() {
        assertThat(endOf(
                                "printf OK > /dev/termination-log; echo DONE",
                                "terminationMessagePolicy: FallbackToLogsOnError",
                                "Succeeded")
                        .getMessage())
                .isEqualTo("OK");
    }

    @Test
    @Conformance("node/ContainerRuntime/3")
    void logsOfFailureAreTheMessage() {
        assertThat(endOf("printf DONE; exit 1", "terminationMessagePolicy: FallbackToLogsOnError", "Failed")
                        .getMessage())
                .isEqualTo("DONE");
    }

    @Test
    @Conformance("node/ContainerRuntime/4")
    void aUserWritesTheMessageToAPathOfItsOwn() {
        assertThat(endOf("printf DONE > /dev/termination-custom-log", """
                                securityContext: {runAsUser: 1000}
                                terminationMessagePath: /dev/termination-custom-log
                                """, "Succeeded")
                        .getMessage())
                .isEqualTo("DONE");
    }

    @Test
    @Conformance("node/Kubelet/4")
    void aReadOnlyRootRefusesWrites() {
        assertThat(outputOf("echo test > /file || echo refused", "", "securityContext: {readOnlyRootFilesystem: true}"))
                .contains("refused")
                .contains("Read-only file system");
    }

    @Test
    @Conformance("node/Kubelet/1")
    void whatAContainerPrintsIsItsLog() {
        assertThat(outputOf("echo 'Hello World'; echo 'and errors' >&2", "", "").lines())
                .containsExactlyInAnyOrder("Hello World", "and errors");
    }
}
