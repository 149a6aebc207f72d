package io.k8j.store;

import static io.k8j.store.Store.ANY_REVISION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.store.RangeResult.Compacted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EmbeddedStoreTest extends StoreModelContract {
    @Override
    Store open() {
        return EmbeddedStore.open(directory.resolve("store"), config());
    }

    private void reopen() {
        store.close();
        store = open();
    }

    @Test
    void itTellsWhatItTakesOfTheDisk() {
        put("/a", "1".repeat(100_000));
        assertThat(store.diskBytes().getAsLong()).isGreaterThan(100_000);
    }

    @Test
    void aReopenedStoreGoesOnWhereItWas() {
        long first = put("/a", "1");
        put("/b", "1");
        delete("/b");
        long last = put("/a", "2");
        String cluster = store.clusterId();
        reopen();
        assertThat(store.revision()).isEqualTo(last);
        assertThat(store.clusterId()).isEqualTo(cluster);
        assertThat(show(store.list("/"))).containsExactly("/a=2");
        assertThat(store.get("/a").orElseThrow())
                .extracting(Entry::createRevision, Entry::modRevision, Entry::version)
                .containsExactly(first, last, 2L);
        assertThat(store.compactedRevision()).isEqualTo(last);
        assertThat(store.range("/", "", 0, first)).isEqualTo(new Compacted(last));
        assertThat(put("/a", "3")).isEqualTo(last + 1);
    }

    @Test
    void theRevisionOfARemovalIsNotUsedAgain() {
        put("/a", "1");
        long last = delete("/a");
        reopen();
        assertThat(store.revision()).isEqualTo(last);
        assertThat(put("/a", "1")).isGreaterThan(last);
    }

    @Test
    void leasesOutliveTheProcess() {
        long lease = store.grant(Duration.ofMinutes(10));
        put("/a", "x", ANY_REVISION, WriteOptions.RELAXED.withLease(lease));
        letPass(Duration.ofMinutes(4));
        reopen();
        assertThat(store.timeToLive(lease)).contains(Duration.ofMinutes(6));
        letPass(Duration.ofMinutes(7));
        assertThat(value("/a")).isEqualTo("absent");
        reopen();
        assertThat(value("/a")).isEqualTo("absent");
    }

    @Test
    void aClockSetBackDoesNotLengthenALease() {
        long lease = store.grant(Duration.ofMinutes(10));
        clock.advance(Duration.ofDays(-30));
        reopen();
        assertThat(store.timeToLive(lease)).contains(Duration.ofMinutes(10));
    }

    @Test
    void spaceIsGivenBack() throws IOException {
        store.close();
        store = EmbeddedStore.open(directory.resolve("small"), config().withRewriteAt(100_000));
        String value = "x".repeat(1_000);
        for (int i = 0; i < 3_000; i++) {
            put("/a/" + i % 20, value + i, ANY_REVISION, WriteOptions.RELAXED);
            if (i % 100 == 0) {
                letPass(Duration.ofMillis(1));
            }
        }
        letPass(Duration.ofMillis(1));
        assertThat(size(directory.resolve("small"))).isLessThan(200_000);
        var before = show(store.list("/"));
        long revision = store.revision();
        store.close();
        store = EmbeddedStore.open(directory.resolve("small"), config());
        assertThat(show(store.list("/"))).isEqualTo(before);
        assertThat(store.revision()).isEqualTo(revision);
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void aStoreRestoredFromASnapshotHasItsStateAndAHigherRevision() {
        long lease = store.grant(Duration.ofMinutes(10));
        put("/a", "1");
        put("/b", "1", ANY_REVISION, WriteOptions.RELAXED.withLease(lease));
        Path snapshot = directory.resolve("snapshot");
        store.snapshot(snapshot);
        long last = put("/a", "2");
        assertThatThrownBy(() -> store.snapshot(snapshot)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> EmbeddedStore.restore(snapshot, directory.resolve("store")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("there is a store already");
        EmbeddedStore.restore(snapshot, directory.resolve("restored"));
        String cluster = store.clusterId();
        store.close();
        store = EmbeddedStore.open(directory.resolve("restored"), config());
        assertThat(show(store.list("/"))).containsExactly("/a=1", "/b=1");
        assertThat(store.clusterId()).isEqualTo(cluster);
        assertThat(put("/a", "3")).isGreaterThan(last);
        letPass(Duration.ofMinutes(11));
        assertThat(value("/b")).isEqualTo("absent");
    }

    @Test
    void aSecondOpenerIsRefused() {
        put("/a", "1");
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreLockedException.class)
                .hasMessageContaining("is in use by another server");
        assertThat(put("/a", "2")).isPositive();
        reopen();
        assertThat(value("/a")).isEqualTo("2");
    }

    @Test
    void aStoreOfAnotherClusterOrFormatIsRefused() throws IOException {
        store.close();
        Path path = directory.resolve("store");
        assertThatThrownBy(() -> EmbeddedStore.open(path, config().withClusterId("other")))
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining("not to other");
        Files.writeString(path.resolve("store-format"), "k8j-store 7 whatever\n");
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining("has format 7, this server reads format 1");
    }

    @Test
    void aStartThatWasKilledBeforeTheStoreWasMadeBeginsAnew() throws IOException {
        store.close();
        Files.delete(directory.resolve("store/store-format"));
        store = open();
        assertThat(put("/a", "1")).isEqualTo(2);
    }

    @Test
    void interruptingAWriterLeavesTheStoreUsable() {
        Thread.currentThread().interrupt();
        put("/a", "1");
        assertThat(Thread.interrupted()).isTrue();
        put("/a", "2");
        assertThat(value("/a")).isEqualTo("2");
    }
}
