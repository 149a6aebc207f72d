package io.k8j.apiserver.cache;

import io.k8j.apiserver.encryption.ValueException;
import io.k8j.apiserver.encryption.ValueTransformer;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything stored of one resource, in memory: a snapshot for reads, the latest events for watches.
 *
 * <p>The store's changes are applied by the feed, in order, before the writer hears that its write took place; so reads
 * see acknowledged writes. Readers take no lock. Watchers hear of changes a moment later, from the feed's thread.
 */
public final class ResourceCache {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceCache.class);

    private final GroupResource id;
    private final String prefix;
    private final StoredForm form;
    private final Unreadable unreadable; // changed under stateLock
    private final CacheCounts counts = new CacheCounts();
    private final Object stateLock = new Object();
    private static final int FEW_WATCHERS = 10; // so few that nobody needs to know which they are

    private final Object watchLock = new Object();
    private final EventRing ring; // guarded by stateLock
    private final List<Consumer<CacheEvent>> listeners = new CopyOnWriteArrayList<>();
    private final WatcherIndex watchers; // guarded by watchLock
    private volatile Snapshot snapshot = new Snapshot(SortedObjects.EMPTY, 0);
    private volatile boolean loaded;
    private List<StoreChange> early =
            new ArrayList<>(); // guarded by stateLock; changes that came before the first state
    private long dispatched; // guarded by watchLock
    private volatile int watching; // written under watchLock

    /**
     * @param objects all objects
     * @param revision the last change of this resource; for the version of a list see {@link StoreFeed#versionOf}
     */
    public record Snapshot(SortedObjects objects, long revision) {}

    /** A change as the store tells it; {@code value} is null for a deletion. */
    record StoreChange(String key, byte[] value, long revision) {}

    /**
     * @param id the stored resource
     * @param prefix the store's keys of this resource, such as {@code /registry/pods/}
     * @param fields computes the values for field selectors from a stored object
     * @param indexedField a field whose watchers are found without asking each of them; null if none
     */
    public ResourceCache(
            GroupResource id,
            String prefix,
            Function<ApiObject, Map<String, String>> fields,
            String indexedField,
            int maxEvents,
            long maxEventBytes) {
        this.id = id;
        this.prefix = prefix;
        this.form = new StoredForm(prefix, fields);
        this.unreadable = new Unreadable(prefix);
        this.watchers = new WatcherIndex(indexedField);
        this.ring = new EventRing(maxEvents, maxEventBytes, 1000, 300_000_000_000L);
    }

    /** The store's prefix, ending with a slash. */
    public String prefix() {
        return prefix;
    }

    /** The newest state; costs nothing. */
    public Snapshot snapshot() {
        return snapshot;
    }

    GroupResource id() {
        return id;
    }

    /** How values are stored; set once, before the first state is loaded. */
    void transformer(ValueTransformer values) {
        form.transformer(values);
    }

    /** What this cache has done. */
    public CacheCounts counts() {
        return counts;
    }

    /** How many events there is room for without growing. */
    public int capacity() {
        synchronized (stateLock) {
            return ring.capacity();
        }
    }

    /**
     * The newest version of one object, or null.
     *
     * @throws ApiException 500 if it is stored but cannot be decrypted
     */
    public CachedObject get(String key) {
        CachedObject found = snapshot.objects().get(key);
        if (found == null && !unreadable.isEmpty()) unreadable.check(key);
        return found;
    }

    /**
     * Makes sure that a list is not silently incomplete.
     *
     * @param from first key
     * @param to the key behind the last one; null for no end
     * @throws ApiException 500 if an object in between cannot be decrypted
     */
    public void checkReadable(String from, String to) {
        unreadable.check(from, to);
    }

    /**
     * All objects as they were at a revision.
     *
     * @return null if that is longer ago than the kept events; the newest state for a revision yet to come
     */
    public SortedObjects at(long revision) {
        synchronized (stateLock) {
            return ring.stateAt(revision);
        }
    }

    /**
     * Hands over an object that is just being written, so that the cache need not decode it again. Without effect if
     * the write fails; then {@link #unmade} must be called.
     *
     * @return the bytes to store: the object's own, or encrypted ones
     * @throws ValueException if it cannot be encrypted; nothing was handed over then
     */
    public byte[] made(CachedObject object) {
        return form.seal(object);
    }

    /** Whether values are stored in another form than plain. */
    public boolean isTransformed() {
        return form.isTransformed();
    }

    /** Whether a stored value would be stored differently now, by the configuration of the encryption. */
    public boolean isStale(String key, byte[] stored) {
        return form.isStale(key, stored);
    }

    /** Takes back what {@link #made} handed over. */
    public void unmade(long revision) {
        form.forget(revision);
    }

    /** Calls back for each change, in order, on the feed's thread. */
    public void onChange(Consumer<CacheEvent> listener) {
        listeners.add(listener);
    }

    /**
     * Starts a watch.
     *
     * @param from events after this revision are wanted; 0 for all objects as they are, then what follows
     * @return the revision the watch starts from; -1 if the events after {@code from} are not all known any more
     */
    long register(CacheWatcher watcher, long from) {
        synchronized (watchLock) {
            List<CacheEvent> past;
            long start;
            synchronized (stateLock) {
                if (from == 0) {
                    // What is applied but not yet told is part of the first state; the watcher skips it afterwards.
                    Snapshot now = snapshot;
                    start = Math.max(now.revision(), dispatched);
                    watcher.begin(now.objects(), List.of(), start);
                } else {
                    if (from < ring.completeAfter()) return -1;
                    start = from;
                    past = ring.between(from, dispatched);
                    watcher.begin(null, past, start);
                }
            }
            if (watchers.add(watcher)) watching++;
            return start;
        }
    }

    void unregister(CacheWatcher watcher) {
        synchronized (watchLock) {
            if (watchers.remove(watcher)) watching--;
        }
    }

    /**
     * About how many watchers hear of a change.
     *
     * @param namespace empty for what is in none
     * @param name empty if it is not known yet
     */
    public int interested(String namespace, String name) {
        if (watching < FEW_WATCHERS) return watching;
        synchronized (watchLock) {
            return watchers.interested(namespace, namespace.isEmpty() ? name : namespace + "/" + name);
        }
    }

    /** Where the kept events begin. */
    public long oldestRevision() {
        synchronized (stateLock) {
            return ring.completeAfter();
        }
    }

    /** Takes the first state over and then whatever came meanwhile. */
    List<CacheEvent> load(List<StoreChange> entries, long revision) {
        synchronized (watchLock) {
            synchronized (stateLock) {
                SortedObjects objects = SortedObjects.EMPTY;
                for (StoreChange e : entries) {
                    try {
                        CachedObject object = decode(e);
                        objects = objects.with(object);
                        counts.bytes.add(length(object));
                    } catch (ValueException why) {
                        unreadable.add(e.key(), why.getMessage());
                        counts.undecodable.increment();
                    }
                }
                counts.loads.increment();
                counts.loaded.add(entries.size());
                snapshot = new Snapshot(objects, 0);
                ring.reset(revision, objects);
                dispatched = revision;
                List<CacheEvent> events = new ArrayList<>();
                for (StoreChange change : early) {
                    if (change.revision() > revision) addIfNotNull(events, change(change));
                }
                early = null;
                loaded = true;
                return events;
            }
        }
    }

    boolean loaded() {
        return loaded;
    }

    /** Applies one change; null if it changes nothing. */
    CacheEvent apply(StoreChange change) {
        synchronized (stateLock) {
            if (early != null) {
                early.add(change);
                return null;
            }
            return change(change);
        }
    }

    private CacheEvent change(StoreChange change) {
        counts.received.increment();
        SortedObjects before = snapshot.objects();
        String key = change.key();
        CachedObject previous = before.get(key);
        boolean deleted = change.value() == null;
        if (!unreadable.isEmpty()) unreadable.remove(key);
        if (deleted && previous == null) return null;
        CachedObject object;
        try {
            object = deleted ? previous.at(change.revision()) : decode(change);
        } catch (ValueException e) {
            hide(change, e.getMessage());
            return null;
        }
        if (previous != null) object.object().follows(previous.object());
        counts.bytes.add((deleted ? 0 : length(object)) - length(previous));
        SortedObjects after = deleted ? before.without(key) : before.with(object);
        CacheEvent event = new CacheEvent(change.revision(), object, previous, deleted, after, System.nanoTime());
        ring.add(event);
        snapshot = new Snapshot(after, change.revision());
        return event;
    }

    private static long length(CachedObject object) {
        return object == null ? 0 : object.object().json().length;
    }

    /** Tells listeners and watchers; called in order by the feed's thread. */
    void dispatch(CacheEvent event) {
        for (Consumer<CacheEvent> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("resource", prefix).setCause(e).log("change listener failed");
            }
        }
        synchronized (watchLock) {
            dispatched = event.revision();
            counts.dispatched.increment();
            watchers.offer(event);
        }
    }

    /** Sends watchers that want it a bookmark; nothing up to {@code revision} may be missing in their queues. */
    void bookmark(long revision) {
        synchronized (watchLock) {
            watchers.forEach(w -> w.offerBookmark(revision));
        }
    }

    /** Whether a watcher has something to tell yet. */
    boolean isDelivering() {
        boolean[] behind = {false};
        synchronized (watchLock) {
            watchers.forEach(watcher -> behind[0] |= watcher.isBehind());
        }
        return behind[0];
    }

    /** Ends all watches, because the resource is served no longer or the server stops, and tells which these were. */
    List<CacheWatcher> closeWatchers(RuntimeException cause) {
        List<CacheWatcher> all = new ArrayList<>();
        synchronized (watchLock) {
            watchers.forEach(all::add);
        }
        for (CacheWatcher watcher : all) watcher.end(cause);
        return all;
    }

    /** Another server wrote what this one cannot decrypt: watches would miss it, so they end. */
    private void hide(StoreChange change, String why) {
        unreadable.add(change.key(), why);
        counts.undecodable.increment();
        SortedObjects before = snapshot.objects();
        counts.bytes.add(-length(before.get(change.key())));
        snapshot = new Snapshot(before.without(change.key()), change.revision());
        LOG.atError()
                .addKeyValue("key", prefix + change.key())
                .addKeyValue("cause", why)
                .log("failed to decrypt data");
        Thread.ofVirtual().start(() -> closeWatchers(ApiException.internal(why)));
    }

    /** Keys, without the prefix, of objects that cannot be decrypted. */
    List<String> unreadable() {
        return unreadable.keys();
    }

    /**
     * Tries once more to decrypt an object. If that works, watches that run are ended, because they have missed it.
     *
     * @param revision what the cache is complete up to
     */
    void retry(StoreChange change, long revision) {
        synchronized (stateLock) {
            if (!unreadable.contains(change.key())) return;
            try {
                CachedObject object = decode(change);
                SortedObjects objects = snapshot.objects().with(object);
                unreadable.remove(change.key());
                counts.bytes.add(length(object));
                snapshot = new Snapshot(objects, Math.max(snapshot.revision(), revision));
                ring.reset(revision, objects);
            } catch (ValueException e) {
                unreadable.add(change.key(), e.getMessage());
                return;
            }
        }
        closeWatchers(ApiException.expired("too old resource version: an object became readable"));
    }

    private CachedObject decode(StoreChange change) {
        return form.open(change.key(), change.value(), change.revision());
    }

    private static void addIfNotNull(List<CacheEvent> events, CacheEvent event) {
        if (event != null) events.add(event);
    }
}
