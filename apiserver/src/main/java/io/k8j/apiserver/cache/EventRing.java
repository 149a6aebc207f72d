package io.k8j.apiserver.cache;

import java.util.ArrayList;
import java.util.List;

/** The latest events of one resource, oldest first. Used under the cache's lock. */
final class EventRing {
    private static final int DECODED = 500;

    private final int maxEvents;
    private final long maxBytes;
    private final int alwaysKept;
    private final long keepNanos;
    private CacheEvent[] events = new CacheEvent[16];
    private int first;
    private int count;
    private long bytes;
    private long completeAfter;
    private SortedObjects base = SortedObjects.EMPTY;

    /**
     * @param alwaysKept events that are kept whatever their age
     * @param keepNanos age after which further events go
     */
    EventRing(int maxEvents, long maxBytes, int alwaysKept, long keepNanos) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.alwaysKept = alwaysKept;
        this.keepNanos = keepNanos;
    }

    /** Begins anew: everything after {@code revision} will be added. */
    void reset(long revision, SortedObjects objects) {
        base = objects;
        events = new CacheEvent[16];
        first = 0;
        count = 0;
        bytes = 0;
        completeAfter = revision;
    }

    void add(CacheEvent event) {
        if (count == events.length) grow();
        events[(first + count) % events.length] = event;
        count++;
        bytes += event.bytes();
        while (count > 1 && tooMuch(event.nanos())) dropOldest();
        if (count > DECODED) release(at(count - 1 - DECODED));
    }

    // Everyone has read these states by now; what remains of them for latecomers is their bytes.
    private static void release(CacheEvent old) {
        if (old.previous() != null) old.previous().object().release();
        if (old.deleted()) old.object().object().release();
    }

    int capacity() {
        return events.length;
    }

    /** All events after this revision are here; events up to it are not. */
    long completeAfter() {
        return completeAfter;
    }

    /** The events with {@code from < revision <= to}. */
    List<CacheEvent> between(long from, long to) {
        List<CacheEvent> list = new ArrayList<>();
        for (int i = indexAfter(from); i < count; i++) {
            CacheEvent event = at(i);
            if (event.revision() > to) break;
            list.add(event);
        }
        return list;
    }

    /** All objects as they were at a revision; null if that is too long ago. */
    SortedObjects stateAt(long revision) {
        if (revision < completeAfter) return null;
        int i = indexAfter(revision) - 1;
        return i < 0 ? base : at(i).after();
    }

    private int indexAfter(long revision) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).revision() <= revision) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private CacheEvent at(int i) {
        return events[(first + i) % events.length];
    }

    private boolean tooMuch(long now) {
        return count > maxEvents || bytes > maxBytes || count > alwaysKept && now - at(0).nanos() > keepNanos;
    }

    private void dropOldest() {
        CacheEvent oldest = events[first];
        events[first] = null;
        first = (first + 1) % events.length;
        count--;
        bytes -= oldest.bytes();
        completeAfter = oldest.revision();
        base = oldest.after();
    }

    private void grow() {
        CacheEvent[] more = new CacheEvent[events.length * 2];
        for (int i = 0; i < count; i++) more[i] = at(i);
        events = more;
        first = 0;
    }
}
