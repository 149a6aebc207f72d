package io.k8j.apiserver.cache;

import io.k8j.model.api.ApiObject;
import io.k8j.model.json.FrozenTree;
import java.util.Map;

/**
 * The spec of objects that are alike, such as the Pods of one template. Components that decode such an object take over
 * what it has in common with one that is decoded already. Safe for all threads.
 */
public class SharedSpec extends FrozenTree {
    private volatile ApiObject example; // null if there was none; may be one that was never decoded

    /** @param spec as it is stored */
    public SharedSpec(Map<String, Object> spec) {
        super(spec);
    }

    /** Tells a new object with this spec of an older one. */
    final void liken(ApiObject object) {
        ApiObject known = example;
        if (known != null && known.isDecoded()) object.follows(known);
        else example = object;
    }
}
