package io.k8j.server.flags;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the value of an upstream flag looks like, and whether giving it again adds to it. */
public enum FlagType {
    /** Any text; the last one counts. */
    TEXT,
    /** Texts separated by commas; more of them when it is repeated. */
    LIST,
    /** Any text, commas included; one more when it is repeated. */
    REPEATED,
    /** {@code KEY=VALUE} pairs separated by commas; more of them when it is repeated. */
    MAP,
    /** Like {@link #MAP}, where a key alone is a pair without a value. */
    OPTIONAL_MAP,
    /** {@code true} or {@code false}; no value means true. */
    SWITCH,
    /** A whole number. */
    NUMBER,
    /** Go's form, such as {@code 1h30m}, {@code 10s} or {@code 250ms}. */
    DURATION;

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");

    /** Whether giving the flag again adds to it instead of replacing what was given before. */
    boolean adds() {
        return this == LIST || this == REPEATED || this == MAP || this == OPTIONAL_MAP;
    }

    /** What is wrong with a value, to follow the flag's name; null if nothing is. */
    String complaint(String value) {
        return switch (this) {
            case TEXT, LIST, REPEATED, OPTIONAL_MAP -> null;
            case MAP -> {
                for (String pair : value.split(",")) {
                    if (pair.indexOf('=') < 1) {
                        yield "must be a list of KEY=VALUE";
                    }
                }
                yield null;
            }
            case SWITCH -> isSwitch(value) ? null : "must be true or false";
            case NUMBER -> value.matches("[+-]?\\d{1,18}") ? null : "must be a whole number";
            case DURATION -> duration(value) == null ? "must be a duration such as 10s or 1h30m" : null;
        };
    }

    private static boolean isSwitch(String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False" -> true;
            default -> false;
        };
    }

    static boolean isTrue(String value) {
        return value.equals("1") || value.toLowerCase(Locale.ROOT).startsWith("t");
    }

    /** A duration in Go's form; null if it is none. */
    static Duration duration(String value) {
        boolean negative = value.startsWith("-");
        String text = negative || value.startsWith("+") ? value.substring(1) : value;
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        double nanos = 0;
        int at = 0;
        Matcher matcher = PART.matcher(text);
        while (matcher.find() && matcher.start() == at) {
            nanos += Double.parseDouble(matcher.group(1)) * nanosOf(matcher.group(2));
            at = matcher.end();
        }
        if (at == 0 || at != text.length() || nanos > Long.MAX_VALUE) {
            return null;
        }
        return Duration.ofNanos((long) (negative ? -nanos : nanos));
    }

    private static double nanosOf(String unit) {
        return switch (unit) {
            case "h" -> 3600e9;
            case "m" -> 60e9;
            case "s" -> 1e9;
            case "ms" -> 1e6;
            case "us", "µs" -> 1e3;
            default -> 1;
        };
    }
}
