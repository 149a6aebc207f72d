package io.k8j.model.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronScheduleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * *       |                 | 2026-01-01T00:00:00Z | 2026-01-01T00:01:00Z",
                "*/15 * * * *    |                 | 2026-01-01T00:46:10Z | 2026-01-01T01:00:00Z",
                "30 4 1,15 * 5   |                 | 2026-01-01T05:00:00Z | 2026-01-02T04:30:00Z",
                "0 0 29 2 *      |                 | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z",
                "0 9 * jan mon-fri |               | 2026-01-02T10:00:00Z | 2026-01-05T09:00:00Z",
                "@hourly         |                 | 2026-01-01T00:00:00Z | 2026-01-01T01:00:00Z",
                "@weekly         |                 | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
                "0 12 * * sun    |                 | 2026-01-01T00:00:00Z | 2026-01-04T12:00:00Z",
                "0 0 */2 * 1     |                 | 2026-01-01T00:00:00Z | 2026-01-03T00:00:00Z",
                "0 0 */2 * 1     |                 | 2026-01-11T00:00:00Z | 2026-01-12T00:00:00Z",
                "7/20 * * * *    |                 | 2026-01-01T00:07:00Z | 2026-01-01T00:27:00Z",
                "1,,2 * * * *    |                 | 2026-01-01T00:01:00Z | 2026-01-01T00:02:00Z",
                "@every 90s      |                 | 2026-01-01T00:00:10.5Z | 2026-01-01T00:01:40Z",
                "TZ=Asia/Tokyo 0 9 * * * |         | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "30 2 * * *      | Europe/Berlin   | 2026-10-25T00:30:00Z | 2026-10-25T01:30:00Z",
                "0 * * * *       | Europe/Berlin   | 2026-10-25T00:00:00Z | 2026-10-25T01:00:00Z",
                "*/10 * * * *    | Australia/Lord_Howe | 2026-04-04T14:55:00Z | 2026-04-04T15:00:00Z",
                "0 3 * * *       | America/New_York | 2026-01-01T00:00:00Z | 2026-01-01T08:00:00Z",
                "30 2 * * *      | Europe/Berlin   | 2026-03-28T12:00:00Z | 2026-03-30T00:30:00Z"
            })
    void findsTheNextTime(String schedule, String zone, Instant after, Instant next) {
        assertThat(CronSchedule.parse(
                                schedule,
                                CronSchedule.zone(zone == null ? "" : zone).orElseThrow())
                        .next(after))
                .contains(next);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * *       | expected exactly 5 fields, found 4: [* * * *]",
                "61 * * * *    | end of range (61) above maximum (59): 61",
                "* * 0 * *     | beginning of range (0) below minimum (1): 0",
                "x * * * *     | failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax",
                "* * * * 7     | end of range (7) above maximum (6): 7",
                "1-2-3 * * * * | too many hyphens: 1-2-3",
                "1/2/3 * * * * | too many slashes: 1/2/3",
                "-1 * * * *    | failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax",
                "@often        | unrecognized descriptor: @often",
                "@every soon   | failed to parse duration @every soon: time: invalid duration \"soon\"",
                "TZ=Mars * * * * * | provided bad location Mars: unknown time zone Mars",
                "5-1 * * * *   | beginning of range (5) beyond end of range (1): 5-1",
                "*/0 * * * *   | step of range should be a positive number: */0"
            })
    void refusesWhatIsNoSchedule(String schedule, String message) {
        assertThatThrownBy(() -> CronSchedule.parse(schedule, ZoneOffset.UTC)).hasMessage(message);
    }

    @Test
    void aDayThatNeverComesIsNotFound() {
        assertThat(CronSchedule.parse("59 23 31 2 *", ZoneOffset.UTC).next(Instant.EPOCH))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Z", "+01:00", "UTC+1", "europe/berlin", "Nowhere"})
    void onlyNamesOfPlacesAreZones(String name) {
        assertThat(CronSchedule.zone(name)).isEmpty();
    }
}
