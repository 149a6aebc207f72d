package io.k8j.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Knows each lease, when it ends and its keys. Changed under the commit lock; {@link #find} and {@link #all} are free. */
final class Leases {
    private record Held(Change.Lease lease, Set<String> keys) {}

    private final Map<Long, Held> held = new ConcurrentHashMap<>();

    /** The lease, or null. */
    Change.Lease find(long id) {
        Held found = held.get(id);
        return found == null ? null : found.lease;
    }

    void put(Change.Lease lease) {
        Held before = held.get(lease.id());
        held.put(lease.id(), new Held(lease, before == null ? new HashSet<>() : before.keys));
    }

    void remove(long id) {
        held.remove(id);
    }

    void attach(long id, String key) {
        Held found = id == 0 ? null : held.get(id);
        if (found != null) {
            found.keys.add(key);
        }
    }

    void detach(long id, String key) {
        Held found = id == 0 ? null : held.get(id);
        if (found != null) {
            found.keys.remove(key);
        }
    }

    /** The keys of a lease in order. */
    List<String> keys(long id) {
        Held found = held.get(id);
        return found == null
                ? List.of()
                : found.keys.stream().sorted(KeyOrder.INSTANCE).toList();
    }

    /** Leases that are over at a time. */
    List<Long> expired(long nowMillis) {
        List<Long> found = new ArrayList<>();
        held.forEach((id, one) -> {
            if (one.lease.expiresAtMillis() <= nowMillis) {
                found.add(id);
            }
        });
        return found;
    }

    List<Change.Lease> all() {
        return held.values().stream().map(Held::lease).toList();
    }
}
