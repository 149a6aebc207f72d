package io.k8j.controllers.nodelifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TolerationsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");
    private static final Taint TAINT = new Taint("NoExecute", "k", "2026-01-01T00:59:00Z", "v");

    record Case(String name, List<Taint> taints, List<Toleration> tolerations, Optional<Instant> expected) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("no taint", List.of(), List.of(), Optional.empty()),
                new Case("no toleration", List.of(TAINT), List.of(), Optional.of(NOW)),
                new Case(
                        "for ever",
                        List.of(TAINT),
                        List.of(new Toleration("NoExecute", "k", "Equal", null, "v")),
                        Optional.empty()),
                new Case(
                        "other value",
                        List.of(TAINT),
                        List.of(new Toleration("NoExecute", "k", "Equal", null, "w")),
                        Optional.of(NOW)),
                new Case(
                        "all keys",
                        List.of(TAINT),
                        List.of(new Toleration(null, null, "Exists", null, null)),
                        Optional.empty()),
                new Case(
                        "for five minutes since the taint",
                        List.of(TAINT),
                        List.of(new Toleration("NoExecute", "k", "Exists", 300L, null)),
                        Optional.of(Instant.parse("2026-01-01T01:04:00Z"))),
                new Case(
                        "taints of other effects do not evict",
                        List.of(new Taint("NoSchedule", "k", null, null)),
                        List.of(),
                        Optional.empty()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tellsWhenAPodMustLeave(Case c) {
        assertThat(Tolerations.evictionTime(c.taints, c.tolerations, NOW, NOW))
                .as(c.name)
                .isEqualTo(c.expected);
    }
}
