package io.k8j.apiserver.authz.webhook;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations as configuration files write them, such as {@code 30s} or {@code 1h30m}. */
final class GoDuration {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|ms|s|m|h)");

    private GoDuration() {}

    /** Null if it is none. */
    static Duration parse(String text) {
        boolean negative = text.startsWith("-");
        String value = negative ? text.substring(1) : text;
        if (value.equals("0")) {
            return Duration.ZERO;
        }
        double nanos = 0;
        int at = 0;
        Matcher matcher = PART.matcher(value);
        while (matcher.find() && matcher.start() == at) {
            double unit = switch (matcher.group(2)) {
                case "h" -> 3600e9;
                case "m" -> 60e9;
                case "s" -> 1e9;
                case "ms" -> 1e6;
                case "us", "µs" -> 1e3;
                default -> 1;
            };
            nanos += Double.parseDouble(matcher.group(1)) * unit;
            at = matcher.end();
        }
        if (at == 0 || at != value.length() || nanos > Long.MAX_VALUE) {
            return null;
        }
        return Duration.ofNanos((long) (negative ? -nanos : nanos));
    }
}
