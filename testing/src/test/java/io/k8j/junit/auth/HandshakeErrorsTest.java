package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Connections of those who cannot speak TLS are counted. */
class HandshakeErrorsTest {
    private static String metric(RawApi admin) {
        return admin.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("apiserver_tls_handshake_errors_total"))
                .findFirst()
                .orElse("");
    }

    @Test
    void plainHttpOnTheSecurePortIsCounted() throws Exception {
        try (K8jCluster cluster = K8jCluster.builder()
                        .withNodes(0)
                        .without("controllers", "scheduler")
                        .start();
                RawApi admin = RawApi.admin(cluster)) {
            String before = metric(admin);
            assertThat(before).startsWith("apiserver_tls_handshake_errors_total ");
            URI server = URI.create(cluster.url());
            try (Socket socket = new Socket(server.getHost(), server.getPort())) {
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                Awaitility.await().until(() -> !metric(admin).equals(before));
            }
        }
    }
}
