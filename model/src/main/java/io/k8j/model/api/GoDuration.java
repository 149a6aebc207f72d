package io.k8j.model.api;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations in Go's form, such as {@code 1h30m0s}, {@code 10.5s} or {@code 250ms}, with Go's words about wrong ones. */
public final class GoDuration {
    private GoDuration() {}

    /** @throws IllegalArgumentException if it is none */
    public static Duration parse(String text) {
        String rest = text;
        boolean negative = rest.startsWith("-");
        if (negative || rest.startsWith("+")) rest = rest.substring(1);
        if (rest.equals("0")) return Duration.ZERO;
        if (rest.isEmpty()) throw invalid(text);
        double nanos = 0;
        while (!rest.isEmpty()) {
            int digits = 0;
            while (digits < rest.length() && (Character.isDigit(rest.charAt(digits)) || rest.charAt(digits) == '.')) {
                digits++;
            }
            String number = rest.substring(0, digits);
            if (digits == 0 || number.equals(".") || number.indexOf('.') != number.lastIndexOf('.'))
                throw invalid(text);
            rest = rest.substring(digits);
            int letters = 0;
            while (letters < rest.length() && !Character.isDigit(rest.charAt(letters)) && rest.charAt(letters) != '.') {
                letters++;
            }
            if (letters == 0) {
                throw new IllegalArgumentException("time: missing unit in duration " + GoQuote.quote(text));
            }
            nanos += Double.parseDouble(number) * unit(rest.substring(0, letters), text);
            rest = rest.substring(letters);
        }
        if (nanos > Long.MAX_VALUE) throw invalid(text);
        return Duration.ofNanos((long) (negative ? -nanos : nanos));
    }

    /** Writes a duration as Go prints it. */
    public static String format(Duration duration) {
        if (duration.isZero()) return "0s";
        if (duration.isNegative()) return "-" + format(duration.negated());
        long nanos = duration.toNanos();
        if (nanos < 1_000) return nanos + "ns";
        if (nanos < 1_000_000) return decimal(nanos, 3) + "µs";
        if (nanos < 1_000_000_000) return decimal(nanos, 6) + "ms";
        String seconds = decimal(duration.toSecondsPart() * 1_000_000_000L + duration.toNanosPart(), 9) + "s";
        long minutes = duration.toMinutes();
        if (minutes == 0) return seconds;
        return minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    private static String decimal(long nanos, int places) {
        return BigDecimal.valueOf(nanos, places).stripTrailingZeros().toPlainString();
    }

    private static double unit(String unit, String text) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default ->
                throw new IllegalArgumentException(
                        "time: unknown unit " + GoQuote.quote(unit) + " in duration " + GoQuote.quote(text));
        };
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("time: invalid duration " + GoQuote.quote(text));
    }
}
