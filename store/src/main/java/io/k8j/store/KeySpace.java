package io.k8j.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Holds all keys in order, each with its versions since the last compaction. One thread changes it at a time (the
 * holder of the commit lock); any thread reads without a lock, at a revision.
 */
final class KeySpace {
    /** A link in the chain of a key's versions; {@code older} is cut by compaction. */
    private static final class Version {
        final Entry entry;
        final boolean deleted;
        volatile Version older;

        Version(Entry entry, boolean deleted, Version older) {
            this.entry = entry;
            this.deleted = deleted;
            this.older = older;
        }
    }

    /** A key's newest version; changed by the committing thread only. */
    private static final class Head {
        volatile Version newest;

        Head(Version newest) {
            this.newest = newest;
        }
    }

    private static final byte[] NOTHING = {};

    // The same heads twice: in order for ranges, and by key, since a search in order compares long keys often.
    private final ConcurrentSkipListMap<String, Head> ordered = new ConcurrentSkipListMap<>(KeyOrder.INSTANCE);
    private final Map<String, Head> heads = new ConcurrentHashMap<>();
    private final Deque<Version> recent = new ArrayDeque<>(); // since the last compaction, in order
    private Map<String, Entry> loading = new HashMap<>(); // null once loaded
    private volatile long applied; // reads see everything up to it
    private volatile long compacted;
    private volatile long liveBytes;

    long applied() {
        return applied;
    }

    long compacted() {
        return compacted;
    }

    long liveBytes() {
        return liveBytes;
    }

    /** Shows everything up to a revision to readers. */
    void show(long revision) {
        applied = revision;
    }

    /** The newest version, shown or not; null if absent. Only for the committing thread. */
    Entry latest(String key) {
        Version newest = newest(key);
        return newest == null || newest.deleted ? null : newest.entry;
    }

    private Version newest(String key) {
        Head head = heads.get(key);
        return head == null ? null : head.newest;
    }

    private void change(String key, Version version) {
        add(key, version);
        recent.addLast(version);
    }

    private void add(String key, Version version) {
        Head head = heads.get(key);
        if (head != null) {
            head.newest = version;
            return;
        }
        head = new Head(version);
        heads.put(key, head);
        ordered.put(key, head);
    }

    Optional<Entry> get(String key) {
        Version found = visible(newest(key), applied);
        return found == null ? Optional.empty() : Optional.of(found.entry);
    }

    RangeResult range(String prefix, String fromKey, int limit, long atRevision) {
        while (true) {
            long now = applied;
            long at = atRevision == Store.NOW ? now : atRevision;
            if (at > now) {
                return new RangeResult.Future(now);
            }
            RangeResult.Page page = read(prefix, fromKey, limit, at);
            long forgotten = compacted; // read last: what was cut meanwhile may be missing from the page
            if (forgotten <= at) {
                return page;
            }
            if (atRevision != Store.NOW) {
                return new RangeResult.Compacted(forgotten);
            }
        }
    }

    private RangeResult.Page read(String prefix, String fromKey, int limit, long at) {
        List<Entry> entries = new ArrayList<>();
        long left = 0;
        String start = KeyOrder.INSTANCE.compare(fromKey, prefix) > 0 ? fromKey : prefix;
        for (var head : ordered.tailMap(start, true).entrySet()) {
            if (!head.getKey().startsWith(prefix)) {
                break;
            }
            Version found = visible(head.getValue().newest, at);
            if (found != null && (limit == 0 || entries.size() < limit)) {
                entries.add(found.entry);
            } else if (found != null) {
                left++;
            }
        }
        return new RangeResult.Page(entries, at, left > 0, left);
    }

    private static Version visible(Version head, long at) {
        Version version = head;
        while (version != null && version.entry.modRevision() > at) {
            version = version.older;
        }
        return version == null || version.deleted ? null : version;
    }

    /** Adds a version; readers see it after {@link #show}. */
    Event put(Entry entry) {
        Version head = newest(entry.key());
        change(entry.key(), new Version(entry, false, head));
        Optional<Entry> previous = head == null || head.deleted ? Optional.empty() : Optional.of(head.entry);
        count(size(entry) - previous.map(KeySpace::size).orElse(0L));
        return new Event.Put(entry, previous);
    }

    /** Removes a key that is there; readers see it after {@link #show}. */
    Event delete(String key, long revision) {
        Version head = newest(key);
        change(key, new Version(new Entry(key, NOTHING, 0, revision, 0, 0), true, head));
        count(-size(head.entry));
        return new Event.Delete(key, revision, Optional.of(head.entry));
    }

    /** Takes a replayed change; the newer revision of a key wins and no history is kept. */
    void load(Entry entry) {
        loading.merge(entry.key(), entry, (old, next) -> next.modRevision() > old.modRevision() ? next : old);
    }

    /** Takes a replayed removal. */
    void unload(String key, long revision) {
        loading.computeIfPresent(key, (_, old) -> old.modRevision() < revision ? null : old);
    }

    /** Ends loading; everything loaded counts as one state. */
    void loaded(long revision) {
        List<String> sorted = new ArrayList<>(loading.keySet());
        sorted.sort(KeyOrder.INSTANCE); // in order it goes in twice as fast
        for (String key : sorted) {
            Entry entry = loading.get(key);
            add(key, new Version(entry, false, null));
            count(size(entry));
        }
        loading = null;
        applied = revision;
        compacted = revision == 1 ? 0 : revision;
    }

    /**
     * Marks states before {@code revision} as unreadable and drops the versions that no revision from there on shows.
     * Takes time for what was changed up to there, however many versions of a key have come since.
     */
    void compact(long revision) {
        compacted = revision;
        for (Version v = recent.peekFirst(); v != null && v.entry.modRevision() <= revision; v = recent.peekFirst()) {
            recent.removeFirst();
            v.older = null;
            String key = v.entry.key();
            if (v.deleted && newest(key) == v) {
                heads.remove(key);
                ordered.remove(key);
            }
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes at a time
    private void count(long bytes) {
        liveBytes += bytes;
    }

    private static long size(Entry entry) {
        return entry.value().length + entry.key().length() + 50L;
    }
}
