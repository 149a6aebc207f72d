package io.k8j.store;

import static io.k8j.store.Store.ABSENT;
import static io.k8j.store.Store.ANY_REVISION;
import static io.k8j.store.Store.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.store.PutResult.Conflict;
import io.k8j.store.PutResult.Stored;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store promises. */
abstract class StoreContract {
    @TempDir
    Path directory;

    final FakeClock clock = new FakeClock();
    Store store;

    /** Opens an empty store. */
    abstract Store open();

    /** Lets time pass for the store. */
    void letPass(Duration time) {
        clock.advance(time);
        ((LocalStore) store).tick();
    }

    StoreConfig config() {
        return StoreConfig.DEFAULTS.withClock(clock).withTick(Duration.ZERO);
    }

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    long put(String key, String value) {
        return put(key, value, ANY_REVISION, WriteOptions.FSYNC);
    }

    long put(String key, String value, long expected, WriteOptions options) {
        var result = store.put(key, value.getBytes(UTF_8), expected, options);
        assertThat(result).isInstanceOf(Stored.class);
        return ((Stored) result).revision();
    }

    PutResult tryPut(String key, String value, long expected) {
        return store.put(key, value.getBytes(UTF_8), expected, WriteOptions.FSYNC);
    }

    long delete(String key) {
        return ((Stored) store.delete(key, ANY_REVISION, WriteOptions.FSYNC)).revision();
    }

    String value(String key) {
        return store.get(key).map(entry -> new String(entry.value(), UTF_8)).orElse("absent");
    }

    static List<String> show(RangeResult result) {
        return ((RangeResult.Page) result)
                .entries().stream()
                        .map(entry -> entry.key() + "=" + new String(entry.value(), UTF_8))
                        .toList();
    }

    @Test
    void createKeepsTheFirstValueWhenTheKeyExists() {
        long first = put("/a", "1", ABSENT, WriteOptions.FSYNC);
        assertThat(tryPut("/a", "2", ABSENT)).isEqualTo(new Conflict(first));
        assertThat(value("/a")).isEqualTo("1");
        assertThat(store.revision()).isEqualTo(first);
    }

    @Test
    void updateNeedsTheRevisionThatIsThere() {
        long first = put("/a", "1");
        long second = put("/a", "2", first, WriteOptions.FSYNC);
        assertThat(tryPut("/a", "3", first)).isEqualTo(new Conflict(second));
        assertThat(tryPut("/b", "3", first)).isEqualTo(new Conflict(0));
        assertThat(value("/a")).isEqualTo("2");
    }

    @Test
    void deleteNeedsTheRevisionThatIsThere() {
        long first = put("/a", "1");
        assertThat(store.delete("/a", first + 1, WriteOptions.FSYNC)).isEqualTo(new Conflict(first));
        assertThat(store.delete("/a", first, WriteOptions.FSYNC)).isInstanceOf(Stored.class);
        assertThat(store.delete("/a", ANY_REVISION, WriteOptions.FSYNC)).isEqualTo(new Conflict(0));
        assertThat(value("/a")).isEqualTo("absent");
    }

    @Test
    void anEntryKnowsItsRevisionsAndVersion() {
        long first = put("/a", "1");
        long second = put("/a", "2");
        assertThat(store.get("/a").orElseThrow())
                .extracting(Entry::createRevision, Entry::modRevision, Entry::version, Entry::leaseId)
                .containsExactly(first, second, 2L, 0L);
        delete("/a");
        long third = put("/a", "3");
        assertThat(store.get("/a").orElseThrow())
                .extracting(Entry::createRevision, Entry::version)
                .containsExactly(third, 1L);
    }

    @Test
    void theValueIsMadeOnceWithItsRevisionAndOnlyIfItIsStored() {
        var calls = new AtomicInteger();
        RevisionedValue value = revision -> {
            calls.incrementAndGet();
            return ("at " + revision).getBytes(UTF_8);
        };
        long revision = ((Stored) store.put("/a", value, ABSENT, WriteOptions.FSYNC)).revision();
        store.put("/a", value, ABSENT, WriteOptions.FSYNC);
        assertThat(value("/a")).isEqualTo("at " + revision);
        assertThat(calls).hasValue(1);
    }

    @Test
    void aValueThatCannotBeMadeFailsOnlyItsWrite() {
        long before = store.revision();
        RevisionedValue value = revision -> {
            throw new IllegalStateException("no value");
        };
        assertThatThrownBy(() -> store.put("/a", value, ABSENT, WriteOptions.FSYNC))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no value");
        assertThat(store.revision()).isEqualTo(before);
        assertThat(put("/a", "1")).isGreaterThan(before);
    }

    @Test
    void rangesAreOrderedByUtf8Bytes() {
        for (String key : List.of("/a/\uFF5E", "/a/\uD83D\uDE00", "/b", "/a/1", "/a/\u00E4", "/a")) {
            put(key, "x");
        }
        assertThat(((RangeResult.Page) store.range("/a/", "", 0, NOW)).entries())
                .extracting(Entry::key)
                .containsExactly("/a/1", "/a/\u00E4", "/a/\uFF5E", "/a/\uD83D\uDE00");
    }

    @Test
    void pagesOfARangeShowOneRevision() {
        for (String key : List.of("/a/1", "/a/2", "/a/3", "/b/1")) {
            put(key, "old");
        }
        var first = (RangeResult.Page) store.range("/a/", "", 2, NOW);
        assertThat(show(first)).containsExactly("/a/1=old", "/a/2=old");
        assertThat(first.more()).isTrue();
        assertThat(first.remaining()).isOne();
        put("/a/3", "new");
        put("/a/4", "new");
        delete("/a/1");
        assertThat(show(store.range("/a/", "/a/2\0", 2, first.revision()))).containsExactly("/a/3=old");
        assertThat(show(store.range("/a/", "", 0, first.revision())))
                .containsExactly("/a/1=old", "/a/2=old", "/a/3=old");
        assertThat(show(store.list("/a/"))).containsExactly("/a/2=old", "/a/3=new", "/a/4=new");
    }

    @Test
    void rangesOutsideOfTheKnownRevisionsSaySo() {
        long first = put("/a", "1");
        long second = put("/a", "2");
        store.compact(second);
        assertThat(store.range("/", "", 0, first)).isEqualTo(new RangeResult.Compacted(second));
        assertThat(store.range("/", "", 0, second + 1)).isEqualTo(new RangeResult.Future(second));
        assertThat(show(store.range("/", "", 0, second))).containsExactly("/a=2");
    }

    @Test
    void compactionKeepsTheNewestValues() {
        put("/a", "1");
        put("/b", "1");
        put("/a", "2");
        delete("/b");
        long last = put("/c", "1");
        store.compact(last);
        store.compact(last - 1);
        assertThat(store.compactedRevision()).isEqualTo(last);
        assertThat(show(store.list("/"))).containsExactly("/a=2", "/c=1");
        assertThatThrownBy(() -> store.compact(last + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void historyIsForgottenByItself() {
        long first = put("/a", "1");
        letPass(Duration.ofMinutes(4));
        long second = put("/a", "2");
        letPass(Duration.ofMinutes(2));
        assertThat(store.compactedRevision()).isEqualTo(first);
        letPass(Duration.ofMinutes(5));
        assertThat(store.compactedRevision()).isEqualTo(second);
        assertThat(value("/a")).isEqualTo("2");
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> put("", "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> put("/\uD83D", "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.range("/", "", -1, NOW)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.watch("/", -1, new RecordingListener()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.grant(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aClosedStoreRefusesEverything() {
        var listener = new RecordingListener();
        store.watch("/", NOW, listener);
        store.close();
        store.close();
        assertThat(listener.told).containsExactly("closed");
        assertThatThrownBy(() -> put("/a", "1")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> store.get("/a")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> store.list("/")).isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> store.watch("/", NOW, listener)).isInstanceOf(StoreClosedException.class);
    }
}
