package io.k8j.store;

class EmbeddedStoreTest extends StoreWatchContract {
    @Override
    Store open() {
        return EmbeddedStore.open(directory.resolve("store"), config());
    }
}
