package io.k8j.model.typed;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The form of times with microseconds in fabric8's models, which leases have. */
final class Microseconds {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Microseconds() {}

    /** @throws java.time.DateTimeException if it has another form */
    static ZonedDateTime parse(String text) {
        return ZonedDateTime.parse(text, FORM);
    }

    static String format(ZonedDateTime time) {
        return FORM.format(time);
    }
}
