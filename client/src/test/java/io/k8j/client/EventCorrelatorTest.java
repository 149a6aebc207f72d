package io.k8j.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventCorrelatorTest {
    private final EventCorrelator correlator = new EventCorrelator();
    private final Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private Optional<EventCorrelator.Decision> tell(String message, Instant when) {
        return correlator.decide(
                new EventBroadcaster.Occurrence(
                        "kubelet",
                        "node",
                        new ObjectReferenceBuilder()
                                .withKind("Pod")
                                .withName("p")
                                .withUid("u")
                                .build(),
                        "Warning",
                        "BackOff",
                        message),
                when);
    }

    @Test
    void theSameEventIsCounted() {
        EventCorrelator.Decision first = tell("m", now).orElseThrow();
        assertThat(first.isNew()).isTrue();
        assertThat(first.name()).matches("p\\.[0-9a-f]{16}");
        EventCorrelator.Decision second = tell("m", now.plusSeconds(5)).orElseThrow();
        assertThat(second.name()).isEqualTo(first.name());
        assertThat(second.count()).isEqualTo(2);
        assertThat(second.first()).isEqualTo(now);
    }

    @Test
    void manyDifferentMessagesOfOneReasonAreCombined() {
        for (int i = 1; i < 10; i++) {
            assertThat(tell("m" + i, now).orElseThrow().message()).isEqualTo("m" + i);
        }
        EventCorrelator.Decision tenth = tell("m10", now).orElseThrow();
        assertThat(tenth.message()).isEqualTo("(combined from similar events): m10");
        assertThat(tenth.isNew()).isTrue();
        assertThat(tell("m11", now).orElseThrow().count()).isEqualTo(2);
        assertThat(tell("m12", now.plusSeconds(601)).orElseThrow().message()).isEqualTo("m12");
    }

    @Test
    void moreThanTwentyFiveAtOnceAreDropped() {
        for (int i = 0; i < 25; i++) {
            assertThat(tell("m", now)).isPresent();
        }
        assertThat(tell("m", now)).isEmpty();
        assertThat(tell("m", now.plusSeconds(300))).isPresent();
        assertThat(tell("m", now.plusSeconds(301))).isEmpty();
    }
}
