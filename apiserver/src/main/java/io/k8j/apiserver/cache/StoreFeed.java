package io.k8j.apiserver.cache;

import io.k8j.apiserver.cache.ResourceCache.StoreChange;
import io.k8j.apiserver.encryption.Encryption;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import io.k8j.store.Entry;
import io.k8j.store.Event;
import io.k8j.store.RangeResult;
import io.k8j.store.Store;
import io.k8j.store.Watch;
import io.k8j.store.WatchEnd;
import io.k8j.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the store's changes to the caches: one watch over everything. Changes are applied to the snapshots on the
 * store's own thread (so that a write is readable when it is acknowledged) and told to watchers by one thread of the
 * feed (so that writers do not wait for them).
 */
public final class StoreFeed implements AutoCloseable {
    /** Where all objects lie. */
    public static final String ROOT = "/registry/";

    private static final Logger LOG = LoggerFactory.getLogger(StoreFeed.class);
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(30);
    private static final Duration COMPACT_EVERY = Duration.ofMinutes(5);
    private static final Duration TIME_TO_HEAR = Duration.ofSeconds(1);

    /** Events in the order of revisions, then the revision up to which nothing is missing. */
    private record Batch(List<ResourceCache> caches, List<CacheEvent> events, long revision) {}

    private static final Batch STOP = new Batch(List.of(), List.of(), -1);

    private final Store store;
    private final Time time;
    private final Encryption encryption;
    private final Map<String, ResourceCache> caches = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
    private final AtomicInteger undispatched =
            new AtomicInteger(); // batches, the one in the dispatcher's hands included
    private final Object progress = new Object();
    private final Thread dispatcher;
    private volatile long applied;
    private volatile long told;
    private final LongAdder progressed = new LongAdder();
    private volatile long compacted; // exact reads of older revisions are refused
    private long nextCompacted; // guarded by the timer
    private volatile boolean closed;
    private Watch watch;

    private StoreFeed(Store store, Time time, Encryption encryption) {
        this.store = store;
        this.time = time;
        this.encryption = encryption;
        this.dispatcher = Thread.ofPlatform().daemon().name("watch-feed").unstarted(this::dispatch);
    }

    /** Loads the caches and follows the store from then on. */
    public static StoreFeed start(Store store, Time time, List<ResourceCache> caches, Encryption encryption) {
        StoreFeed feed = new StoreFeed(store, time, encryption);
        RangeResult.Page page = store.list(ROOT);
        Map<ResourceCache, List<StoreChange>> first = new HashMap<>();
        for (ResourceCache cache : caches) {
            cache.transformer(encryption.forResource(cache.id()));
            feed.caches.put(cache.prefix(), cache);
            first.put(cache, new ArrayList<>());
        }
        for (Entry e : page.entries()) {
            ResourceCache cache = feed.cacheOf(e.key());
            if (cache != null) first.get(cache).add(change(cache, e));
        }
        first.forEach((cache, entries) -> cache.load(entries, page.revision()));
        feed.applied = page.revision();
        feed.told = page.revision();
        feed.dispatcher.start();
        feed.watch = store.watch(ROOT, page.revision() + 1, feed.new Listener());
        feed.scheduleBookmarks();
        feed.scheduleCompaction();
        encryption.onReplaced(feed::retryUnreadable);
        return feed;
    }

    /** Adds a cache while running and fills it; returns when it is readable. */
    public void add(ResourceCache cache) {
        cache.transformer(encryption.forResource(cache.id()));
        caches.put(cache.prefix(), cache);
        RangeResult.Page page = store.list(cache.prefix());
        List<StoreChange> entries = new ArrayList<>();
        for (Entry e : page.entries()) entries.add(change(cache, e));
        List<CacheEvent> events = cache.load(entries, page.revision());
        if (!events.isEmpty()) {
            List<ResourceCache> of = new ArrayList<>();
            for (int i = 0; i < events.size(); i++) of.add(cache);
            add(new Batch(of, events, 0));
        }
    }

    /** Another key may be known now. */
    private void retryUnreadable() {
        if (closed) return;
        for (ResourceCache cache : caches.values()) {
            for (String key : cache.unreadable()) {
                store.get(cache.prefix() + key).ifPresent(entry -> cache.retry(change(cache, entry), applied));
            }
        }
    }

    /** Stops feeding a cache and ends its watches. */
    public void remove(ResourceCache cache) {
        caches.remove(cache.prefix(), cache);
        cache.closeWatchers(null);
    }

    /** Ends the watches of a cache that go on under other rules; new ones may begin at once. */
    public void endWatches(ResourceCache cache) {
        cache.closeWatchers(null);
    }

    /** Ends all watches that run now; returns when all listeners have heard of it, or when they had a second for it. */
    public void endWatches(RuntimeException cause) {
        long deadline = System.nanoTime() + TIME_TO_HEAR.toNanos();
        List<CacheWatcher> ended = new ArrayList<>();
        for (ResourceCache cache : caches.values()) ended.addAll(cache.closeWatchers(cause));
        try {
            for (CacheWatcher watcher : ended) watcher.awaitOver(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever interrupts wants no waiting
        }
    }

    /** Whether there is a change that a watch has not told yet. */
    public boolean isDelivering() {
        return undispatched.get() > 0 || caches.values().stream().anyMatch(ResourceCache::isDelivering);
    }

    /** How often the store has told how far it is, without a change. */
    public long progressed() {
        return progressed.sum();
    }

    /** The revision up to which all caches are complete. */
    public long applied() {
        return applied;
    }

    /** The version of a list made from this snapshot: nothing up to it is missing, nothing after it is in. */
    public long versionOf(ResourceCache.Snapshot snapshot, long appliedBefore) {
        return Math.max(snapshot.revision(), appliedBefore);
    }

    /**
     * Waits until the caches have reached a revision; with a store in this process they have when a write returns.
     *
     * @return whether they reached it in time
     */
    public boolean await(long revision, Duration atMost) {
        if (applied >= revision) return true;
        long deadline = System.nanoTime() + atMost.toNanos();
        if (watch != null) watch.requestProgress();
        synchronized (progress) {
            while (applied < revision && !closed) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) return false;
                try {
                    progress.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return applied >= revision;
    }

    private ResourceCache cacheOf(String key) {
        int first = key.indexOf('/', ROOT.length());
        if (first < 0) return null;
        ResourceCache cache = caches.get(key.substring(0, first + 1));
        if (cache != null) return cache;
        int second = key.indexOf('/', first + 1);
        return second < 0 ? null : caches.get(key.substring(0, second + 1));
    }

    private static StoreChange change(ResourceCache cache, Entry e) {
        return new StoreChange(e.key().substring(cache.prefix().length()), e.value(), e.modRevision());
    }

    private void scheduleBookmarks() {
        time.after(Pace.UPKEEP, BOOKMARK_EVERY, () -> {
            if (closed) return;
            add(new Batch(List.of(), List.of(), 0));
            scheduleBookmarks();
        });
    }

    /** As upstream's store, which every five minutes forgets what was five minutes ago. */
    private void scheduleCompaction() {
        time.after(Pace.UPKEEP, COMPACT_EVERY, () -> {
            if (closed) return;
            compacted = nextCompacted;
            nextCompacted = applied;
            scheduleCompaction();
        });
    }

    /**
     * All objects of a cache as they were at a revision.
     *
     * @return null if that is too long ago; the newest state for a revision yet to come
     */
    public SortedObjects at(ResourceCache cache, long revision) {
        return revision < compacted ? null : cache.at(revision);
    }

    private void add(Batch batch) {
        undispatched.incrementAndGet();
        batches.add(batch);
    }

    private void dispatch() {
        try {
            while (true) {
                Batch batch = batches.take();
                if (batch == STOP) {
                    undispatched.set(0); // nobody waits for what came after it
                    return;
                }
                for (int i = 0; i < batch.events.size(); i++)
                    batch.caches.get(i).dispatch(batch.events.get(i));
                if (batch.revision > told) told = batch.revision;
                if (batch.events.isEmpty() && batch.revision == 0) {
                    for (ResourceCache cache : caches.values()) cache.bookmark(told);
                }
                undispatched.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reached(long revision) {
        if (revision <= applied) return;
        applied = revision;
        synchronized (progress) {
            progress.notifyAll();
        }
    }

    /** Ends all watches and stops following the store; the store stays open. */
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        if (watch != null) watch.close();
        add(STOP);
        for (ResourceCache cache : caches.values()) cache.closeWatchers(null);
        synchronized (progress) {
            progress.notifyAll();
        }
    }

    /** Hears the store. */
    private final class Listener implements WatchListener {
        @Override
        public void onEvents(List<Event> events, long revision) {
            List<ResourceCache> of = new ArrayList<>(events.size());
            List<CacheEvent> made = new ArrayList<>(events.size());
            for (Event event : events) {
                ResourceCache cache = cacheOf(event.key());
                if (cache == null) continue;
                byte[] value = event instanceof Event.Put put ? put.entry().value() : null;
                String key = event.key().substring(cache.prefix().length());
                CacheEvent change = cache.apply(new StoreChange(key, value, event.revision()));
                if (change == null) continue;
                of.add(cache);
                made.add(change);
            }
            add(new Batch(of, made, revision));
            reached(revision);
        }

        @Override
        public void onProgress(long revision) {
            progressed.increment();
            add(new Batch(List.of(), List.of(), revision));
            reached(revision);
        }

        @Override
        public void onEnd(WatchEnd end) {
            if (closed) return;
            if (end instanceof WatchEnd.Closed) LOG.atDebug().log("store closed; watches end with it");
            else LOG.atError().addKeyValue("end", end).log("store watch ended; watches and consistent reads stop");
            close();
        }
    }
}
