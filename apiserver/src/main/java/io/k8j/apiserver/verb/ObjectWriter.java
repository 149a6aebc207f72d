package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.ObjectBytes;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.encryption.ValueException;
import io.k8j.apiserver.metrics.StoreMetrics;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.time.Time;
import io.k8j.store.Entry;
import io.k8j.store.LeaseNotFoundException;
import io.k8j.store.PutResult;
import io.k8j.store.Store;
import io.k8j.store.StoreClosedException;
import io.k8j.store.StoreException;
import io.k8j.store.WriteOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Puts objects into the store: encodes once, compares and sets, and returns when the caches show the write. Safe for all
 * threads.
 */
public final class ObjectWriter {
    private static final String STOPPING = "the server is stopping";

    /** Bytes that one object may have. */
    public static final int MAX_BYTES = 3 * 1024 * 1024;

    private static final Duration CACHE_PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final StoreFeed feed;
    private final ObjectLeases leases;
    private final StoreMetrics metrics = new StoreMetrics();

    public ObjectWriter(Store store, StoreFeed feed, Time time) {
        this.store = store;
        this.feed = feed;
        this.leases = new ObjectLeases(store, time);
    }

    /** How long writes took. */
    public StoreMetrics metrics() {
        return metrics;
    }

    /** See {@link Store#diskBytes}. */
    public OptionalLong diskBytes() {
        return store.diskBytes();
    }

    /** What became of a write. */
    sealed interface Result {
        /** The object as it is stored now, or as it was last. */
        record Written(CachedObject object) implements Result {}

        /** Somebody else was faster; {@code found} is the revision in the store, 0 if the object is absent. */
        record Lost(long found) implements Result {}
    }

    /**
     * Stores an object in the storage version.
     *
     * @param expected the revision that is to be replaced; 0 if the object must not exist
     * @throws ApiException if it is too large or the store cannot take it
     */
    Result put(StoredResource resource, String key, Map<String, Object> tree, long expected) {
        ObjectBytes bytes = ObjectBytes.encode(tree, resource.builtIn());
        if (bytes.length() > MAX_BYTES) {
            throw ApiException.tooLarge("Request entity too large: limit is " + MAX_BYTES);
        }
        Map<String, String> fields = resource.fields(tree);
        return put(resource, key, bytes, fields, expected);
    }

    /** Stores an object once more as it is; without effect if it was changed meanwhile. */
    Result rewrite(StoredResource resource, CachedObject object) {
        ObjectBytes bytes = ObjectBytes.again(object.object().json());
        return put(resource, object.key(), bytes, object.fields(), object.revision());
    }

    /**
     * Stores an object once more if its stored form is not the one that a write would have now, such as under an older
     * key.
     */
    Result refresh(StoredResource resource, CachedObject object) {
        if (!resource.cache().isTransformed()) return new Result.Written(object);
        try {
            Optional<Entry> entry = store.get(resource.storeKey(object.key()));
            boolean stale = entry.isPresent()
                    && entry.get().modRevision() == object.revision()
                    && resource.cache().isStale(object.key(), entry.get().value());
            return stale ? rewrite(resource, object) : new Result.Written(object);
        } catch (ValueException e) {
            throw ApiException.internal(e.getMessage());
        } catch (StoreClosedException e) {
            throw ApiException.unavailable(STOPPING);
        } catch (StoreException e) {
            throw ApiException.internal("store " + resource.id() + " " + object.key() + ": " + e.getMessage());
        }
    }

    private Result put(
            StoredResource resource, String key, ObjectBytes bytes, Map<String, String> fields, long expected) {
        CachedObject[] made = new CachedObject[1];
        long begin = System.nanoTime();
        boolean ok = false;
        try {
            PutResult result = putWithLease(resource, key, bytes, fields, expected, made);
            ok = true;
            return switch (result) {
                case PutResult.Stored(long revision) -> {
                    feed.await(revision, CACHE_PATIENCE);
                    yield new Result.Written(made[0]);
                }
                case PutResult.Conflict(long found) -> lost(found);
            };
        } catch (ValueException e) {
            throw ApiException.internal(e.getMessage());
        } catch (StoreClosedException e) {
            throw ApiException.unavailable(STOPPING);
        } catch (StoreException e) {
            if (made[0] != null) resource.cache().unmade(made[0].revision());
            throw ApiException.internal("store " + resource.id() + " " + key + ": " + e.getMessage());
        } finally {
            metrics.wrote(expected == 0 ? "create" : "update", resource.id(), begin, ok);
        }
    }

    private PutResult putWithLease(
            StoredResource resource,
            String key,
            ObjectBytes bytes,
            Map<String, String> fields,
            long expected,
            CachedObject[] made) {
        WriteOptions options = new WriteOptions(resource.durability(), 0);
        String storeKey = resource.storeKey(key);
        for (int attempt = 0; ; attempt++) {
            WriteOptions leased = resource.ttl().isZero() ? options : options.withLease(leases.forTtl(resource.ttl()));
            try {
                return store.put(
                        storeKey,
                        revision -> {
                            made[0] = new CachedObject(key, bytes.objectAt(revision), revision, fields);
                            return resource.cache().made(made[0]);
                        },
                        expected,
                        leased);
            } catch (LeaseNotFoundException e) {
                if (attempt > 2) throw e;
                leases.forget(leased.leaseId());
            }
        }
    }

    /** Removes an object if its revision is the expected one. */
    Result delete(StoredResource resource, CachedObject last) {
        long begin = System.nanoTime();
        boolean ok = false;
        try {
            PutResult result = store.delete(
                    resource.storeKey(last.key()), last.revision(), new WriteOptions(resource.durability(), 0));
            ok = true;
            return switch (result) {
                case PutResult.Stored(long revision) -> {
                    feed.await(revision, CACHE_PATIENCE);
                    ApiObject gone = ApiObject.ofJson(
                            ObjectBytes.withResourceVersion(last.object().json(), revision));
                    yield new Result.Written(new CachedObject(last.key(), gone, revision, last.fields()));
                }
                case PutResult.Conflict(long found) -> lost(found);
            };
        } catch (StoreClosedException e) {
            throw ApiException.unavailable(STOPPING);
        } catch (StoreException e) {
            throw ApiException.internal("delete " + resource.id() + " " + last.key() + ": " + e.getMessage());
        } finally {
            metrics.wrote("delete", resource.id(), begin, ok);
        }
    }

    // With a store outside this process the cache may lag behind what the store compared with.
    private Result lost(long found) {
        if (found > 0) feed.await(found, CACHE_PATIENCE);
        return new Result.Lost(found);
    }

    /** The object a dry run would have stored: a new one has no resourceVersion. */
    static ApiObject pretend(StoredResource resource, Map<String, Object> tree, long revision) {
        ObjectBytes bytes = ObjectBytes.encode(tree, resource.builtIn());
        if (revision > 0) return ApiObject.ofJson(bytes.at(revision));
        Map<String, Object> ordered = Json.parseObject(bytes.at(0));
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(ordered, "metadata"));
        metadata.remove("resourceVersion");
        ordered.put("metadata", metadata);
        return ApiObject.ofJson(Json.write(ordered));
    }
}
