package io.k8j.server.controlplane;

import io.k8j.model.time.Time;
import io.k8j.server.Closing;
import io.k8j.server.ServerConfig;
import io.k8j.server.UserException;
import io.k8j.store.EmbeddedStore;
import io.k8j.store.MemoryStore;
import io.k8j.store.RangeResult;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import io.k8j.store.StoreException;
import java.time.Duration;

/** Opens the store that the configuration names. */
final class StoreOpening {
    private StoreOpening() {}

    static String name(ServerConfig config) {
        return config.datastoreEndpoint().equals("embedded")
                ? config.storeDir().toString()
                : config.datastoreEndpoint();
    }

    /**
     * @param state what a store in memory has from the beginning; null for nothing
     * @param closing closes the store and what goes with it
     */
    static Store open(ServerConfig config, Time time, RangeResult.Page state, Closing closing) {
        try {
            return switch (config.datastoreEndpoint()) {
                case "embedded" -> closing.add(EmbeddedStore.open(config.storeDir(), StoreConfig.DEFAULTS));
                case "memory" -> inMemory(time, state, closing);
                default ->
                    throw new UserException("--datastore-endpoint %s: this version knows only 'embedded' and 'memory'"
                            .formatted(config.datastoreEndpoint()));
            };
        } catch (StoreException e) {
            throw new UserException("cannot open the store in %s: %s".formatted(config.storeDir(), e.getMessage()), e);
        }
    }

    private static Store inMemory(Time time, RangeResult.Page state, Closing closing) {
        StoreConfig settings = StoreConfig.DEFAULTS.withClock(time).withTick(Duration.ZERO);
        MemoryStore store = closing.add(state == null ? MemoryStore.open(settings) : MemoryStore.open(settings, state));
        closing.add(StoreUpkeep.start(store, time, StoreConfig.DEFAULTS.tick()));
        return store;
    }
}
