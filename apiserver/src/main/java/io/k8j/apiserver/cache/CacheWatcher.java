package io.k8j.apiserver.cache;

import io.k8j.model.api.ApiObject;
import io.k8j.model.api.WatchListener;
import io.k8j.model.api.WatchListener.EventType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch: a bounded queue that the feed fills and one virtual thread empties into the listener. A listener that does
 * not keep up is cut off, so that it costs the others nothing. A listener that only notes events has the thread for its
 * first state; from then on the feed tells it directly ({@link WatchListener#onlyNotes}).
 */
public final class CacheWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CacheWatcher.class);

    /**
     * What waits in the queue: an event seen through the selectors, or a bookmark; or an event that this watch's thread has
     * to look at, because that may take long.
     */
    private record Item(EventType type, ApiObject object, CacheEvent unseen) {
        Item(EventType type, ApiObject object) {
            this(type, object, null);
        }
    }

    private final ResourceCache cache;
    private final Selection selection;
    private final WatchListener listener;
    private final UnaryOperator<ApiObject> convert;
    private final LongFunction<ApiObject> bookmark;
    private final LongFunction<ApiObject> endOfInitial;
    private final boolean wantsBookmarks;
    private final int capacity;
    private final boolean asStored;
    private final Object lock = new Object();
    private final ArrayDeque<Item> queue = new ArrayDeque<>(); // guarded by lock
    private boolean ended; // guarded by lock
    private RuntimeException cause; // guarded by lock
    private boolean waiting; // guarded by lock
    private boolean direct; // guarded by lock; the feed tells the listener, and there is no thread any more
    private boolean delivering = true; // guarded by lock: until the first events are told, and while a batch is
    private final CountDownLatch over = new CountDownLatch(1); // until the listener has heard that the watch ended
    private long lastRevision; // guarded by the cache's watch lock
    private SortedObjects initial;
    private List<CacheEvent> past = List.of();
    private long start;

    /**
     * @param convert turns a stored object into the watched version; null if it is watched as it is stored
     * @param bookmark makes a bookmark for a revision; null if the watcher wants none
     * @param endOfInitial makes the bookmark that follows the initial objects; null if none is wanted
     * @param capacity events that may wait before the watcher is cut off
     */
    public CacheWatcher(
            ResourceCache cache,
            Selection selection,
            WatchListener listener,
            UnaryOperator<ApiObject> convert,
            LongFunction<ApiObject> bookmark,
            LongFunction<ApiObject> endOfInitial,
            int capacity) {
        this.cache = cache;
        this.selection = selection;
        this.listener = listener;
        this.asStored = convert == null;
        this.convert = asStored ? UnaryOperator.identity() : convert;
        this.bookmark = bookmark;
        this.endOfInitial = endOfInitial;
        this.wantsBookmarks = bookmark != null;
        this.capacity = capacity;
    }

    /**
     * Registers with the cache and starts to deliver.
     *
     * @param from as with {@link ResourceCache#register}
     * @return false if the events after {@code from} are not known any more; nothing was started then
     */
    public boolean start(long from) {
        if (cache.register(this, from) < 0) return false;
        Thread.ofVirtual().name("watch " + cache.prefix()).start(this::deliver);
        return true;
    }

    Selection selection() {
        return selection;
    }

    /** Called by the cache while it holds its watch lock. */
    void begin(SortedObjects objects, List<CacheEvent> events, long revision) {
        initial = objects;
        past = events;
        start = revision;
        lastRevision = events.isEmpty()
                ? revision
                : Math.max(revision, events.getLast().revision());
    }

    /** Called by the cache while it holds its watch lock, in order of revisions. */
    void offer(CacheEvent event) {
        if (event.revision() <= lastRevision) return;
        lastRevision = event.revision();
        Item item = selection.served() == null ? seen(event) : unseen(event);
        if (item != null) add(item);
    }

    void offerBookmark(long revision) {
        if (wantsBookmarks && revision >= lastRevision) add(new Item(EventType.BOOKMARK, bookmark.apply(revision)));
    }

    private void add(Item item) {
        boolean tooSlow = false;
        synchronized (lock) {
            if (ended) return;
            if (direct) {
                tellDirectly(item);
                return;
            }
            if (queue.size() >= capacity) {
                tooSlow = true;
            } else {
                queue.add(item);
                wake();
            }
        }
        if (tooSlow) {
            LOG.atWarn().addKeyValue("resource", cache.prefix()).log("watcher cut off because it is too slow");
            cache.counts().cutOff.increment();
            end(null);
        }
    }

    private void tellDirectly(Item item) {
        try {
            listener.event(item.type(), item.object());
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("resource", cache.prefix()).setCause(e).log("watch listener failed");
            end(e);
        }
    }

    /** Ends the watch; the listener hears of it after what it already has to be told, unless it is cut off. */
    public void end(RuntimeException why) {
        synchronized (lock) {
            if (ended) return;
            ended = true;
            cause = why;
            wake();
            if (!direct) return;
        }
        // The caller may hold the cache's lock, and a listener may do anything when it ends.
        Thread.ofVirtual().name("watch end").start(() -> finish(why));
    }

    private void finish(RuntimeException why) {
        cache.unregister(this);
        try {
            listener.closed(why);
        } finally {
            over.countDown();
        }
    }

    /** Waits until the listener has heard that the watch ended; whether it has, in time. */
    boolean awaitOver(long deadlineNanos) throws InterruptedException {
        return over.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void wake() {
        if (!waiting) return;
        waiting = false;
        lock.notifyAll();
    }

    /** Ends the watch without a cause; may be called often and from any thread. */
    @Override
    public void close() {
        end(null);
    }

    private void deliver() {
        RuntimeException why = null;
        try {
            deliverInitial();
            boolean mayBeDirect = asStored && listener.onlyNotes();
            List<Item> batch = new ArrayList<>();
            while (true) {
                synchronized (lock) {
                    if (queue.isEmpty() && mayBeDirect && !ended) {
                        direct = true;
                        delivering = false;
                        return;
                    }
                    while (queue.isEmpty() && !ended) {
                        waiting = true;
                        delivering = false;
                        lock.wait();
                    }
                    if (ended) {
                        why = cause;
                        break;
                    }
                    delivering = true;
                    batch.addAll(queue);
                    queue.clear();
                }
                for (Item item : batch) tell(item);
                batch.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("resource", cache.prefix()).setCause(e).log("watch listener failed");
            why = e;
        }
        end(null);
        finish(why);
    }

    private void deliverInitial() {
        if (initial != null) {
            initial.visit(selection.from(), selection.to(), object -> {
                if (selection.matches(object)) tell(EventType.ADDED, object.object());
                return !isEnded();
            });
        }
        if (!past.isEmpty()) cache.counts().initial.add(past.size());
        for (CacheEvent event : past) {
            Item item = seen(event);
            if (item != null && !isEnded()) tell(item.type(), item.object());
        }
        if (endOfInitial != null && !isEnded()) listener.event(EventType.BOOKMARK, endOfInitial.apply(start));
        initial = null;
        past = List.of();
    }

    private void tell(Item item) {
        Item known = item.unseen() == null ? item : seen(item.unseen());
        if (known != null) tell(known.type(), known.object());
    }

    private void tell(EventType type, ApiObject object) {
        listener.event(type, type == EventType.BOOKMARK ? object : convert.apply(object));
    }

    /** Whether there is something that the listener was not told yet. */
    boolean isBehind() {
        synchronized (lock) {
            return !ended && (delivering || !queue.isEmpty());
        }
    }

    private boolean isEnded() {
        synchronized (lock) {
            return ended;
        }
    }

    private Item unseen(CacheEvent event) {
        Selection possible = selection.asStored();
        boolean concerns =
                possible.matches(event.object()) || event.previous() != null && possible.matches(event.previous());
        return concerns ? new Item(null, null, event) : null;
    }

    private Item seen(CacheEvent event) {
        boolean now = !event.deleted() && selection.matches(event.object());
        boolean before = event.previous() != null && selection.matches(event.previous());
        if (now)
            return new Item(
                    before ? EventType.MODIFIED : EventType.ADDED,
                    event.object().object());
        if (!before) return null;
        CachedObject last = event.deleted() ? event.object() : event.lost();
        return new Item(EventType.DELETED, last.object());
    }
}
