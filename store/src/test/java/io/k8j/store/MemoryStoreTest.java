package io.k8j.store;

class MemoryStoreTest extends StoreWatchContract {
    @Override
    Store open() {
        return MemoryStore.open(config());
    }
}
