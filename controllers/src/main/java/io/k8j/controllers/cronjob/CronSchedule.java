package io.k8j.controllers.cronjob;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A schedule of five fields (minute, hour, day of month, month, day of week) or one of the {@code @} words, as upstream's
 * parser reads it. When both day fields are restricted, a day needs to match one of them.
 */
final class CronSchedule {
    private static final Map<String, String> WORDS = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final int YEARS = 5;

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet days;
    private final BitSet months;
    private final BitSet weekdays;
    private final boolean anyDay;
    private final boolean anyWeekday;
    private final ZoneId zone;

    private CronSchedule(String[] fields, ZoneId zone) {
        this.minutes = field(fields[0], 0, 59, List.of(), 0);
        this.hours = field(fields[1], 0, 23, List.of(), 0);
        this.days = field(fields[2], 1, 31, List.of(), 0);
        this.months = field(fields[3], 1, 12, MONTHS, 1);
        this.weekdays = field(fields[4], 0, 7, DAYS, 0);
        if (weekdays.get(7)) {
            weekdays.set(0);
        }
        this.anyDay = fields[2].startsWith("*") || fields[2].equals("?");
        this.anyWeekday = fields[4].startsWith("*") || fields[4].equals("?");
        this.zone = zone;
    }

    /**
     * Reads a schedule.
     *
     * @param timeZone IANA name; empty for UTC
     * @throws IllegalArgumentException if the schedule or the zone is wrong
     */
    static CronSchedule parse(String text, String timeZone) {
        ZoneId zone;
        try {
            zone = timeZone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(timeZone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("unknown time zone " + timeZone, e);
        }
        String schedule = WORDS.getOrDefault(text.strip(), text.strip());
        String[] fields = schedule.split("\\s+");
        if (fields.length != 5) {
            throw new IllegalArgumentException(
                    "expected exactly 5 fields, found %d: [%s]".formatted(fields.length, String.join(" ", fields)));
        }
        return new CronSchedule(fields, zone);
    }

    private static BitSet field(String text, int first, int last, List<String> names, int firstName) {
        BitSet set = new BitSet(last + 1);
        for (String part : text.split(",", -1)) {
            String[] step = part.split("/", -1);
            if (step.length > 2) {
                throw new IllegalArgumentException("too many slashes: " + part);
            }
            int by = step.length == 2 ? number(step[1], List.of(), 0) : 1;
            if (by == 0) {
                throw new IllegalArgumentException("step of range should be a positive number: " + part);
            }
            int from;
            int to;
            if (step[0].equals("*") || step[0].equals("?")) {
                from = first;
                to = last;
            } else {
                String[] ends = step[0].split("-", -1);
                if (ends.length > 2) {
                    throw new IllegalArgumentException("too many hyphens: " + part);
                }
                from = number(ends[0], names, firstName);
                to = ends.length == 2 ? number(ends[1], names, firstName) : step.length == 2 ? last : from;
            }
            if (from < first) {
                throw new IllegalArgumentException(
                        "beginning of range (%d) below minimum (%d): %s".formatted(from, first, part));
            }
            if (to > last) {
                throw new IllegalArgumentException(
                        "end of range (%d) above maximum (%d): %s".formatted(to, last, part));
            }
            if (from > to) {
                throw new IllegalArgumentException(
                        "beginning of range (%d) beyond end of range (%d): %s".formatted(from, to, part));
            }
            for (int i = from; i <= to; i += by) {
                set.set(i);
            }
        }
        return set;
    }

    private static int number(String text, List<String> names, int firstName) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (name >= 0) {
            return name + firstName;
        }
        try {
            int number = Integer.parseInt(text);
            if (number < 0) {
                throw new IllegalArgumentException("negative number (%d) not allowed: %s".formatted(number, text));
            }
            return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("failed to parse int from %s".formatted(text), e);
        }
    }

    /** The first time after the given one; empty if there is none within five years. */
    Optional<Instant> next(Instant after) {
        ZonedDateTime start = after.atZone(zone).plusMinutes(1).withSecond(0).withNano(0);
        LocalDateTime day = start.toLocalDateTime();
        LocalDateTime limit = day.plusYears(YEARS);
        while (day.isBefore(limit)) {
            if (!months.get(day.getMonthValue())) {
                day = day.toLocalDate().withDayOfMonth(1).plusMonths(1).atStartOfDay();
                continue;
            }
            if (!matchesDay(day)) {
                day = day.toLocalDate().plusDays(1).atStartOfDay();
                continue;
            }
            Optional<Instant> found = withinDay(day, after);
            if (found.isPresent()) {
                return found;
            }
            day = day.toLocalDate().plusDays(1).atStartOfDay();
        }
        return Optional.empty();
    }

    private boolean matchesDay(LocalDateTime day) {
        boolean byDay = days.get(day.getDayOfMonth());
        boolean byWeekday = weekdays.get(day.getDayOfWeek().getValue() % 7);
        return anyDay || anyWeekday ? byDay && byWeekday : byDay || byWeekday;
    }

    private Optional<Instant> withinDay(LocalDateTime from, Instant after) {
        for (int hour = hours.nextSetBit(from.getHour()); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            int minute = hour == from.getHour() ? from.getMinute() : 0;
            for (minute = minutes.nextSetBit(minute); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                LocalDateTime local = from.toLocalDate().atTime(hour, minute);
                // A time that the clock skips in spring does not take place.
                if (!zone.getRules().getValidOffsets(local).isEmpty()) {
                    Instant found = local.atZone(zone).toInstant();
                    if (found.isAfter(after)) {
                        return Optional.of(found);
                    }
                }
            }
        }
        return Optional.empty();
    }
}
