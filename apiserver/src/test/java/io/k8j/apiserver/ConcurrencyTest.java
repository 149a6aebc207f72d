package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many writers and watchers at once. */
class ConcurrencyTest {
    private static final String CONFIG_MAPS = "v1/configmaps";

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void noIncrementIsLostAndEachWatcherSeesEachVersionOnceInOrder() throws Exception {
        server.create(CONFIG_MAPS, "{'metadata':{'name':'n'},'data':{'count':'0'}}");
        List<List<Long>> seen = new ArrayList<>();
        List<ApiTransport.Watch> watches = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            List<Long> versions = Collections.synchronizedList(new ArrayList<>());
            seen.add(versions);
            watches.add(server.core.watch(
                    TestServer.ADMIN,
                    "t",
                    new ApiCall(
                            Verb.WATCH,
                            TestServer.gvr(CONFIG_MAPS),
                            "rec",
                            "",
                            "",
                            Map.of("resourceVersion", Long.toString(server.core.revision())),
                            null,
                            null),
                    new WatchListener() {
                        @Override
                        public void event(EventType type, ApiObject object) {
                            versions.add(Long.parseLong(object.resourceVersion()));
                        }

                        @Override
                        public void closed(RuntimeException cause) {}
                    }));
        }
        int writers = 8;
        int rounds = 50;
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int w = 0; w < writers; w++) all.add(pool.submit(() -> increments(rounds)));
            for (Future<?> f : all) f.get();
        }
        assertThat(Trees.string(server.get(CONFIG_MAPS, "n"), "data", "count")).isEqualTo("" + writers * rounds);
        for (List<Long> versions : seen) {
            Awaitility.await().until(() -> versions.size() == writers * rounds);
            assertThat(versions).isSorted().doesNotHaveDuplicates();
        }
        watches.forEach(ApiTransport.Watch::close);
    }

    private void increments(int rounds) {
        for (int i = 0; i < rounds; ) {
            Map<String, Object> map = server.get(CONFIG_MAPS, "n");
            int count = Integer.parseInt(Trees.string(map, "data", "count"));
            Trees.set(map, Integer.toString(count + 1), "data", "count");
            try {
                Map<String, Object> written = server.update(CONFIG_MAPS, "n", map);
                // What was acknowledged is what everybody reads from now on, or something newer.
                long own = Long.parseLong(Trees.string(written, "metadata", "resourceVersion"));
                long read = Long.parseLong(Trees.string(server.get(CONFIG_MAPS, "n"), "metadata", "resourceVersion"));
                assertThat(read).isGreaterThanOrEqualTo(own);
                i++;
            } catch (ApiException e) {
                assertThat(e.isConflict()).isTrue();
            }
        }
    }

    @Test
    void oneOfManyCreatorsWins() throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(pool.submit(() -> {
                    try {
                        server.create(CONFIG_MAPS, "{'metadata':{'name':'one'}}");
                        return true;
                    } catch (ApiException e) {
                        assertThat(e.isAlreadyExists()).isTrue();
                        return false;
                    }
                }));
            }
            int won = 0;
            for (Future<Boolean> f : all) if (f.get()) won++;
            assertThat(won).isOne();
        }
    }
}
