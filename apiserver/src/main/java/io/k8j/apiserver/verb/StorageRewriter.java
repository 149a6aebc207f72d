package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.CachedObject;
import io.k8j.apiserver.encryption.ValueTransformer;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.store.Entry;
import io.k8j.store.RangeResult;
import io.k8j.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Stores objects again, unchanged, whose stored form is not the one that a write would have now. */
public final class StorageRewriter {
    private static final int PAGE = 500;

    private final Store store;
    private final ObjectWriter writer;

    public StorageRewriter(Store store, ObjectWriter writer) {
        this.store = store;
        this.writer = writer;
    }

    /**
     * Goes through the objects of one resource until none is stale.
     *
     * @param values how the resource is stored
     * @param stop asked before each object
     * @return false if it was stopped before the end
     * @throws io.k8j.apiserver.encryption.ValueException if an object cannot be read; those before it are written
     */
    public boolean run(StoredResource resource, ValueTransformer values, BooleanSupplier stop) {
        String from = "";
        while (true) {
            RangeResult.Page page =
                    (RangeResult.Page) store.range(resource.cache().prefix(), from, PAGE, Store.NOW);
            for (Entry entry : page.entries()) {
                if (stop.getAsBoolean()) return false;
                bringUpToDate(resource, values, entry);
            }
            if (!page.more()) return true;
            from = page.entries().getLast().key() + "\0";
        }
    }

    private void bringUpToDate(StoredResource resource, ValueTransformer values, Entry first) {
        byte[] context = first.key().getBytes(StandardCharsets.UTF_8);
        String key = first.key().substring(resource.cache().prefix().length());
        for (Entry entry = first; entry != null; entry = store.get(first.key()).orElse(null)) {
            if (!values.open(entry.value(), context).stale()) return;
            CachedObject known = resource.cache().get(key);
            // Somebody who is faster has written it in the new form; the next look finds out.
            if (known != null && known.revision() == entry.modRevision()) writer.rewrite(resource, known);
        }
    }
}
