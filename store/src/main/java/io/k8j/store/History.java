package io.k8j.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Remembers recent events in order, in a growing ring, with the time of each and the bytes of the values they replaced.
 * Guarded by the commit lock.
 */
final class History {
    private Event[] events = new Event[256];
    private long[] times = new long[256];
    private int first;
    private int size;
    private long bytes;

    void add(Event event, long timeMillis) {
        if (size == events.length) {
            grow();
        }
        int at = (first + size) & (events.length - 1);
        events[at] = event;
        times[at] = timeMillis;
        size++;
        bytes += weight(event);
    }

    private void grow() {
        Event[] moreEvents = new Event[events.length * 2];
        long[] moreTimes = new long[events.length * 2];
        for (int i = 0; i < size; i++) {
            moreEvents[i] = events[index(i)];
            moreTimes[i] = times[index(i)];
        }
        events = moreEvents;
        times = moreTimes;
        first = 0;
    }

    /** Up to {@code limit} events from a revision on. */
    List<Event> from(long revision, int limit) {
        int start = find(revision);
        List<Event> found = new ArrayList<>(Math.clamp(size - start, 0, limit));
        for (int i = start; i < size && found.size() < limit; i++) {
            found.add(events[index(i)]);
        }
        return found;
    }

    /** The position of the first event at or after a revision. */
    private int find(long revision) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (events[index(middle)].revision() < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Drops events up to a revision. */
    void dropTo(long revision) {
        while (size > 0 && events[first].revision() <= revision) {
            bytes -= weight(events[first]);
            events[first] = null;
            first = index(1);
            size--;
        }
    }

    /** The highest revision that the bounds say to forget; 0 if none. */
    long surplus(long olderThanMillis, int keepRevisions, long keepBytes) {
        long found = 0;
        long left = bytes;
        for (int i = 0; i < size; i++) {
            Event event = events[index(i)];
            if (times[index(i)] >= olderThanMillis && size - i <= keepRevisions && left <= keepBytes) {
                break;
            }
            left -= weight(event);
            found = event.revision();
        }
        return found;
    }

    private static long weight(Event event) {
        return event.previous().map(entry -> entry.value().length).orElse(0) + 100L;
    }

    private int index(int position) {
        return (first + position) & (events.length - 1);
    }
}
