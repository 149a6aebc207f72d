package io.k8j.model.time;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/** Reads and writes times in the forms that almost all stored times have, without a formatter. */
public final class PlainTime {
    /** What {@link #seconds} gives for other forms. */
    public static final long OTHER = Long.MIN_VALUE;

    private static final String FORM = "0000-00-00T00:00:00Z";
    private static final int SECONDS = FORM.length() - 1;
    private static final long DAY = 86_400;

    private PlainTime() {}

    /** Seconds since 1970 of a text like {@code 2026-01-31T23:59:59Z}; {@link #OTHER} for every other text. */
    public static long seconds(String text) {
        return text.length() == FORM.length() && text.charAt(SECONDS) == 'Z' ? read(text) : OTHER;
    }

    /** Whether a text is a time like {@code 2026-01-31T23:59:59.000000Z}. */
    public static boolean isMicros(String text) {
        int digits = 6;
        if (text.length() != SECONDS + digits + 2 || text.charAt(SECONDS) != '.' || !text.endsWith("Z")) return false;
        for (int i = 1; i <= digits; i++) {
            char c = text.charAt(SECONDS + i);
            if (c < '0' || c > '9') return false;
        }
        return read(text) != OTHER;
    }

    /** A moment in whole seconds, like {@code 2026-01-31T23:59:59Z}. */
    public static String format(Instant moment) {
        long seconds = moment.getEpochSecond();
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, DAY));
        if (date.getYear() < 0 || date.getYear() > 9999) {
            return moment.truncatedTo(ChronoUnit.SECONDS).toString();
        }
        int second = (int) Math.floorMod(seconds, DAY);
        byte[] text = FORM.getBytes(StandardCharsets.ISO_8859_1);
        put(text, 0, date.getYear() / 100);
        put(text, 2, date.getYear() % 100);
        put(text, 5, date.getMonthValue());
        put(text, 8, date.getDayOfMonth());
        put(text, 11, second / 3600);
        put(text, 14, second / 60 % 60);
        put(text, 17, second % 60);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static void put(byte[] text, int at, int number) {
        text[at] = (byte) ('0' + number / 10);
        text[at + 1] = (byte) ('0' + number % 10);
    }

    /** The time in front of the zone or the fraction. */
    private static long read(String text) {
        for (int i = 0; i < SECONDS; i++) {
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
        return LocalDate.of(year, month, day).toEpochDay() * DAY + hour * 3600L + minute * 60L + second;
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
