package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.model.api.ApiResponse;
import java.util.List;

/** GET of one object, from the cache. */
public final class GetHandler implements Handler {
    private final StoreFeed feed;

    public GetHandler(StoreFeed feed) {
        this.feed = feed;
    }

    @Override
    public ApiResponse handle(Call call) {
        String version = call.query("resourceVersion");
        if (!version.isEmpty()) ReadOptions.awaitRevision(feed, ReadOptions.revision(version));
        CachedObject found = call.storage().cache().get(call.key());
        if (found == null) throw call.notFound();
        return new ApiResponse(200, call.resource().fromStored(found.object()), null, List.of());
    }
}
