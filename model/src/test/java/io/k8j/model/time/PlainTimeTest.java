package io.k8j.model.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTimeTest {
    @Test
    void agreesWithTheLibraryOnAnyMoment() {
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            Instant moment = Instant.ofEpochSecond(random.nextLong(-62_000_000_000L, 250_000_000_000L));
            assertThat(PlainTime.seconds(moment.toString()))
                    .as(moment.toString())
                    .isEqualTo(moment.getEpochSecond());
        }
        assertThat(PlainTime.seconds("2024-02-29T00:00:00Z"))
                .isEqualTo(Instant.parse("2024-02-29T00:00:00Z").getEpochSecond());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-01-31T23:59:59",
                "2026-01-31t23:59:59Z",
                "2026-02-29T00:00:00Z",
                "1900-02-29T00:00:00Z",
                "2026-04-31T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-01-00T00:00:00Z",
                "2026-01-01T24:00:00Z",
                "2026-01-01T00:60:00Z",
                "2026-01-01T00:00:60Z",
                "+026-01-01T00:00:00Z",
                "2026-01-01T00:00:00.0Z",
                "2026-01-01T00:00:0:Z"
            })
    void leavesOtherTextsToOthers(String text) {
        assertThat(PlainTime.seconds(text)).isEqualTo(PlainTime.OTHER);
    }

    @Test
    void writesAnyMomentAsTheLibraryDoes() {
        Random random = new Random(8);
        for (int i = 0; i < 5000; i++) {
            Instant moment = Instant.ofEpochSecond(
                    random.nextLong(-70_000_000_000L, 260_000_000_000L), random.nextInt(1_000_000_000));
            assertThat(PlainTime.format(moment))
                    .isEqualTo(moment.truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }

    @Test
    void knowsMicrosecondsInTheirOneForm() {
        assertThat(PlainTime.isMicros("2026-01-31T23:59:59.000000Z")).isTrue();
        assertThat(PlainTime.isMicros("2024-02-29T00:00:00.123456Z")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-31T23:59:59Z",
                "2026-01-31T23:59:59.00000Z",
                "2026-01-31T23:59:59.0000000Z",
                "2026-01-31T23:59:59,000000Z",
                "2026-01-31T23:59:59.00000aZ",
                "2026-01-31T23:59:59.000000z",
                "2026-02-29T23:59:59.000000Z",
                "2026-01-31T24:00:00.000000Z",
                "2026-01-31T23:59:59.000+01:00"
            })
    void leavesOtherMicrosecondsToOthers(String text) {
        assertThat(PlainTime.isMicros(text)).isFalse();
    }
}
