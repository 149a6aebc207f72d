package io.k8j.store;

import static io.k8j.store.Store.ANY_REVISION;
import static io.k8j.store.Store.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.store.PutResult.Conflict;
import io.k8j.store.PutResult.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every store promises under random and concurrent use. */
abstract class StoreModelContract extends StoreLeaseContract {
    /** The obvious way to do it: every state ever, by revision. */
    private static final class Model {
        final TreeMap<Long, TreeMap<String, String>> states = new TreeMap<>();
        final TreeMap<String, Long> revisions = new TreeMap<>();
        final List<Long> changes = new ArrayList<>();

        Model(long start) {
            states.put(start, new TreeMap<>());
        }

        void change(long revision, String key, String value) {
            var next = new TreeMap<>(states.lastEntry().getValue());
            if (value == null) {
                next.remove(key);
                revisions.remove(key);
            } else {
                next.put(key, value);
                revisions.put(key, revision);
            }
            states.put(revision, next);
            changes.add(revision);
        }

        List<String> range(String prefix, String from, int limit, long at) {
            return states.floorEntry(at).getValue().entrySet().stream()
                    .filter(e -> e.getKey().startsWith(prefix) && e.getKey().compareTo(from) >= 0)
                    .limit(limit == 0 ? Long.MAX_VALUE : limit)
                    .map(e -> e.getKey() + "=" + e.getValue())
                    .toList();
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, Integer.getInteger("k8j.store.seeds", 5));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void itDoesWhatASimpleModelDoes(long seed) {
        var random = new Random(seed);
        var model = new Model(store.revision());
        var listener = new RecordingListener();
        store.watch("/", NOW, listener);
        for (int step = 0; step < 600; step++) {
            String key = "/%c/%d".formatted('a' + random.nextInt(3), random.nextInt(8));
            String why = "seed %d step %d key %s".formatted(seed, step, key);
            long there = model.revisions.getOrDefault(key, 0L);
            long expected = switch (random.nextInt(4)) {
                case 0 -> ANY_REVISION;
                case 1 -> random.nextLong(store.revision() + 2);
                default -> there;
            };
            boolean matches = expected == ANY_REVISION || expected == there;
            switch (random.nextInt(10)) {
                case 0, 1 -> {
                    var result = store.delete(key, expected, WriteOptions.RELAXED);
                    check(why, result, matches && there != 0, there, model, key, null);
                }
                case 2 -> {
                    long at = random.nextLong(store.compactedRevision(), store.revision() + 1);
                    if (at > 0) {
                        int limit = random.nextInt(4);
                        String from = random.nextBoolean() ? "" : key + "\0";
                        String prefix = random.nextBoolean() ? "/" : key.substring(0, 3);
                        assertThat(show(store.range(prefix, from, limit, at)))
                                .as(why)
                                .isEqualTo(model.range(prefix, from, limit, at));
                    }
                }
                case 3 -> {
                    if (random.nextInt(8) == 0) {
                        store.compact(random.nextLong(store.revision()) + 1);
                    }
                }
                default -> {
                    String value = "v" + step;
                    check(why, tryPut(key, value, expected), matches, there, model, key, value);
                }
            }
            assertThat(show(store.list("/"))).as(why).isEqualTo(model.range("/", "", 0, store.revision()));
        }
        assertThat(listener.revisions).isEqualTo(model.changes);
        long from = store.compactedRevision() + 1;
        var late = new RecordingListener();
        store.watch("/", from, late);
        assertThat(late.revisions)
                .isEqualTo(model.changes.stream().filter(one -> one >= from).toList());
    }

    private static void check(
            String why, PutResult result, boolean stored, long found, Model model, String key, String value) {
        if (stored) {
            assertThat(result).as(why).isInstanceOf(Stored.class);
            model.change(((Stored) result).revision(), key, value);
        } else {
            assertThat(result).as(why).isEqualTo(new Conflict(found));
        }
    }

    private static void together(List<Callable<Void>> work) throws Exception {
        try (var threads = Executors.newCachedThreadPool()) {
            for (Future<Void> one : threads.invokeAll(work)) {
                one.get();
            }
        }
    }

    @RepeatedTest(3)
    void noUpdateIsLostWhenManyCompareAndSet() throws Exception {
        put("/counter", "0");
        List<Callable<Void>> work = new ArrayList<>();
        for (int writer = 0; writer < 16; writer++) {
            work.add(() -> {
                for (int done = 0; done < 50; ) {
                    Entry entry = store.get("/counter").orElseThrow();
                    int next = Integer.parseInt(new String(entry.value(), UTF_8)) + 1;
                    done += tryPut("/counter", "" + next, entry.modRevision()) instanceof Stored ? 1 : 0;
                }
                return null;
            });
        }
        together(work);
        assertThat(value("/counter")).isEqualTo("800");
        assertThat(store.get("/counter").orElseThrow().version()).isEqualTo(801);
    }

    @Test
    void everyWatcherSeesEveryRevisionInOrderWhileManyWrite() throws Exception {
        long start = store.revision();
        var early = new RecordingListener();
        store.watch("/", NOW, early);
        var late = new ArrayList<RecordingListener>();
        List<Callable<Void>> work = new ArrayList<>();
        for (int writer = 0; writer < 16; writer++) {
            String key = "/w/" + writer;
            work.add(() -> {
                for (int i = 0; i < 100; i++) {
                    long revision = put(key, "" + i);
                    assertThat(store.revision()).isGreaterThanOrEqualTo(revision);
                    assertThat(store.get(key).orElseThrow().modRevision()).isEqualTo(revision);
                }
                return null;
            });
        }
        for (int i = 0; i < 5; i++) {
            var listener = new RecordingListener();
            late.add(listener);
            work.add(() -> {
                store.watch("/", start + 1, listener);
                return null;
            });
        }
        together(work);
        var all = LongStream.rangeClosed(start + 1, start + 1600).boxed().toList();
        assertThat(early.revisions).isEqualTo(all);
        assertThat(late).allSatisfy(listener -> assertThat(listener.revisions).isEqualTo(all));
    }

    @Test
    void readersSeeWholeStatesWhileOthersWriteAndCompact() throws Exception {
        put("/pair/a", "0");
        put("/pair/b", "0");
        var stop = new AtomicBoolean();
        Callable<Void> writer = () -> {
            for (int i = 1; i <= 1_000; i++) {
                put("/pair/a", "" + i); // a is b or one ahead of it, at every revision
                store.compact(put("/pair/b", "" + i));
            }
            stop.set(true);
            return null;
        };
        Callable<Void> reader = () -> {
            while (!stop.get()) {
                var page = store.list("/pair/");
                List<Integer> values = page.entries().stream()
                        .map(entry -> Integer.parseInt(new String(entry.value(), UTF_8)))
                        .toList();
                assertThat(values).hasSize(2);
                assertThat(values.get(0) - values.get(1)).isBetween(0, 1);
            }
            return null;
        };
        together(List.of(writer, reader, reader));
    }
}
