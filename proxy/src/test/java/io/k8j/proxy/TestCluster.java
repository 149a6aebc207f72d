package io.k8j.proxy;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.Client;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;

/** An API server in memory. */
final class TestCluster implements AutoCloseable {
    private final SystemTime time = new SystemTime();
    private final Store store = MemoryStore.open(StoreConfig.DEFAULTS);
    private final ApiServerCore core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open());
    final Client client = new Client(
            core.transport(UserInfo.of("admin", "system:masters", "system:authenticated"), "test"), time, "test");

    @Override
    public void close() {
        client.close();
        core.close();
        store.close();
        time.close();
    }
}
