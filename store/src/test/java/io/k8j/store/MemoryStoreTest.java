package io.k8j.store;

class MemoryStoreTest extends StoreModelContract {
    @Override
    Store open() {
        return MemoryStore.open(config());
    }
}
