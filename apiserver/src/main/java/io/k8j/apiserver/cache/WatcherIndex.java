package io.k8j.apiserver.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds the watchers an event may concern, so that a thousand kubelets that each watch their own Pods cost an event two
 * of them, not a thousand. Not safe for threads; the cache locks.
 */
final class WatcherIndex {
    /** Each watcher is in the one place that narrows it most. */
    private record Place(char kind, String value) {}

    private static final Place ALL = new Place('*', "");

    private final String indexedField;
    private final Map<Place, Set<CacheWatcher>> places = new HashMap<>();

    WatcherIndex(String indexedField) {
        this.indexedField = indexedField;
    }

    /** False if it is there already. */
    boolean add(CacheWatcher watcher) {
        return places.computeIfAbsent(place(watcher.selection()), p -> new LinkedHashSet<>())
                .add(watcher);
    }

    /** False if it is not there any more. */
    boolean remove(CacheWatcher watcher) {
        Place place = place(watcher.selection());
        Set<CacheWatcher> set = places.get(place);
        if (set == null || !set.remove(watcher)) return false;
        if (set.isEmpty()) places.remove(place);
        return true;
    }

    void offer(CacheEvent event) {
        if (places.isEmpty()) return;
        CachedObject object = event.object();
        offer(ALL, event);
        offer(new Place('n', object.namespace()), event);
        offer(new Place('k', object.key()), event);
        if (indexedField == null) return;
        String now = object.fields().getOrDefault(indexedField, "");
        offer(new Place('f', now), event);
        if (event.previous() == null) return;
        String before = event.previous().fields().getOrDefault(indexedField, "");
        if (!before.equals(now)) offer(new Place('f', before), event);
    }

    /** How many watchers an event about that object concerns, if its indexed field is empty or does not count. */
    int interested(String namespace, String key) {
        int count = size(ALL) + size(new Place('k', key)) + size(new Place('f', ""));
        return namespace.isEmpty() ? count : count + size(new Place('n', namespace));
    }

    private int size(Place place) {
        Set<CacheWatcher> set = places.get(place);
        return set == null ? 0 : set.size();
    }

    void forEach(Consumer<CacheWatcher> action) {
        for (Set<CacheWatcher> set : places.values()) new ArrayList<>(set).forEach(action);
    }

    private void offer(Place place, CacheEvent event) {
        Set<CacheWatcher> set = places.get(place);
        if (set != null) for (CacheWatcher watcher : set) watcher.offer(event);
    }

    private Place place(Selection selection) {
        if (selection.key() != null) return new Place('k', selection.key());
        String value = indexedField == null ? null : selection.fields().exactValue(indexedField);
        if (value != null) return new Place('f', value);
        return selection.namespace().isEmpty() ? ALL : new Place('n', selection.namespace());
    }
}
