package io.k8j.store;

import static io.k8j.store.Store.ANY_REVISION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages the files of a store in every way that is easily thought of. */
class CorruptionTest {
    private static final StoreConfig CONFIG = StoreConfig.DEFAULTS.withTick(Duration.ZERO);
    private static final StoreConfig LATE_FLUSH = CONFIG.withRelaxedSync(Duration.ofHours(1));

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void makeAStore() throws IOException {
        path = directory.resolve("store");
        try (var store = EmbeddedStore.open(path, CONFIG)) {
            fill(store);
        }
    }

    private static void fill(Store store) {
        for (int i = 0; i < 8; i++) {
            store.put("/key/" + i % 5, ("value " + i).getBytes(UTF_8), ANY_REVISION, WriteOptions.FSYNC);
        }
        store.grant(Duration.ofHours(1));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> !file.endsWith("lock")).sorted().toList();
        }
    }

    private TreeMap<String, String> contents() throws IOException {
        var contents = new TreeMap<String, String>();
        for (Path file : files()) {
            contents.put(file.getFileName().toString(), Arrays.toString(Files.readAllBytes(file)));
        }
        return contents;
    }

    private void assertRefused(String how) throws IOException {
        var before = contents();
        assertThatThrownBy(() -> EmbeddedStore.open(path, CONFIG))
                .as(how)
                .isInstanceOfAny(StoreCorruptedException.class, StoreFormatException.class)
                .hasMessageNotContaining("\n");
        assertThat(contents()).as(how).isEqualTo(before);
    }

    private void assertSound() {
        try (var store = EmbeddedStore.open(path, CONFIG)) {
            assertThat(store.list("/key/").entries()).hasSize(5);
        }
    }

    @Test
    void everyFlippedByteIsNoticed() throws IOException {
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            for (int at = 0; at < good.length; at++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << at % 8);
                Files.write(file, bad);
                assertRefused("%s byte %d".formatted(file.getFileName(), at));
            }
            Files.write(file, good);
        }
        assertSound();
    }

    @Test
    void everyLostEndIsNoticed() throws IOException {
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            for (int length = 0; length < good.length; length++) {
                Files.write(file, Arrays.copyOf(good, length));
                assertRefused("%s cut to %d".formatted(file.getFileName(), length));
            }
            Files.write(file, good);
        }
        assertSound();
    }

    @Test
    void everyLostFileIsNoticed() throws IOException {
        for (Path file : files()) {
            byte[] good = Files.readAllBytes(file);
            Files.delete(file);
            assertThatThrownBy(() -> EmbeddedStore.open(path, CONFIG))
                    .as(file.toString())
                    .isInstanceOf(StoreCorruptedException.class);
            Files.write(file, good);
        }
        assertSound();
    }

    /** Copies the files of an open store, as a crash would leave them. */
    private void crash(Path from) throws IOException {
        path = directory.resolve("crashed");
        Files.createDirectory(path);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, path.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void afterACrashDamageToAcknowledgedWritesIsNoticedToo() throws IOException {
        try (var store = EmbeddedStore.open(path, LATE_FLUSH)) {
            store.put("/key/0", new byte[10], ANY_REVISION, WriteOptions.FSYNC);
            crash(path);
        }
        Path log = path.resolve("log-1");
        byte[] good = Files.readAllBytes(log);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 16;
            Files.write(log, bad);
            assertRefused("byte " + at);
        }
        Files.write(log, good);
        assertSound();
    }

    @Test
    void aTornEndOfAnUnflushedWriteIsDroppedAndItsRevisionNotUsedAgain() throws IOException {
        long kept;
        long torn;
        try (var store = EmbeddedStore.open(path, LATE_FLUSH)) {
            kept = ((PutResult.Stored) store.put("/key/0", "kept".getBytes(UTF_8), ANY_REVISION, WriteOptions.FSYNC))
                    .revision();
            torn = ((PutResult.Stored) store.put("/key/0", "torn".getBytes(UTF_8), ANY_REVISION, WriteOptions.RELAXED))
                    .revision();
            crash(path);
        }
        Path log = path.resolve("log-1");
        byte[] whole = Files.readAllBytes(log);
        for (int lost = 1; lost < 20; lost++) {
            Files.write(log, Arrays.copyOf(whole, whole.length - lost));
            Path crashed = path;
            var mark = Files.readAllBytes(crashed.resolve("mark"));
            try (var store = EmbeddedStore.open(crashed, CONFIG)) {
                assertThat(store.get("/key/0").orElseThrow())
                        .satisfies(entry ->
                                assertThat(new String(entry.value(), UTF_8)).isEqualTo("kept"))
                        .satisfies(entry -> assertThat(entry.modRevision()).isEqualTo(kept));
                assertThat(store.revision()).isGreaterThanOrEqualTo(torn);
                assertThat(store.compactedRevision()).isEqualTo(store.revision());
            }
            Files.write(crashed.resolve("mark"), mark);
        }
    }

    @Test
    void leftoversOfAnInterruptedRewriteAreRemoved() throws IOException {
        Files.write(path.resolve("base-2.tmp"), new byte[100]);
        Files.write(path.resolve("base-0"), new byte[100]);
        assertSound();
        assertThat(files()).extracting(file -> file.getFileName().toString()).contains("base-1", "log-1", "mark");
        assertThat(files()).hasSize(4);
    }

    @Test
    void aDamagedSnapshotIsNotRestored() throws IOException {
        Path snapshot = directory.resolve("snapshot");
        try (var store = EmbeddedStore.open(path, CONFIG)) {
            store.snapshot(snapshot);
        }
        byte[] good = Files.readAllBytes(snapshot);
        for (int at = 0; at < good.length; at += 7) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(snapshot, bad);
            assertThatThrownBy(() -> EmbeddedStore.restore(snapshot, directory.resolve("restored")))
                    .isInstanceOf(StoreCorruptedException.class);
        }
        assertThat(directory.resolve("restored")).doesNotExist();
    }
}
