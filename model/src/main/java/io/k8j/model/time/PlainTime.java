package io.k8j.model.time;

import java.time.LocalDate;

/** Reads times in the one form that almost all stored times have, without a formatter. */
public final class PlainTime {
    /** What {@link #seconds} gives for other forms. */
    public static final long OTHER = Long.MIN_VALUE;

    private static final String FORM = "0000-00-00T00:00:00Z";

    private PlainTime() {}

    /** Seconds since 1970 of a text like {@code 2026-01-31T23:59:59Z}; {@link #OTHER} for every other text. */
    public static long seconds(String text) {
        if (text.length() != FORM.length()) return OTHER;
        for (int i = 0; i < FORM.length(); i++) {
            char c = text.charAt(i);
            char wanted = FORM.charAt(i);
            if (wanted == '0' ? c < '0' || c > '9' : c != wanted) return OTHER;
        }
        int year = two(text, 0) * 100 + two(text, 2);
        int month = two(text, 5);
        int day = two(text, 8);
        int hour = two(text, 11);
        int minute = two(text, 14);
        int second = two(text, 17);
        boolean real = month >= 1 && month <= 12 && day >= 1 && day <= days(year, month);
        if (!real || hour > 23 || minute > 59 || second > 59) return OTHER;
        return LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3600L + minute * 60L + second;
    }

    private static int two(String text, int at) {
        return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
    }

    private static int days(int year, int month) {
        return switch (month) {
            case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }
}
