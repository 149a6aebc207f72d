package io.k8j.kubelet.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    @TempDir
    Path dir;

    private Path log;

    @BeforeEach
    void write() throws Exception {
        log = Files.writeString(dir.resolve("0.log"), """
                2026-01-01T00:00:01.000000001Z stdout F one
                2026-01-01T00:00:02.000000001Z stderr F bad
                2026-01-01T00:00:03.000000001Z stdout P lo
                2026-01-01T00:00:03.000000002Z stdout F ng
                """);
    }

    private String read(boolean follow, Long tail, String since, boolean times, Long limit, String stream)
            throws Exception {
        var options = new LogOptions(follow, tail, since == null ? null : Instant.parse(since), times, limit, stream);
        var out = new ByteArrayOutputStream();
        AtomicInteger asked = new AtomicInteger();
        LogReader.copy(log, options, out, () -> {
            if (asked.incrementAndGet() == 1) rotate();
            return asked.get() < 3;
        });
        return out.toString(StandardCharsets.UTF_8);
    }

    private void rotate() {
        try {
            Files.writeString(log, "2026-01-01T00:00:04Z stdout F last of old\n", StandardOpenOption.APPEND);
            Files.move(log, dir.resolve("0.log.old"));
            Files.writeString(log, "2026-01-01T00:00:05Z stdout F first of new\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void optionsChooseLines() throws Exception {
        assertThat(read(false, null, null, false, null, "All")).isEqualTo("one\nbad\nlong\n");
        assertThat(read(false, 2L, null, false, null, "All")).isEqualTo("long\n");
        assertThat(read(false, 0L, null, false, null, "All")).isEmpty();
        assertThat(read(false, null, "2026-01-01T00:00:02Z", false, null, "All"))
                .isEqualTo("bad\nlong\n");
        assertThat(read(false, null, null, false, 5L, "All")).isEqualTo("one\nb");
        assertThat(read(false, null, null, false, null, "Stderr")).isEqualTo("bad\n");
        assertThat(read(false, null, null, true, null, "Stderr")).isEqualTo("2026-01-01T00:00:02.000000001Z bad\n");
    }

    @Test
    void followingGoesOnAcrossRotation() throws Exception {
        assertThat(read(true, 1L, null, false, null, "All")).endsWith("last of old\nfirst of new\n");
    }

    @Test
    void theTailIsReadBackwards() throws Exception {
        assertThat(LogTail.last(log, 3, 100)).isEqualTo("bad\nlong\n");
        assertThat(LogTail.last(log, 3, 5)).isEqualTo("long\n");
        assertThat(LogTail.last(dir.resolve("none"), 3, 5)).isEmpty();
    }
}
