package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CacheWatcher;
import io.k8j.apiserver.cache.ResourceCache;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;

/** Starts watches. */
public final class WatchHandler {
    private final StoreFeed feed;
    private final Time time;
    private final int queueCapacity;
    private volatile long minTimeoutSeconds = 1800;

    /** @param queueCapacity events that may wait for one watcher before it is cut off */
    public WatchHandler(StoreFeed feed, Time time, int queueCapacity) {
        this.feed = feed;
        this.time = time;
        this.queueCapacity = queueCapacity;
    }

    /** Changes how long watches last at least that do not say so themselves. */
    public void minTimeout(Duration least) {
        minTimeoutSeconds = least.toSeconds();
    }

    /**
     * Starts a watch; events come on a thread of their own.
     *
     * @throws ApiException 410 Expired if the events after the version are not known any more, 504 if it lies in the
     *     future, 400 or 422 for wrong options
     */
    public ApiTransport.Watch watch(Call call, WatchListener listener) {
        ReadOptions options = ReadOptions.watch(call);
        ResourceCache cache = call.storage().cache();
        boolean initial = options.sendInitialEvents() != null && options.sendInitialEvents();
        long revision = options.revision();
        long from = revision;
        if (options.sendInitialEvents() != null) {
            if (initial && revision > 0) ReadOptions.awaitRevision(feed, revision);
            from = initial ? 0 : revision > 0 ? revision : feed.applied();
        }
        long applied = feed.applied(); // what the initial objects are at least as new as
        cache.checkReadable(options.selection().from(), options.selection().to());
        ServedResource resource = call.resource();
        CacheWatcher watcher = new CacheWatcher(
                cache,
                options.selection(),
                listener,
                resource.storedAsServed() ? null : resource::fromStored,
                options.bookmarks() ? r -> bookmark(resource, r, false) : null,
                endOfInitial(resource, options, initial, applied),
                queueCapacity);
        if (!watcher.start(from)) {
            throw ApiException.expired("too old resource version: %d (%d)".formatted(revision, cache.oldestRevision()));
        }
        // Whoever replaced the rules may have ended the watches just before this one was among them.
        if (resource.custom() != null && resource.custom().isRetired()) watcher.close();
        Time.Timer timer = time.after(pace(options), timeout(options), watcher::close);
        return () -> {
            timer.cancel();
            watcher.close();
        };
    }

    private static LongFunction<ApiObject> endOfInitial(
            ServedResource resource, ReadOptions options, boolean initial, long applied) {
        return initial && options.bookmarks() ? r -> bookmark(resource, Math.max(r, applied), true) : null;
    }

    // Upstream spreads the end of watches without a wish of their own over half an hour to an hour.
    private Duration timeout(ReadOptions options) {
        Long seconds = options.timeoutSeconds();
        if (seconds != null && seconds > 0) return Duration.ofSeconds(Math.min(seconds, 10_000_000));
        long least = Math.max(1, minTimeoutSeconds);
        return Duration.ofSeconds(least + ThreadLocalRandom.current().nextLong(least));
    }

    /** Watches that nobody wants to end do so for the sake of the servers' balance: no outcome depends on it. */
    private static Pace pace(ReadOptions options) {
        Long seconds = options.timeoutSeconds();
        return seconds != null && seconds > 0 ? Pace.EXACT : Pace.WHILE_RUNNING;
    }

    /** An object with a version and nothing else, which in Go's form has empty parts. */
    private static ApiObject bookmark(ServedResource resource, long revision, boolean endOfInitial) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", Long.toString(revision));
        if (endOfInitial) metadata.put("annotations", Map.of("k8s.io/initial-events-end", "true"));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", resource.gvk().kind());
        tree.put("apiVersion", resource.gvk().apiVersion());
        tree.put("metadata", metadata);
        return ApiObject.ofJson(Json.write(resource.canonical(tree)));
    }
}
