package io.k8j.server.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.Time;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateReloadTest {
    @TempDir
    Path directory;

    /** Time that stands still; timers run when they are told to. */
    private static final class StillTime implements Time {
        private record Waiting(Duration delay, Runnable task) {}

        private final List<Waiting> waiting = new ArrayList<>(); // guarded by itself

        @Override
        public Instant instant() {
            return Instant.parse("2026-06-01T00:00:00Z");
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            Waiting entry = new Waiting(delay, task);
            synchronized (waiting) {
                waiting.add(entry);
            }
            return () -> {
                synchronized (waiting) {
                    waiting.remove(entry);
                }
            };
        }

        private void run(Duration delay) {
            List<Waiting> due;
            synchronized (waiting) {
                due = waiting.stream()
                        .filter(entry -> entry.delay().equals(delay))
                        .toList();
                waiting.removeAll(due);
            }
            due.forEach(entry -> entry.task().run());
        }
    }

    @Test
    void aReplacedFileIsUsedWithinAMinute() throws Exception {
        StillTime time = new StillTime();
        try (ClusterCertificates certificates =
                ClusterCertificates.open(directory, List.of("127.0.0.1"), "node", List.of("127.0.0.1"), time)) {
            SslContext before = certificates.apiServerContext();
            String old = Files.readString(directory.resolve("kube-apiserver.crt"));
            time.run(Duration.ofMinutes(1));
            assertThat(certificates.apiServerContext()).as("nothing changed").isSameAs(before);

            Files.delete(directory.resolve("kube-apiserver.crt"));
            Awaitility.await().until(() -> {
                time.run(Duration.ofMinutes(1));
                return certificates.apiServerContext() != before;
            });

            assertThat(Files.readString(directory.resolve("kube-apiserver.crt")))
                    .isNotEqualTo(old);
        }
    }
}
