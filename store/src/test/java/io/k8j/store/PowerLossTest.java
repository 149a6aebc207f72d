package io.k8j.store;

import static io.k8j.store.Store.ANY_REVISION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.store.disk.ForgetfulDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Cuts the power of a simulated disk at any moment, also while the store is made, rewritten, opened or closed.
 * {@code -Dk8j.powerloss.seeds=20000} for the long form, {@code -Dk8j.powerloss.seed=N} for one seed.
 */
class PowerLossTest {
    private static final int SEEDS = Integer.getInteger("k8j.powerloss.seeds", 300);
    private static final Long ONLY = Long.getLong("k8j.powerloss.seed");
    private static final int ROUNDS = 6;

    /** One computer's life: writes one after the other, and what the store may say after each power loss. */
    private static final class Life {
        private final ForgetfulDisk disk = new ForgetfulDisk();
        private final Path path = disk.root().resolve("var/lib/k8j/store");
        private final Random random;
        private final StoreConfig config;
        /** The states that may be found: the last one flushed for sure and all later ones. */
        private List<Map<String, String>> possible = new ArrayList<>(List.of(Map.of()));

        private Map<String, String> state = Map.of(); // as acknowledged
        private final Set<Long> revisions = new HashSet<>();
        private long highest;
        private int number;

        Life(long seed) {
            random = new Random(seed);
            config = StoreConfig.DEFAULTS
                    .withTick(Duration.ZERO)
                    .withRewriteAt(2_000 + random.nextInt(20_000))
                    .withRelaxedSync(Duration.ofMillis(1 + random.nextInt(2) * 3_600_000L));
        }

        private void live() {
            for (int round = 0; round < ROUNDS; round++) {
                disk.cutPowerAfter(1 + random.nextInt(random.nextBoolean() ? 30 : 300));
                workUntilThePowerGoes();
                disk.restart(random);
            }
            try (var store = EmbeddedStore.open(path, config)) {
                look(store);
            }
        }

        private void workUntilThePowerGoes() {
            while (!disk.isOff()) {
                try (var store = EmbeddedStore.open(path, config)) {
                    look(store);
                    for (int i = random.nextInt(200); i > 0 && !disk.isOff(); i--) write(store);
                } catch (StoreCorruptedException | StoreFormatException e) {
                    throw e;
                } catch (StoreException e) {
                    // The power went, or there was no room just then.
                    if (!disk.isOff()) assertThat(e).isInstanceOf(StoreFullException.class);
                }
            }
        }

        /** What is there must be one of the possible states; from now on it is the only one. */
        private void look(Store store) {
            Map<String, String> found = store.list("/").entries().stream()
                    .collect(Collectors.toMap(Entry::key, Life::shown, (a, b) -> a, TreeMap::new));
            assertThat(possible).contains(found);
            assertThat(store.revision()).isGreaterThanOrEqualTo(highest);
            state = found;
            possible = new ArrayList<>(List.of(found));
        }

        /** The number that begins a value and how long the value is. */
        private static String shown(Entry entry) {
            return shown(new String(entry.value(), UTF_8));
        }

        private static String shown(String value) {
            return value.substring(0, value.indexOf(' ')) + " of " + value.length();
        }

        private void write(Store store) {
            if (random.nextInt(40) == 0) disk.beFullAt(1 + random.nextInt(4));
            String key = "/" + random.nextInt(8);
            boolean delete = random.nextInt(5) == 0;
            String value = ++number + " " + "x".repeat(random.nextInt(4) == 0 ? random.nextInt(3_000) : 20);
            boolean relaxed = random.nextInt(3) == 0;
            Map<String, String> next = new TreeMap<>(state);
            if (delete) next.remove(key);
            else next.put(key, shown(value));
            possible.add(next); // even a failed write may have reached the disk
            WriteOptions options = relaxed ? WriteOptions.RELAXED : WriteOptions.FSYNC;
            try {
                PutResult result = delete
                        ? store.delete(key, ANY_REVISION, options)
                        : store.put(key, value.getBytes(UTF_8), ANY_REVISION, options);
                if (!(result instanceof PutResult.Stored(long revision))) return;
                assertThat(revisions.add(revision))
                        .as("revision %d is new", revision)
                        .isTrue();
                highest = Math.max(highest, revision);
                state = next;
                if (!relaxed) possible = new ArrayList<>(List.of(next));
                if (random.nextInt(6) == 0) ((LocalStore) store).tick();
                if (random.nextInt(20) == 0) store.grant(Duration.ofDays(1));
            } catch (StoreException e) {
                // Not acknowledged.
            }
        }
    }

    @Test
    void noAcknowledgedWriteIsMissingWhenThePowerIsBack() {
        for (long seed = ONLY == null ? 0 : ONLY; seed < (ONLY == null ? SEEDS : ONLY + 1); seed++) {
            try {
                new Life(seed).live();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** Shows that the test above can fail. */
    @Test
    void aDriveThatOnlySaysThatItHasFlushedIsFoundOut() {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < 50; seed++) {
                        Life life = new Life(seed);
                        life.disk.lie();
                        life.live();
                    }
                })
                .isInstanceOfAny(AssertionError.class, StoreCorruptedException.class);
    }

    /** Several writers share a flush: none of them may be told too early. */
    @Test
    void noWriterOfAGroupIsAcknowledgedBeforeTheFlush() throws InterruptedException {
        for (long seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var disk = new ForgetfulDisk();
            Path path = disk.root().resolve("store");
            Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
            StoreConfig config =
                    StoreConfig.DEFAULTS.withTick(Duration.ofMillis(1)).withRewriteAt(5_000);
            try (var store = EmbeddedStore.open(path, config)) {
                disk.cutPowerAfter(20 + random.nextInt(200));
                List<Thread> writers = new ArrayList<>();
                for (int writer = 0; writer < 4; writer++) {
                    String key = "/" + writer;
                    writers.add(Thread.ofVirtual().start(() -> writeUntilThePowerGoes(store, key, acknowledged)));
                }
                for (Thread writer : writers) writer.join();
            } catch (StoreException e) {
                assertThat(disk.isOff()).as(e.getMessage()).isTrue(); // closing needs the disk
            }
            disk.restart(random);
            try (var store = EmbeddedStore.open(path, config)) {
                acknowledged.forEach((key, number) -> assertThat(Integer.parseInt(
                                new String(store.get(key).orElseThrow().value(), UTF_8)))
                        .isGreaterThanOrEqualTo(number));
            }
        }
    }

    private static void writeUntilThePowerGoes(Store store, String key, Map<String, Integer> acknowledged) {
        try {
            for (int number = 1; ; number++) {
                store.put(key, String.valueOf(number).getBytes(UTF_8), ANY_REVISION, WriteOptions.FSYNC);
                acknowledged.put(key, number);
            }
        } catch (StoreException e) {
            // The power went.
        }
    }
}
