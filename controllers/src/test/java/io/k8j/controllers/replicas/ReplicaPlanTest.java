package io.k8j.controllers.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaPlanTest {
    @Test
    void whatIsMissingIsCreatedInBursts() {
        ReplicaPlan plan = ReplicaPlan.of(
                5000,
                List.of(),
                () -> {
                    throw new AssertionError("nobody needs the siblings");
                },
                Instant.EPOCH);
        assertThat(plan).isEqualTo(new ReplicaPlan(500, List.of()));
        assertThat(plan.isEmpty()).isFalse();
    }
}
