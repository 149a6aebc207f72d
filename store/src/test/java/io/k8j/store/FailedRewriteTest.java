package io.k8j.store;

import static io.k8j.store.Store.ANY_REVISION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.store.disk.ForgetfulDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailedRewriteTest {
    private static final StoreConfig CONFIG =
            StoreConfig.DEFAULTS.withTick(Duration.ZERO).withRewriteAt(3_000);

    private final ForgetfulDisk disk = new ForgetfulDisk();
    private final Path path = disk.root().resolve("store");

    /** A log that goes on being written while there is one after it could not be told from a damaged one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theNewestLogIsTheOneThatIsWrittenWhereverTheRoomRanOut(int change) throws IOException {
        try (var store = EmbeddedStore.open(path, CONFIG)) {
            put(store, "x".repeat(2_900));
            put(store, "x".repeat(2_900));
            disk.beFullAt(change);
            store.tick();
            String before = newestLog();
            put(store, "after");
            assertThat(newestLog()).isNotEqualTo(before);
            disk.cutPowerAfter(1);
        } catch (StoreException e) {
            assertThat(disk.isOff()).isTrue(); // closing needs the disk
        }
        disk.restart(new Random(change));
        try (var store = EmbeddedStore.open(path, CONFIG)) {
            assertThat(new String(store.get("/a").orElseThrow().value(), UTF_8)).isEqualTo("after");
        }
    }

    private static void put(Store store, String value) {
        store.put("/a", value.getBytes(UTF_8), ANY_REVISION, WriteOptions.FSYNC);
    }

    /** Name and content. */
    private String newestLog() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            Path log = files.filter(file -> file.getFileName().toString().matches("log-\\d+"))
                    .max(Comparator.comparing(file -> file.getFileName().toString()))
                    .orElseThrow();
            return log.getFileName() + " " + new String(Files.readAllBytes(log), UTF_8).stripTrailing();
        }
    }
}
