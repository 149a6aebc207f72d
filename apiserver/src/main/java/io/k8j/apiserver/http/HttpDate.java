package io.k8j.apiserver.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The Date header's text, formatted at most once a second. */
final class HttpDate {
    private record Formatted(long second, String text) {}

    private static volatile Formatted last = new Formatted(0, "");

    private HttpDate() {}

    static String now() {
        long second = System.currentTimeMillis() / 1000;
        Formatted known = last;
        if (known.second() != second) {
            known = new Formatted(
                    second,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC)));
            last = known;
        }
        return known.text();
    }
}
