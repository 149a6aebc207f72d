package io.k8j.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Measures one engine in one fresh process and prints one line. Arguments: engine (log, rocks, lmdb, sqlite), directory,
 * what (writes WRITERS SECONDS | fill KEYS | open | churn KEYS WRITES).
 */
public final class EngineComparison {
    private static final int VALUE = 1024;

    private EngineComparison() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[1]);
        long start = System.nanoTime();
        try (Store store = new EmbeddedStore(journal(args[0], directory), StoreConfig.DEFAULTS)) {
            double opened = (System.nanoTime() - start) / 1e6;
            String result =
                    switch (args[2]) {
                        case "writes" ->
                            writes(store, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
                        case "fill" -> overwrite(store, Integer.parseInt(args[3]), Long.parseLong(args[3]));
                        case "open" -> "%.0f ms".formatted(opened);
                        case "churn" ->
                            overwrite(store, Integer.parseInt(args[3]), Long.parseLong(args[4]));
                        default -> throw new IllegalArgumentException(args[2]);
                    };
            System.gc();
            System.out.printf(
                    "%-7s %-28s %s, rss %d MB, disk %d MB%n",
                    args[0],
                    String.join(" ", List.of(args).subList(2, args.length)),
                    result,
                    residentKilobytes() >> 10,
                    size(directory) >> 20);
        }
    }

    private static Journal journal(String engine, Path path) {
        return switch (engine) {
            case "log" -> LogJournal.open(path, StoreConfig.DEFAULTS);
            case "rocks" -> new RocksJournal(path);
            case "lmdb" -> new LmdbJournal(path);
            case "sqlite" -> new SqliteJournal(path);
            default -> throw new IllegalArgumentException(engine);
        };
    }

    /** Creates and updates for some seconds, each writer its own 100 keys; the first second does not count. */
    private static String writes(Store store, int writers, int seconds) throws Exception {
        long begin = System.nanoTime();
        long counted = begin + 1_000_000_000L;
        long end = counted + seconds * 1_000_000_000L;
        var done = new AtomicLong();
        run(writers, writer -> {
            byte[] value = value(writer);
            for (int i = 0; System.nanoTime() < end; i++) {
                store.put(key(writer * 100 + i % 100), value, Store.ANY_REVISION, WriteOptions.FSYNC);
                if (System.nanoTime() > counted) {
                    done.incrementAndGet();
                }
            }
        });
        return "%d writes/s".formatted(done.get() / seconds);
    }

    private static String overwrite(Store store, int keys, long writes) throws Exception {
        long begin = System.nanoTime();
        var next = new AtomicLong();
        run(256, writer -> {
            byte[] value = value(writer);
            for (long i = next.getAndIncrement(); i < writes; i = next.getAndIncrement()) {
                store.put(key((int) (i * 7919 % keys)), value, Store.ANY_REVISION, WriteOptions.FSYNC);
            }
        });
        return "%.1f s".formatted((System.nanoTime() - begin) / 1e9);
    }

    private static void run(int writers, java.util.function.IntConsumer work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                int writer = i;
                all.add(threads.submit(() -> work.accept(writer)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static String key(int number) {
        return "/registry/pods/namespace-%03d/pod-%07d".formatted(number % 100, number);
    }

    private static byte[] value(int seed) {
        byte[] value = new byte[VALUE];
        new Random(seed).nextBytes(value);
        return value;
    }

    private static long residentKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("VmRSS"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
