package io.k8j.model.time;

import io.k8j.model.api.GoDuration;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When something is to happen again and again: five fields (minute, hour, day of month, month, day of week), one of the
 * {@code @} words, or {@code @every} with a duration; read as upstream's parser reads it, with its words for what is wrong.
 * Immutable.
 */
public sealed interface CronSchedule {
    /** The first time after the given one; empty if there is none within five years. */
    Optional<Instant> next(Instant after);

    /**
     * Reads a schedule.
     *
     * @param zone where the fields are meant, unless the schedule itself begins with {@code TZ=} or {@code CRON_TZ=}
     * @throws IllegalArgumentException worded as upstream's parser words it
     */
    static CronSchedule parse(String text, ZoneId zone) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty spec string");
        }
        String spec = text;
        ZoneId place = zone;
        if (spec.startsWith("TZ=") || spec.startsWith("CRON_TZ=")) {
            int space = spec.indexOf(' ');
            String name = spec.substring(spec.indexOf('=') + 1, space < 0 ? spec.length() : space);
            place = zone(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "provided bad location %s: unknown time zone %s".formatted(name, name)));
            spec = space < 0 ? "" : spec.substring(space).strip();
        }
        if (spec.startsWith("@every ")) {
            return every(spec);
        }
        if (spec.startsWith("@")) {
            String word = spec;
            spec = Optional.ofNullable(Fields.WORDS.get(word))
                    .orElseThrow(() -> new IllegalArgumentException("unrecognized descriptor: " + word));
        }
        String[] fields = spec.isBlank() ? new String[0] : spec.strip().split("\\s+");
        if (fields.length != Fields.PARTS.size()) {
            throw new IllegalArgumentException(
                    "expected exactly 5 fields, found %d: [%s]".formatted(fields.length, String.join(" ", fields)));
        }
        return new Fields(CronField.parse(fields, Fields.PARTS), place);
    }

    /** The place that an IANA name means; names that are only offsets are none. Empty is UTC. */
    static Optional<ZoneId> zone(String name) {
        if (name.isEmpty()) {
            return Optional.of(ZoneOffset.UTC);
        }
        try {
            return ZoneId.getAvailableZoneIds().contains(name) ? Optional.of(ZoneId.of(name)) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static CronSchedule every(String spec) {
        String text = spec.substring("@every ".length());
        try {
            Duration span = GoDuration.parse(text).truncatedTo(ChronoUnit.SECONDS);
            return new Every(span.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : span);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("failed to parse duration %s: %s".formatted(spec, e.getMessage()), e);
        }
    }

    /** At the same distance each time, on whole seconds. */
    record Every(Duration span) implements CronSchedule {
        @Override
        public Optional<Instant> next(Instant after) {
            return Optional.of(after.truncatedTo(ChronoUnit.SECONDS).plus(span));
        }
    }

    /**
     * At times of the calendar and the wall clock. An hour that the clock goes back takes place twice, one that it skips does
     * not.
     */
    record Fields(List<CronField> fields, ZoneId zone) implements CronSchedule {
        private static final int YEARS = 5;
        private static final Map<String, String> WORDS = Map.of(
                "@yearly", "0 0 1 1 *",
                "@annually", "0 0 1 1 *",
                "@monthly", "0 0 1 * *",
                "@weekly", "0 0 * * 0",
                "@daily", "0 0 * * *",
                "@midnight", "0 0 * * *",
                "@hourly", "0 * * * *");
        private static final List<CronField.Part> PARTS = List.of(
                new CronField.Part(0, 59, List.of()),
                new CronField.Part(0, 23, List.of()),
                new CronField.Part(1, 31, List.of()),
                new CronField.Part(
                        1,
                        12,
                        List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
                new CronField.Part(0, 6, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat")));

        @Override
        public Optional<Instant> next(Instant after) {
            ZonedDateTime time =
                    after.atZone(zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
            int lastYear = time.getYear() + YEARS;
            while (time.getYear() <= lastYear) {
                if (!fields.get(3).has(time.getMonthValue())) {
                    time = startOf(time.toLocalDate().withDayOfMonth(1).plusMonths(1));
                } else if (!isDay(time)) {
                    time = startOf(time.toLocalDate().plusDays(1));
                } else if (!fields.get(1).has(time.getHour())) {
                    time = time.truncatedTo(ChronoUnit.HOURS).plusHours(1);
                } else if (!fields.get(0).has(time.getMinute())) {
                    time = time.plusMinutes(1);
                } else {
                    return Optional.of(time.toInstant());
                }
            }
            return Optional.empty();
        }

        private ZonedDateTime startOf(LocalDate day) {
            return day.atStartOfDay(zone);
        }

        /** If both fields restrict the days, one of them is enough. */
        private boolean isDay(ZonedDateTime time) {
            boolean byDay = fields.get(2).has(time.getDayOfMonth());
            boolean byWeekday = fields.get(4).has(time.getDayOfWeek().getValue() % 7);
            return fields.get(2).star() || fields.get(4).star() ? byDay && byWeekday : byDay || byWeekday;
        }
    }
}
