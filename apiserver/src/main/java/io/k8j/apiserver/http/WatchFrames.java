package io.k8j.apiserver.http;

import io.k8j.model.api.WatchListener.EventType;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/**
 * Watch events as lines of JSON. The feed tells all watchers of one event before it goes on to the next, so one line is
 * kept: whoever is told the same again gets the same bytes. An event that only one watcher hears of is not copied.
 *
 * <p>Safe for all threads; those that are told different events at the same time get what is right and share nothing.
 */
final class WatchFrames {
    private static final byte[] END = "}\n".getBytes(StandardCharsets.US_ASCII);
    private static final Map<EventType, byte[]> BEGINNINGS = beginnings();

    /** @param line the whole line as its only part; null if it was asked for once only */
    @SuppressWarnings("ArrayRecordComponent") // compared by identity
    private record Last(EventType type, byte[] object, byte[][] line) {}

    private volatile Last last = new Last(null, null, null);

    private static Map<EventType, byte[]> beginnings() {
        Map<EventType, byte[]> all = new EnumMap<>(EventType.class);
        for (EventType type : EventType.values()) all.put(type, beginning(type.name()));
        return all;
    }

    private static byte[] beginning(String type) {
        return ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The parts of a line.
     *
     * @param object its bytes, which never change
     */
    byte[][] parts(EventType type, byte[] object) {
        Last known = last;
        if (known.object != object || known.type != type) {
            last = new Last(type, object, null);
            return new byte[][] {BEGINNINGS.get(type), object, END};
        }
        if (known.line != null) return known.line;
        byte[][] line = {joined(BEGINNINGS.get(type), object)};
        last = new Last(type, object, line);
        return line;
    }

    /** A line in one piece, of an event that only one watcher is told in this form. */
    static byte[] line(String type, byte[] object) {
        return joined(beginning(type), object);
    }

    private static byte[] joined(byte[] head, byte[] object) {
        byte[] line = new byte[head.length + object.length + END.length];
        System.arraycopy(head, 0, line, 0, head.length);
        System.arraycopy(object, 0, line, head.length, object.length);
        System.arraycopy(END, 0, line, head.length + object.length, END.length);
        return line;
    }
}
