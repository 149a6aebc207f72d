package io.k8j.model.schema;

import io.k8j.model.time.PlainTime;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Gives times the form in which upstream stores and prints them: UTC, whole seconds, or microseconds. */
final class Times {
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'");

    private static final int SECONDS_LENGTH = "2006-01-02T15:04:05".length();
    private static final int FRACTION = ".000000".length();

    private Times() {}

    static String canonical(String text, boolean micro) {
        if (micro ? PlainTime.isMicros(text) : PlainTime.seconds(text) != PlainTime.OTHER) return text;
        try {
            if (micro && !hasMicros(text)) throw new WrongTypeException(words(text, true));
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            return (micro ? MICROS : SECONDS).format(time);
        } catch (DateTimeParseException e) {
            throw new WrongTypeException(words(text, micro));
        }
    }

    /** Six digits stand behind the seconds, no fewer. */
    private static boolean hasMicros(String text) {
        int end = SECONDS_LENGTH + FRACTION;
        return text.length() >= end
                && ".,".indexOf(text.charAt(SECONDS_LENGTH)) >= 0
                && text.substring(SECONDS_LENGTH + 1, end).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static String format(Instant instant, boolean micro) {
        return micro ? MICROS.format(instant.atOffset(ZoneOffset.UTC)) : PlainTime.format(instant);
    }

    private static String words(String text, boolean micro) {
        String layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
        String[] parts = {"2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05"};
        int at = 0;
        for (String part : parts) {
            boolean digits = Character.isDigit(part.charAt(0));
            boolean fits = at + part.length() <= text.length()
                    && (digits
                            ? text.substring(at, at + part.length()).chars().allMatch(Character::isDigit)
                            : text.startsWith(part, at));
            if (!fits)
                return "parsing time \"%s\" as \"%s\": cannot parse \"%s\" as \"%s\""
                        .formatted(text, layout, text.substring(at), part);
            at += part.length();
        }
        if (micro && !hasMicros(text)) {
            return "parsing time \"%s\" as \"%s\": cannot parse \"%s\" as \".000000\""
                    .formatted(text, layout, text.substring(at));
        }
        if (micro) at += FRACTION;
        return "parsing time \"%s\" as \"%s\": cannot parse \"%s\" as \"Z07:00\""
                .formatted(text, layout, text.substring(Math.min(at, text.length())));
    }
}
