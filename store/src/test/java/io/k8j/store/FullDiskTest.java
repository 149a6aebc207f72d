package io.k8j.store;

import static io.k8j.store.Store.ANY_REVISION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fills a small file system of its own. */
class FullDiskTest {
    @TempDir
    Path directory;

    private Path mounted;

    @BeforeEach
    void mountASmallDisk() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux to mount a small disk");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to mount a small disk");
        Path disk = Files.createDirectory(directory.resolve("disk"));
        boolean done = run("mount", "-t", "tmpfs", "-o", "size=1m", "k8j-store-test", disk.toString());
        assumeTrue(done, "this machine does not allow mounting");
        mounted = disk;
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted != null) {
            assertThat(run("umount", mounted.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    @Test
    void aFullDiskFailsWritesUntilThereIsRoomAgain() throws IOException {
        Path filler = mounted.resolve("filler");
        Path path = mounted.resolve("store");
        var config = StoreConfig.DEFAULTS.withTick(Duration.ZERO).withRewriteAt(200_000);
        byte[] value = new byte[9_999];
        try (var store = EmbeddedStore.open(path, config)) {
            store.put("/a", value, ANY_REVISION, WriteOptions.FSYNC);
            Files.write(filler, new byte[500_000]);
            long before = fillUp(store, value);
            assertThat(store.get("/a").orElseThrow().modRevision()).isEqualTo(before);
            store.tick(); // wants to rewrite, for which there is no room
            assertThatThrownBy(() -> store.put("/a", value, ANY_REVISION, WriteOptions.RELAXED))
                    .isInstanceOf(StoreFullException.class)
                    .hasMessageContaining("the disk is full");
            assertThat(store.list("/").entries()).hasSize(1);
            Files.delete(filler);
            var after = (PutResult.Stored) store.put("/a", value, before, WriteOptions.FSYNC);
            assertThat(after.revision()).isGreaterThan(before);
        }
        try (var store = EmbeddedStore.open(path, config)) {
            assertThat(store.get("/a").orElseThrow().version()).isGreaterThan(2);
            store.tick();
            assertThat(store.put("/b", value, ANY_REVISION, WriteOptions.FSYNC)).isInstanceOf(PutResult.Stored.class);
        }
    }

    /** Writes until the disk is full; returns the revision of the last write that was acknowledged. */
    private static long fillUp(Store store, byte[] value) {
        long last = 0;
        while (true) {
            try {
                last = ((PutResult.Stored) store.put("/a", value, ANY_REVISION, WriteOptions.FSYNC)).revision();
            } catch (StoreFullException e) {
                assertThat(last).isPositive();
                return last;
            }
        }
    }
}
