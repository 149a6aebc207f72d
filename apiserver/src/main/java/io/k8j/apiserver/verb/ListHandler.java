package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.ResourceCache;
import io.k8j.apiserver.cache.Selection;
import io.k8j.apiserver.cache.SortedObjects;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** GET of a collection, from one snapshot of the cache; pages go on with the snapshot of their revision. */
public final class ListHandler implements Handler {
    private static final String TOO_OLD = "The resourceVersion for the provided list is too old.";
    private static final String INCONSISTENT = "The provided continue parameter is too old to display a consistent list"
            + " result. You can start a new list without the continue parameter, or use the continue token in this"
            + " response to retrieve the remainder of the results. Continuing with the provided token results in an"
            + " inconsistent list - objects that were created, modified, or deleted between the time the first chunk"
            + " was returned and now may show up in the list.";

    private final StoreFeed feed;

    public ListHandler(StoreFeed feed) {
        this.feed = feed;
    }

    /** What to read: objects, their version and the first key. */
    private record Source(SortedObjects objects, long revision, String from) {}

    @Override
    public ApiResponse handle(Call call) {
        ReadOptions options = ReadOptions.list(call);
        Source source = source(call, options);
        return new ApiResponse(
                200, null, page(call, options, source), call.context().warnings());
    }

    private Source source(Call call, ReadOptions options) {
        ResourceCache cache = call.storage().cache();
        Selection selection = options.selection();
        cache.checkReadable(selection.from(), selection.to());
        if (!options.continueToken().isEmpty()) return continued(cache, options);
        long wanted = options.revision();
        boolean exact =
                options.match().equals("Exact") || options.match().isEmpty() && wanted > 0 && options.limit() > 0;
        if (wanted > 0) {
            long begin = System.nanoTime();
            ReadOptions.awaitRevision(feed, wanted);
            cache.counts().waited((System.nanoTime() - begin) / 1e9);
        } else if (options.resourceVersion().isEmpty()) {
            cache.counts().consistentRead();
        }
        if (exact) {
            SortedObjects objects = feed.at(cache, wanted);
            if (objects == null) throw ApiException.expired(TOO_OLD);
            return new Source(objects, wanted, selection.from());
        }
        return newest(cache, selection.from());
    }

    private Source newest(ResourceCache cache, String from) {
        long applied = feed.applied();
        ResourceCache.Snapshot snapshot = cache.snapshot();
        return new Source(snapshot.objects(), feed.versionOf(snapshot, applied), from);
    }

    private Source continued(ResourceCache cache, ReadOptions options) {
        ContinueToken token = ContinueToken.decode(options.continueToken());
        if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals("0")) {
            throw ApiException.badRequest("specifying resource version is not allowed when using continue");
        }
        String namespace = options.selection().namespace();
        String from = namespace.isEmpty() ? token.start() : namespace + "/" + token.start();
        if (token.revision() < 0) return newest(cache, from);
        // A revision that does not come is of another server, or of this one before a backup was put back.
        SortedObjects objects = ReadOptions.reaches(feed, token.revision()) ? feed.at(cache, token.revision()) : null;
        if (objects != null) return new Source(objects, token.revision(), from);
        throw inconsistent(token);
    }

    // The answer to an old page carries a token in its metadata, with which the client may go on inconsistently.
    private static ApiException inconsistent(ContinueToken token) {
        return ApiException.expired(INCONSISTENT).withContinue(new ContinueToken(-1, token.start()).encode());
    }

    private ApiResponse.ApiList page(Call call, ReadOptions options, Source source) {
        Selection selection = options.selection();
        // Upstream's cache ignores the limit of a list that may be of any age.
        boolean any =
                options.resourceVersion().equals("0") && options.continueToken().isEmpty();
        long limit = any || options.limit() <= 0 ? Long.MAX_VALUE : options.limit();
        Map<String, ApiObject> served = selection.served() == null ? null : served(call, selection, source);
        List<ApiObject> converted = new ArrayList<>();
        List<ApiObject> stored = new ArrayList<>();
        String[] last = new String[1];
        long[] looked = {0};
        boolean complete = source.objects.visit(source.from, selection.to(), object -> {
            // A full page ends before the next object, whether that one matches or not, as upstream's does.
            if (stored.size() >= limit) return false;
            looked[0]++;
            boolean wanted = served == null ? matches(selection, object) : served.containsKey(object.key());
            if (!wanted) return true;
            stored.add(object.object());
            if (served != null) converted.add(served.get(object.key()));
            last[0] = object.key();
            return true;
        });
        call.storage().cache().counts().list(looked[0], stored.size());
        List<ApiObject> items = served == null ? call.resource().fromStored(stored) : converted;
        String version = Long.toString(source.revision);
        if (complete) return new ApiResponse.ApiList(items, version, "", null);
        String namespace = selection.namespace();
        String next = (namespace.isEmpty() ? last[0] : last[0].substring(namespace.length() + 1)) + "\0";
        Long remaining = null;
        if (selection.isUnfiltered()) {
            int end = selection.to() == null ? source.objects.size() : source.objects.countBefore(selection.to());
            remaining = (long) end - source.objects.countBefore(last[0] + "\0");
        }
        String token = new ContinueToken(source.revision, next).encode();
        return new ApiResponse.ApiList(items, version, token, remaining);
    }

    /** The objects that have the wanted fields in the request's version, by their keys: all are converted at once. */
    private static Map<String, ApiObject> served(Call call, Selection selection, Source source) {
        List<CachedObject> candidates = new ArrayList<>();
        source.objects.visit(source.from, selection.to(), object -> {
            if (selection.asStored().matches(object)) candidates.add(object);
            return true;
        });
        List<ApiObject> all = call.resource()
                .fromStored(candidates.stream().map(CachedObject::object).toList());
        Map<String, ApiObject> matching = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            CachedObject candidate = candidates.get(i);
            Map<String, String> values =
                    call.storage().fields(Json.parseObject(all.get(i).json()));
            if (selection.matchesServed(candidate, values)) matching.put(candidate.key(), all.get(i));
        }
        return matching;
    }

    private static boolean matches(Selection selection, CachedObject object) {
        return selection.isUnfiltered() || selection.matches(object);
    }
}
