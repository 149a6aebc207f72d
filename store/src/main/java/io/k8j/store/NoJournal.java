package io.k8j.store;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Forgets everything; for the memory store. */
final class NoJournal implements Journal {
    private final String clusterId;

    NoJournal(StoreConfig config) {
        clusterId = config.clusterId().orElseGet(() -> UUID.randomUUID().toString());
    }

    @Override
    public long recover(Consumer<Change> into) {
        return 1;
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
