package io.k8j.store;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Runs in a process of its own until it is killed: writes under load and prints each acknowledgement. */
final class CrashWriter {
    static final int WRITERS = 8;

    private CrashWriter() {}

    static StoreConfig config() {
        return StoreConfig.DEFAULTS.withTick(Duration.ofMillis(5)).withRewriteAt(300_000);
    }

    public static void main(String[] args) throws InterruptedException {
        var store = EmbeddedStore.open(Path.of(args[0]), config());
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            // The last writers are relaxed: a kill must not lose their writes either, only a power loss may.
            WriteOptions options = writer < WRITERS - 2 ? WriteOptions.FSYNC : WriteOptions.RELAXED;
            Thread.ofPlatform().start(() -> write(store, number, options));
        }
        Thread.currentThread().join();
    }

    private static void write(Store store, int writer, WriteOptions options) {
        PrintStream out = System.out;
        String key = "/crash/" + writer;
        long next = store.get(key)
                .map(entry -> Long.parseLong(new String(entry.value(), StandardCharsets.UTF_8).split(" ", 2)[0]))
                .orElse(0L);
        while (true) {
            next++;
            byte[] value = (next + " " + "x".repeat((int) (next % 900))).getBytes(StandardCharsets.UTF_8);
            var result = store.put(key, value, Store.ANY_REVISION, options);
            if (next % 10 == 0) {
                store.put("/churn/" + writer + "/" + next % 300, value, Store.ANY_REVISION, options);
                store.delete("/churn/" + writer + "/" + (next + 50) % 300, Store.ANY_REVISION, options);
            }
            out.print("%d %d %d\n".formatted(writer, next, ((PutResult.Stored) result).revision()));
            out.flush();
        }
    }
}
