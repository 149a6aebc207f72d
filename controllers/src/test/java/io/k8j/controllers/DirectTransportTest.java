package io.k8j.controllers;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.CoreConfig;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.client.TransportContract;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.StoreConfig;
import org.junit.jupiter.api.AfterEach;

/** The contract for calls within the process. */
class DirectTransportTest extends TransportContract {
    private final SystemTime time = new SystemTime();
    private final MemoryStore store = MemoryStore.open(StoreConfig.DEFAULTS);
    private ApiServerCore core;

    @Override
    protected ApiTransport open() {
        core = ApiServerCore.open(store, CoreConfig.DEFAULTS, time, ApiServerCore.Parts.open());
        return core.transport(UserInfo.of("admin", "system:masters", "system:authenticated"), "contract");
    }

    @AfterEach
    void close() {
        core.close();
        store.close();
        time.close();
    }
}
