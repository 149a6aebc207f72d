package io.k8j.store;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Forgets everything; for the memory store. */
final class NoJournal implements Journal {
    private final String clusterId;
    private RangeResult.Page start; // null once it was handed out

    NoJournal(StoreConfig config, RangeResult.Page start) {
        this.start = start;
        clusterId = config.clusterId().orElseGet(() -> UUID.randomUUID().toString());
    }

    @Override
    public long recover(Consumer<Change> into) {
        for (Entry entry : start.entries()) {
            into.accept(new Change.Put(withoutLease(entry)));
        }
        long revision = start.revision();
        start = null;
        return revision;
    }

    private static Entry withoutLease(Entry entry) {
        return entry.leaseId() == 0
                ? entry
                : new Entry(
                        entry.key(), entry.value(), entry.createRevision(), entry.modRevision(), entry.version(), 0);
    }

    @Override
    public void append(List<Change> changes, long lastRevision, boolean durable) {}

    @Override
    public void maintain(StateSource state) {}

    @Override
    public void snapshot(StateSource state, Path target) {
        BaseFile.write(target, clusterId, state.read());
    }

    @Override
    public String clusterId() {
        return clusterId;
    }

    @Override
    public void close() {}
}
