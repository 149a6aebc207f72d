package io.k8j.server.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.time.SystemTime;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class InMemoryCertificatesTest {
    private static final int CONNECTIONS = 8;

    /** Nothing of it exists when a cluster's port is opened: the first connections ask for it, several at once. */
    @Test
    void firstConnectionsAtOnceGetTheSameContextAndCertificate() throws Exception {
        List<String> names = List.of("localhost", "127.0.0.1");
        try (SystemTime time = new SystemTime();
                ClusterCertificates certificates = ClusterCertificates.inMemory(names, names, time);
                ExecutorService connections = Executors.newFixedThreadPool(CONNECTIONS)) {
            CountDownLatch together = new CountDownLatch(CONNECTIONS);
            List<Future<SslContext>> contexts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                contexts.add(connections.submit(() -> {
                    together.countDown();
                    together.await();
                    return certificates.apiServerContext();
                }));
            }
            SslContext first = contexts.getFirst().get();
            assertThat(first.isServer()).isTrue();
            for (Future<SslContext> context : contexts)
                assertThat(context.get()).isSameAs(first);
            assertThat(certificates.kubelet()).isSameAs(certificates.kubelet());
            assertThat(certificates.kubelet().certificate().getIssuerX500Principal())
                    .isEqualTo(certificates.admin().certificate().getIssuerX500Principal());
        }
    }
}
