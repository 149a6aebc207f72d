package io.k8j.server.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.model.time.Time;
import io.k8j.server.certs.Pem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are renewed while the server runs, long before they end. */
class RenewalTest {
    @TempDir
    Path directory;

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final BlockingQueue<Runnable> timers = new LinkedBlockingQueue<>();

    private final Time time = new Time() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public long nanoTime() {
            return now.getEpochSecond() * 1_000_000_000;
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            assertThat(delay).isLessThanOrEqualTo(Duration.ofDays(1));
            if (delay.compareTo(Duration.ofHours(1)) < 0) return () -> {}; // looks at files, which nobody replaces here
            timers.add(task);
            return () -> timers.remove(task);
        }
    };

    private void lookAgain() throws InterruptedException {
        Runnable task = timers.poll(60, TimeUnit.SECONDS);
        assertThat(task).as("a further look over the certificates").isNotNull();
        task.run();
        await().until(() -> !timers.isEmpty()); // the look is over when the next one is planned
    }

    @Test
    void whatIsAboutToEndIsRenewedAndUsedForNewConnections() throws Exception {
        AtomicInteger renewals = new AtomicInteger();
        try (ClusterCertificates certificates =
                ClusterCertificates.open(directory, List.of("127.0.0.1"), "node", List.of("127.0.0.1"), time)) {
            certificates.onRenewal(renewals::incrementAndGet);
            var serving = certificates.apiServerContext();
            var kubelet = certificates.kubelet();
            var admin = certificates.admin();
            now = now.plus(Duration.ofDays(200));
            lookAgain();
            assertThat(certificates.apiServerContext()).isSameAs(serving);
            assertThat(renewals).hasValue(0);
            now = now.plus(Duration.ofDays(100));
            lookAgain();
            assertThat(renewals).hasValue(1);
            assertThat(certificates.apiServerContext()).isNotSameAs(serving);
            assertThat(certificates.kubelet().certificate()).isNotEqualTo(kubelet.certificate());
            assertThat(certificates.admin().certificate().getNotAfter().toInstant())
                    .isAfter(admin.certificate().getNotAfter().toInstant().plus(Duration.ofDays(200)));
            assertThat(Pem.readCertificates(Files.readString(directory.resolve("kube-apiserver.crt")))
                            .getFirst()
                            .getNotAfter()
                            .toInstant())
                    .isAfter(now.plus(Duration.ofDays(300)));
        }
        assertThat(timers).isEmpty();
    }

    @Test
    void aFailedRenewalIsTriedAgain() throws Exception {
        try (ClusterCertificates certificates =
                ClusterCertificates.open(directory, List.of("127.0.0.1"), "node", List.of("127.0.0.1"), time)) {
            var before = certificates.kubelet();
            Path blocked = directory.resolve("kubelet-server.key.new");
            Files.createDirectories(blocked.resolve("in-the-way"));
            now = now.plus(Duration.ofDays(300));
            lookAgain();
            assertThat(certificates.kubelet()).isEqualTo(before);
            Files.delete(blocked.resolve("in-the-way"));
            Files.delete(blocked);
            lookAgain();
            assertThat(certificates.kubelet()).isNotEqualTo(before);
        }
    }
}
