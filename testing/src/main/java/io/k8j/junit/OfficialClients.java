package io.k8j.junit;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.time.Duration;

/** Makes official clients; loaded only when the library is there. */
final class OfficialClients {
    /** A client whose threads and connections can be ended. */
    record Closable(ApiClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.getHttpClient().dispatcher().executorService().shutdownNow();
            client.getHttpClient().connectionPool().evictAll();
        }
    }

    private OfficialClients() {}

    static Closable of(String kubeconfig) {
        try {
            ApiClient client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new StringReader(kubeconfig)))
                    .build();
            // Watches have no end of their own.
            return new Closable(client.setReadTimeout((int) Duration.ZERO.toMillis()));
        } catch (IOException e) {
            throw new UncheckedIOException("make a client: " + e.getMessage(), e);
        }
    }
}
