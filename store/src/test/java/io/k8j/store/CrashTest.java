package io.k8j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a writing process again and again; {@code -Dk8j.crash.rounds=100} for the long form. */
class CrashTest {
    private static final int ROUNDS = Integer.getInteger("k8j.crash.rounds", 5);

    @TempDir
    Path directory;

    private final long[] acknowledged = new long[CrashWriter.WRITERS];
    private long highestRevision;
    private long lines;

    @Test
    void noAcknowledgedWriteIsMissingAfterAKill() throws Exception {
        Path path = directory.resolve("store");
        var random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            runAndKill(path, 20 + random.nextInt(300));
            try (var store = EmbeddedStore.open(path, CrashWriter.config())) {
                assertThat(store.revision()).as("round %d", round).isGreaterThanOrEqualTo(highestRevision);
                for (int writer = 0; writer < CrashWriter.WRITERS; writer++) {
                    assertThat(stored(store, writer))
                            .as("round %d writer %d", round, writer)
                            .isGreaterThanOrEqualTo(acknowledged[writer]);
                }
            }
        }
        assertThat(lines).as("acknowledged writes").isGreaterThan(ROUNDS * 10L);
        System.out.printf("%d rounds, %d acknowledged writes, none missing%n", ROUNDS, lines);
    }

    private static long stored(Store store, int writer) {
        return store.get("/crash/" + writer)
                .map(entry -> Long.parseLong(new String(entry.value(), UTF_8).split(" ", 2)[0]))
                .orElse(0L);
    }

    /** Lets the process write for some lines after its first, then kills it and reads what it said until then. */
    private void runAndKill(Path path, int killAfterLines) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        path.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            int seen = 0;
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                String[] words = line.split(" ");
                if (words.length == 3 && words[2].matches("\\d+")) {
                    note(Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
                }
                if (++seen == killAfterLines * 10) {
                    process.toHandle().destroyForcibly(); // SIGKILL; unlike the process' own method keeps the pipe open
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void note(int writer, long number, long revision) {
        assertThat(number).isGreaterThan(acknowledged[writer]);
        acknowledged[writer] = number;
        highestRevision = Math.max(highestRevision, revision);
        lines++;
    }
}
