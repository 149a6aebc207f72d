package io.k8j.client.https;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.WatchListener;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads a watch's answer: one JSON event a line. */
final class WatchLines {
    private static final int FIRST_SIZE = 16 * 1024;

    private WatchLines() {}

    /** Runs until the stream ends; tells the listener exactly once that it is over. */
    static void read(InputStream body, WatchListener listener, AtomicBoolean closed) {
        RuntimeException cause = null;
        try (body) {
            cause = lines(body, listener, closed);
        } catch (IOException e) {
            cause = closed.get() ? null : new TransportException("watch broke: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            cause = closed.get() ? null : new TransportException("watch event cannot be read: " + e.getMessage(), e);
        }
        closed.set(true);
        listener.closed(cause);
    }

    private static RuntimeException lines(InputStream body, WatchListener listener, AtomicBoolean closed)
            throws IOException {
        byte[] buffer = new byte[FIRST_SIZE];
        int filled = 0;
        while (!closed.get()) {
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
            int scanned = filled;
            int read = body.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                return null;
            }
            filled += read;
            int start = 0;
            for (int i = scanned; i < filled; i++) {
                if (buffer[i] == '\n') {
                    RuntimeException error = line(Arrays.copyOfRange(buffer, start, i), listener);
                    if (error != null) {
                        return error;
                    }
                    start = i + 1;
                }
            }
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, filled - start);
                filled -= start;
            }
        }
        return null;
    }

    /** The failure that the server reports in place of an event, or null. */
    private static RuntimeException line(byte[] line, WatchListener listener) {
        if (line.length == 0) {
            return null;
        }
        JsonSlices.Event event = JsonSlices.event(line, line.length);
        ApiObject object = ApiObject.ofJson(event.object());
        switch (event.type()) {
            case "ERROR" -> {
                return ApiException.fromStatus(500, object.tree());
            }
            case "ADDED" -> listener.event(WatchListener.EventType.ADDED, object);
            case "MODIFIED" -> listener.event(WatchListener.EventType.MODIFIED, object);
            case "DELETED" -> listener.event(WatchListener.EventType.DELETED, object);
            case "BOOKMARK" -> listener.event(WatchListener.EventType.BOOKMARK, object);
            default -> {} // a type of a later version
        }
        return null;
    }
}
