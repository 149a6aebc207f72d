package io.k8j.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes that share one journal record: what they change, on top of the applied state. */
final class Batch {
    private final KeySpace keys;
    private final Leases leases;
    private final boolean allowRelaxed;
    private final List<Change> changes = new ArrayList<>();
    private final Map<String, Optional<Entry>> overlay = new HashMap<>();
    private long revision;
    private long bytes;
    private boolean durable;

    Batch(KeySpace keys, Leases leases, long revision, boolean allowRelaxed) {
        this.keys = keys;
        this.leases = leases;
        this.revision = revision;
        this.allowRelaxed = allowRelaxed;
    }

    List<Change> changes() {
        return changes;
    }

    long revision() {
        return revision;
    }

    long bytes() {
        return bytes;
    }

    boolean durable() {
        return durable;
    }

    boolean leaseExists(long id) {
        return leases.find(id) != null;
    }

    /** The entry as it is after the writes before; null if absent. */
    Entry current(String key) {
        Optional<Entry> changed = overlay.get(key);
        return changed == null ? keys.latest(key) : changed.orElse(null);
    }

    PutResult put(String key, RevisionedValue value, long expected, WriteOptions options) {
        if (options.leaseId() != 0 && !leaseExists(options.leaseId())) {
            throw new LeaseNotFoundException(
                    "attach %s to lease %d: the lease is over".formatted(key, options.leaseId()));
        }
        Entry before = current(key);
        long found = before == null ? 0 : before.modRevision();
        if (expected != Store.ANY_REVISION && expected != found) {
            return new PutResult.Conflict(found);
        }
        long next = revision + 1;
        byte[] made = value.at(next);
        if (made == null) {
            throw new IllegalArgumentException("value of %s is null".formatted(key));
        }
        Entry entry = before == null
                ? new Entry(key, made, next, next, 1, options.leaseId())
                : new Entry(key, made, before.createRevision(), next, before.version() + 1, options.leaseId());
        revision = next;
        bytes += made.length + key.length() + 64L;
        overlay.put(key, Optional.of(entry));
        add(new Change.Put(entry), options.durability());
        return new PutResult.Stored(next);
    }

    PutResult delete(String key, long expected, Durability durability) {
        Entry before = current(key);
        long found = before == null ? 0 : before.modRevision();
        if (before == null || (expected != Store.ANY_REVISION && expected != found)) {
            return new PutResult.Conflict(found);
        }
        revision++;
        overlay.put(key, Optional.empty());
        add(new Change.Delete(key, revision), durability);
        return new PutResult.Stored(revision);
    }

    void lease(Change.Lease lease) {
        add(lease, Durability.RELAXED);
    }

    /** Ends a lease and removes its keys. */
    boolean end(long leaseId) {
        if (!leaseExists(leaseId)) {
            return false;
        }
        for (String key : leases.keys(leaseId)) {
            delete(key, Store.ANY_REVISION, Durability.RELAXED);
        }
        add(new Change.LeaseOver(leaseId), Durability.RELAXED);
        return true;
    }

    private void add(Change change, Durability durability) {
        changes.add(change);
        durable |= durability == Durability.FSYNC || !allowRelaxed;
    }

    /** Takes the changes over into the state; returns the events. */
    List<Event> apply() {
        List<Event> events = new ArrayList<>(changes.size());
        for (Change change : changes) {
            switch (change) {
                case Change.Put(Entry entry) -> {
                    Event event = keys.put(entry);
                    event.previous().ifPresent(old -> leases.detach(old.leaseId(), old.key()));
                    leases.attach(entry.leaseId(), entry.key());
                    events.add(event);
                }
                case Change.Delete(String key, long at) -> {
                    Event event = keys.delete(key, at);
                    event.previous().ifPresent(old -> leases.detach(old.leaseId(), key));
                    events.add(event);
                }
                case Change.Lease lease -> leases.put(lease);
                case Change.LeaseOver(long id) -> leases.remove(id);
            }
        }
        return List.copyOf(events);
    }
}
