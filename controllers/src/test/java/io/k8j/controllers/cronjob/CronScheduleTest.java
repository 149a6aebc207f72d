package io.k8j.controllers.cronjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                "0 12 * * 7      |                 | 2026-01-01T00:00:00Z | 2026-01-04T12:00:00Z",
                "0 3 * * *       | America/New_York | 2026-01-01T00:00:00Z | 2026-01-01T08:00:00Z",
                "30 2 * * *      | Europe/Berlin   | 2026-03-28T12:00:00Z | 2026-03-30T00:30:00Z"
            })
    void findsTheNextTime(String schedule, String zone, Instant after, Instant next) {
        assertThat(CronSchedule.parse(schedule, zone == null ? "" : zone).next(after))
                .contains(next);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * *       | expected exactly 5 fields, found 4: [* * * *]",
                "61 * * * *    | end of range (61) above maximum (59): 61",
                "* * 0 * *     | beginning of range (0) below minimum (1): 0",
                "x * * * *     | failed to parse int from x",
                "5-1 * * * *   | beginning of range (5) beyond end of range (1): 5-1",
                "*/0 * * * *   | step of range should be a positive number: */0"
            })
    void refusesWhatIsNoSchedule(String schedule, String message) {
        assertThatThrownBy(() -> CronSchedule.parse(schedule, "")).hasMessage(message);
    }
}
