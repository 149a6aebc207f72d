package io.k8j.apiserver.cache;

import io.k8j.apiserver.encryption.ValueException;
import io.k8j.apiserver.encryption.ValueTransformer;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupResource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Function<ApiObject, Map<String, String>> fields;
    private final Object stateLock = new Object();
    private static final int FEW_WATCHERS = 10; // so few that nobody needs to know which they are

    private final Object watchLock = new Object();
    private final EventRing ring; // guarded by stateLock
    private final List<Consumer<CacheEvent>> listeners = new CopyOnWriteArrayList<>();
    private final WatcherIndex watchers; // guarded by watchLock
    private final Map<Long, Made> made = new ConcurrentHashMap<>();
    private volatile ValueTransformer transformer; // set before the first state is loaded
    /** What cannot be decrypted, with the reason; replaced under stateLock, usually empty. */
    private volatile Map<String, String> unreadable = Map.of();

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

    /** An object on its way to the store, and the bytes that go there. */
    @SuppressWarnings("ArrayRecordComponent") // compared by identity
    private record Made(CachedObject object, byte[] stored) {}

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
        this.fields = fields;
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
        transformer = values;
    }

    /**
     * The newest version of one object, or null.
     *
     * @throws ApiException 500 if it is stored but cannot be decrypted
     */
    public CachedObject get(String key) {
        CachedObject found = snapshot.objects().get(key);
        if (found == null && !unreadable.isEmpty()) {
            String why = unreadable.get(key);
            if (why != null) throw ApiException.internal(why);
        }
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
        for (Map.Entry<String, String> entry : unreadable.entrySet()) {
            String key = entry.getKey();
            if (key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0)) {
                throw ApiException.internal(
                        "unable to transform key %s: %s".formatted(GoQuote.quote(prefix + key), entry.getValue()));
            }
        }
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
        byte[] stored = transformer.seal(object.object().json(), context(object.key()));
        made.put(object.revision(), new Made(object, stored));
        return stored;
    }

    /** Whether values are stored in another form than plain. */
    public boolean isTransformed() {
        return transformer.transforms();
    }

    /** Whether a stored value would be stored differently now, by the configuration of the encryption. */
    public boolean isStale(String key, byte[] stored) {
        return transformer.open(stored, context(key)).stale();
    }

    private byte[] context(String key) {
        return (prefix + key).getBytes(StandardCharsets.UTF_8);
    }

    /** Takes back what {@link #made} handed over. */
    public void unmade(long revision) {
        made.remove(revision);
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
                        objects = objects.with(decode(e));
                    } catch (ValueException why) {
                        note(e.key(), why.getMessage());
                    }
                }
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
        SortedObjects before = snapshot.objects();
        String key = change.key();
        CachedObject previous = before.get(key);
        boolean deleted = change.value() == null;
        if (!unreadable.isEmpty()) note(key, null);
        if (deleted && previous == null) return null;
        CachedObject object;
        try {
            object = deleted ? previous.at(change.revision()) : decode(change);
        } catch (ValueException e) {
            hide(change, e.getMessage());
            return null;
        }
        if (previous != null) object.object().follows(previous.object());
        SortedObjects after = deleted ? before.without(key) : before.with(object);
        CacheEvent event = new CacheEvent(change.revision(), object, previous, deleted, after, System.nanoTime());
        ring.add(event);
        snapshot = new Snapshot(after, change.revision());
        return event;
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
        note(change.key(), why);
        snapshot = new Snapshot(snapshot.objects().without(change.key()), change.revision());
        LOG.atError()
                .addKeyValue("key", prefix + change.key())
                .addKeyValue("cause", why)
                .log("failed to decrypt data");
        Thread.ofVirtual().start(() -> closeWatchers(ApiException.internal(why)));
    }

    /** Remembers, under stateLock, why a key cannot be read; null if it can be. */
    private void note(String key, String why) {
        if (why == null && !unreadable.containsKey(key)) return;
        Map<String, String> changed = new TreeMap<>(unreadable);
        if (why == null) changed.remove(key);
        else changed.put(key, why);
        unreadable = changed;
    }

    /** Keys, without the prefix, of objects that cannot be decrypted. */
    List<String> unreadable() {
        return List.copyOf(unreadable.keySet());
    }

    /**
     * Tries once more to decrypt an object. If that works, watches that run are ended, because they have missed it.
     *
     * @param revision what the cache is complete up to
     */
    void retry(StoreChange change, long revision) {
        synchronized (stateLock) {
            if (!unreadable.containsKey(change.key())) return;
            try {
                SortedObjects objects = snapshot.objects().with(decode(change));
                note(change.key(), null);
                snapshot = new Snapshot(objects, Math.max(snapshot.revision(), revision));
                ring.reset(revision, objects);
            } catch (ValueException e) {
                note(change.key(), e.getMessage());
                return;
            }
        }
        closeWatchers(ApiException.expired("too old resource version: an object became readable"));
    }

    private CachedObject decode(StoreChange change) {
        Made known = made.remove(change.revision());
        if (known != null && known.stored() == change.value()) return known.object();
        byte[] plain = transformer.open(change.value(), context(change.key())).plain();
        ApiObject object = ApiObject.ofJson(plain);
        return new CachedObject(change.key(), object, change.revision(), fields.apply(object));
    }

    private static void addIfNotNull(List<CacheEvent> events, CacheEvent event) {
        if (event != null) events.add(event);
    }
}
