package io.k8j.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** A store inside this process: all state in memory, a journal behind it. */
abstract class LocalStore implements Store {
    private final StoreConfig config;
    private final Journal journal;
    private final Committer committer;
    private final Keeper keeper;
    private final KeySpace keys;
    private final Leases leases;
    private final Random leaseIds = new Random();

    LocalStore(Journal journal, StoreConfig config, boolean ownThread) {
        this.config = config;
        this.journal = journal;
        this.keys = new KeySpace();
        this.leases = new Leases();
        long revision = journal.recover(this::load);
        keys.loaded(revision);
        read(keys, leases).entries().forEach(entry -> leases.attach(entry.leaseId(), entry.key()));
        this.committer = new Committer(journal, keys, leases, config, ownThread);
        this.keeper = new Keeper(this, journal, committer, keys, leases, config);
    }

    private void load(Change change) {
        switch (change) {
            case Change.Put(Entry entry) -> keys.load(entry);
            case Change.Delete(String key, long at) -> keys.unload(key, at);
            case Change.Lease(long id, long ttl, long expires) ->
                leases.put(new Change.Lease(
                        id, ttl, Math.min(expires, config.clock().millis() + ttl))); // the clock may have jumped back
            case Change.LeaseOver(long id) -> leases.remove(id);
        }
    }

    @Override
    public PutResult put(String key, RevisionedValue value, long expectedRevision, WriteOptions options) {
        KeyOrder.check(key);
        return commit(false, batch -> batch.put(key, value, expectedRevision, options));
    }

    @Override
    public PutResult delete(String key, long expectedRevision, WriteOptions options) {
        KeyOrder.check(key);
        return commit(false, batch -> batch.delete(key, expectedRevision, options.durability()));
    }

    private <T> T commit(boolean alone, Function<Batch, T> change) {
        var write = new Write() {
            private T result;

            @Override
            void prepare(Batch batch) {
                result = change.apply(batch);
            }

            @Override
            boolean alone() {
                return alone;
            }
        };
        committer.run(write);
        return write.result;
    }

    @Override
    public Optional<Entry> get(String key) {
        committer.checkOpen();
        return keys.get(KeyOrder.check(key));
    }

    @Override
    public RangeResult range(String prefix, String fromKey, int limit, long atRevision) {
        committer.checkOpen();
        if (limit < 0 || atRevision < 0) {
            throw new IllegalArgumentException("limit %d or revision %d is negative".formatted(limit, atRevision));
        }
        return keys.range(prefix, fromKey, limit, atRevision);
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        if (fromRevision < 0) {
            throw new IllegalArgumentException("revision %d is negative".formatted(fromRevision));
        }
        return committer.watch(prefix, fromRevision, listener);
    }

    @Override
    public long revision() {
        return committer.revision();
    }

    @Override
    public long compactedRevision() {
        return keys.compacted();
    }

    @Override
    public void compact(long revision) {
        committer.compact(revision);
    }

    @Override
    public long grant(Duration ttl) {
        long millis = ttl.toMillis();
        if (millis < 1) {
            throw new IllegalArgumentException("time to live %s is shorter than 1 ms".formatted(ttl));
        }
        return commit(false, batch -> {
            long id = leaseIds.nextLong(1, Long.MAX_VALUE);
            batch.lease(new Change.Lease(id, millis, config.clock().millis() + millis));
            return id;
        });
    }

    @Override
    public boolean keepAlive(long leaseId) {
        return commit(true, batch -> {
            Change.Lease lease = leases.find(leaseId);
            if (lease == null || lease.expiresAtMillis() <= config.clock().millis()) {
                return false;
            }
            long expires = config.clock().millis() + lease.ttlMillis();
            batch.lease(new Change.Lease(leaseId, lease.ttlMillis(), expires));
            return true;
        });
    }

    @Override
    public boolean revoke(long leaseId) {
        return commit(true, batch -> batch.end(leaseId));
    }

    /** Ends a lease if its time is over, which a keep-alive may have changed meanwhile. */
    void expire(long leaseId) {
        commit(true, batch -> {
            Change.Lease lease = leases.find(leaseId);
            return lease != null && lease.expiresAtMillis() <= config.clock().millis() && batch.end(leaseId);
        });
    }

    @Override
    public Optional<Duration> timeToLive(long leaseId) {
        committer.checkOpen();
        Change.Lease lease = leases.find(leaseId);
        long left = lease == null ? 0 : lease.expiresAtMillis() - config.clock().millis();
        return left <= 0 ? Optional.empty() : Optional.of(Duration.ofMillis(left));
    }

    @Override
    public void snapshot(Path target) {
        committer.checkOpen();
        journal.snapshot(keeper.state(), target);
    }

    @Override
    public String clusterId() {
        return journal.clusterId();
    }

    /** Does what is due by the clock now: ends leases, forgets old history, reports progress. */
    public void tick() {
        keeper.tick();
    }

    @Override
    public void close() {
        keeper.close();
        if (committer.close()) {
            journal.close();
        }
    }

    /** Reads the live state at one revision. */
    static Journal.State read(KeySpace keys, Leases leases) {
        var page = (RangeResult.Page) keys.range("", "", 0, NOW);
        List<Change.Lease> held = leases.all();
        return new Journal.State(page.revision(), page.entries(), held);
    }
}
