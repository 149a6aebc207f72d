package io.k8j.apiserver.printer;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Says how long something took, as short as upstream's tables do: {@code 5s}, {@code 3m20s}, {@code 2d4h}, {@code 3y}. */
final class Durations {
    private Durations() {}

    /** Time since a timestamp of the API; {@code <unknown>} if there is none. */
    static String since(Object timestamp, Instant now) {
        Instant then = parse(timestamp);
        return then == null ? "<unknown>" : words(Duration.between(then, now));
    }

    /** Reads a timestamp of the API; null if it is none. */
    static Instant parse(Object timestamp) {
        if (!(timestamp instanceof String text) || text.isEmpty()) {
            return null;
        }
        try {
            return java.time.OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return null; // an odd time is shown as unknown, never as an error
        }
    }

    static String words(Duration duration) {
        long seconds = duration.toMillis() / 1000;
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 60 * 2) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        }
        if (minutes < 60 * 3) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        }
        if (hours < 48) {
            return hours + "h";
        }
        if (hours < 24 * 8) {
            return two(hours / 24, "d", hours % 24, "h");
        }
        if (hours < 24 * 365 * 2) {
            return hours / 24 + "d";
        }
        if (hours < 24 * 365 * 8) {
            return two(hours / 24 / 365, "y", hours / 24 % 365, "d");
        }
        return hours / 24 / 365 + "y";
    }

    private static String two(long big, String bigUnit, long small, String smallUnit) {
        return small == 0 ? big + bigUnit : big + bigUnit + small + smallUnit;
    }
}
