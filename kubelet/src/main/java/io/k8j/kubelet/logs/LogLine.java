package io.k8j.kubelet.logs;

import java.util.Optional;

/**
 * One line of a log as CRI writes it: time, stream, tags and content.
 *
 * @param time RFC 3339 with nanoseconds, as written
 * @param stream {@code stdout} or {@code stderr}
 * @param partial whether the next line of this stream continues it
 * @param content the text, without line end
 */
record LogLine(String time, String stream, boolean partial, String content) {
    /** Reads a line; empty if it is not in that format, such as one that is still being written. */
    static Optional<LogLine> parse(String line) {
        int first = line.indexOf(' ');
        int second = first < 0 ? -1 : line.indexOf(' ', first + 1);
        int third = second < 0 ? -1 : line.indexOf(' ', second + 1);
        if (second < 0) return Optional.empty();
        String tags = third < 0 ? line.substring(second + 1) : line.substring(second + 1, third);
        String content = third < 0 ? "" : line.substring(third + 1);
        boolean partial = tags.equals("P") || tags.startsWith("P:");
        return Optional.of(new LogLine(line.substring(0, first), line.substring(first + 1, second), partial, content));
    }
}
