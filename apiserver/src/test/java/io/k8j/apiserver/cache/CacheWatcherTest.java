package io.k8j.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.encryption.Encryption;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import io.k8j.store.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CacheWatcherTest {
    private static void put(Store store, String name) {
        store.put(
                "/registry/things/" + name,
                revision -> "{\"metadata\":{\"name\":\"%s\",\"resourceVersion\":\"%d\"}}"
                        .formatted(name, revision)
                        .getBytes(StandardCharsets.UTF_8),
                Store.ANY_REVISION,
                WriteOptions.RELAXED);
    }

    /** Waits in its first event until it is let go. */
    private static final class Slow implements WatchListener {
        private final CountDownLatch go = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicInteger events = new AtomicInteger();

        @Override
        public void event(EventType type, ApiObject object) {
            events.incrementAndGet();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void closed(RuntimeException cause) {
            closed.countDown();
        }
    }

    @Test
    void aSlowWatcherIsCutOffAndOthersDoNotWaitForIt() throws InterruptedException {
        ResourceCache cache = new ResourceCache(
                new GroupResource("", "things"), "/registry/things/", o -> Map.of(), null, 1000, 1 << 20);
        try (SystemTime time = new SystemTime();
                Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                StoreFeed feed = StoreFeed.start(store, time, List.of(cache), Encryption.none(time))) {
            Slow slow = new Slow();
            AtomicInteger fast = new AtomicInteger();
            WatchListener quick = new WatchListener() {
                @Override
                public void event(EventType type, ApiObject object) {
                    fast.incrementAndGet();
                }

                @Override
                public void closed(RuntimeException cause) {}
            };
            new CacheWatcher(cache, Selection.all(""), slow, o -> o, null, null, 10).start(feed.applied());
            CacheWatcher other = new CacheWatcher(cache, Selection.all(""), quick, o -> o, null, null, 1000);
            other.start(feed.applied());
            for (int i = 0; i < 50; i++) put(store, "t" + i);
            Awaitility.await().until(() -> fast.get() == 50);
            slow.go.countDown();
            assertThat(slow.closed.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(slow.events.get()).isLessThan(50);
            other.close();
        }
    }

    /** Notes what it hears, and on which thread. */
    private static final class Noting implements WatchListener {
        private final List<String> names = new CopyOnWriteArrayList<>();
        private final Set<String> threads = ConcurrentHashMap.newKeySet();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public void event(EventType type, ApiObject object) {
            names.add(object.name());
            threads.add(Thread.currentThread().getName());
        }

        @Override
        public boolean onlyNotes() {
            asked.countDown();
            return true;
        }

        @Override
        public void closed(RuntimeException cause) {
            closed.countDown();
        }
    }

    @Test
    void aWatcherThatOnlyNotesHearsItAllInOrderAndThenOnTheFeedsThread() throws InterruptedException {
        ResourceCache cache = new ResourceCache(
                new GroupResource("", "things"), "/registry/things/", o -> Map.of(), null, 1000, 1 << 20);
        try (SystemTime time = new SystemTime();
                Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                StoreFeed feed = StoreFeed.start(store, time, List.of(cache), Encryption.none(time))) {
            for (int i = 0; i < 100; i++) put(store, "t" + i);
            Noting noting = new Noting();
            CacheWatcher watcher = new CacheWatcher(cache, Selection.all(""), noting, null, null, null, 10_000);
            watcher.start(0);
            for (int i = 100; i < 2000; i++) put(store, "t" + i);
            assertThat(noting.asked.await(60, TimeUnit.SECONDS)).isTrue();
            Awaitility.await().until(() -> noting.names.size() == 2000);
            noting.threads.clear();
            put(store, "t2000");
            Awaitility.await().until(() -> noting.names.size() == 2001);
            assertThat(noting.threads).containsExactly("watch-feed");
            assertThat(noting.names.subList(100, 2001))
                    .isEqualTo(IntStream.rangeClosed(100, 2000)
                            .mapToObj(i -> "t" + i)
                            .toList());
            watcher.close();
            assertThat(noting.closed.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aCacheThatIsAddedLaterMissesNothing() throws InterruptedException {
        try (SystemTime time = new SystemTime();
                Store store = MemoryStore.open(StoreConfig.DEFAULTS);
                StoreFeed feed = StoreFeed.start(store, time, List.of(), Encryption.none(time))) {
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 2000; i++) put(store, "t" + i % 700);
            });
            ResourceCache cache = new ResourceCache(
                    new GroupResource("", "things"), "/registry/things/", o -> Map.of(), null, 1000, 1 << 20);
            feed.add(cache);
            writer.join();
            assertThat(cache.snapshot().objects().size()).isEqualTo(700);
            store.list("/registry/things/")
                    .entries()
                    .forEach(e -> assertThat(cache.get(e.key().substring("/registry/things/".length()))
                                    .revision())
                            .isEqualTo(e.modRevision()));
        }
    }
}
