package io.k8j.kubelet.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.model.yaml.Yaml;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JqTest {
    private static final Object POD = Yaml.parse("""
        metadata: {name: a, annotations: {"x.io/delay": 5s}, ownerReferences: [{kind: Job}, {kind: Other}]}
        spec: {replicas: 3}
        status:
          phase: Running
          conditions: [{type: Ready, status: "True"}, {type: Initialized, status: "False"}]
        """);

    record Case(String query, List<Object> results) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case(".status.phase", List.of("Running")),
                new Case(".status.nothing", List.of()),
                new Case(".nothing.deeper", List.of()),
                new Case(".metadata.name.deeper", List.of()),
                new Case(".metadata.annotations[\"x.io/delay\"]", List.of("5s")),
                new Case(".metadata.annotations.\"x.io/delay\"", List.of("5s")),
                new Case(".metadata.ownerReferences.[].kind", List.of("Job", "Other")),
                new Case(".metadata.ownerReferences[0].kind", List.of("Job")),
                new Case(".metadata.ownerReferences[-1].kind", List.of("Other")),
                new Case(".metadata.ownerReferences[7].kind", List.of()),
                new Case(".nothing.[].kind", List.of()),
                new Case(".status.conditions.[] | select( .type == \"Ready\" ) | .status", List.of("True")),
                new Case(
                        ".status.conditions[] | select(.type == \"x\" or .status != \"True\") | .type",
                        List.of("Initialized")),
                new Case(".status.conditions | length", List.of(2L)),
                new Case(".spec.replicas > 2 and (.spec.replicas < 4)", List.of(true)),
                new Case(".spec.none // .spec.replicas", List.of(3L)),
                new Case(".spec | has(\"replicas\")", List.of(true)),
                new Case(".spec.none | not", List.of(true)),
                new Case(".metadata.name[]?", List.of()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void finds(Case c) {
        assertThat(Jq.parse(c.query()).results(POD)).isEqualTo(c.results());
    }

    @Test
    void aMistakeTellsItsColumn() {
        assertThatThrownBy(() -> Jq.parse(".a | nosuch(1)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("query .a | nosuch(1): column 6: unknown function or sign");
        assertThatThrownBy(() -> Jq.parse(".a[\"x\""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("query .a[\"x\": column 7: ']' expected");
    }
}
