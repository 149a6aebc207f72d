package io.k8j.metrics;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** Asks kubelets over HTTPS what they measure. Blocks. Safe for all threads; connections are kept from round to round. */
final class KubeletClient implements AutoCloseable {
    /** With it, a node says that its measurements lie elsewhere than at {@code /metrics/resource}. */
    static final String PATH_ANNOTATION = "metrics.k8s.io/resource-metrics-path";

    private static final int DEFAULT_PORT = 10250;
    private static final int MAX_BYTES = 16 << 20;

    private final MetricsConfig config;
    private final Supplier<SSLContext> identity;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private SSLContext used; // guarded by this
    private HttpClient client; // guarded by this; null before the first question

    /** @param identity how it presents itself and whom it trusts; another one after a renewal */
    KubeletClient(MetricsConfig config, Supplier<SSLContext> identity) {
        this.config = config;
        this.identity = identity;
    }

    private synchronized HttpClient current() {
        SSLContext now = identity.get();
        if (client == null || now != used) {
            if (client != null) client.shutdown(); // ends when what runs has been answered
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(config.kubeletRequestTimeout())
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .executor(executor)
                    .sslContext(now)
                    .build();
            used = now;
        }
        return client;
    }

    /**
     * Gets a node's measurements as text.
     *
     * @throws IOException if the node has no address, or its kubelet does not answer with 200 in time
     */
    String resourceMetrics(Node node) throws IOException, InterruptedException {
        URI address = address(node);
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(config.kubeletRequestTimeout())
                .build();
        HttpResponse<InputStream> response = current().send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (response.statusCode() != 200) {
                throw new IOException("request failed, status: \"" + response.statusCode() + "\"");
            }
            if (bytes.length > MAX_BYTES)
                throw new IOException("read %s: more than %d bytes".formatted(address, MAX_BYTES));
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private URI address(Node node) throws IOException {
        String host = host(node);
        Integer port = node.getStatus().getDaemonEndpoints() == null
                        || node.getStatus().getDaemonEndpoints().getKubeletEndpoint() == null
                ? null
                : node.getStatus().getDaemonEndpoints().getKubeletEndpoint().getPort();
        Map<String, String> annotations = node.getMetadata().getAnnotations();
        String path = annotations == null ? null : annotations.get(PATH_ANNOTATION);
        try {
            return URI.create("https://%s:%d%s"
                    .formatted(
                            host.contains(":") ? "[" + host + "]" : host,
                            port == null || port == 0 ? DEFAULT_PORT : port,
                            path == null || path.isEmpty() ? "/metrics/resource" : path));
        } catch (IllegalArgumentException e) {
            throw new IOException("address of node " + node.getMetadata().getName() + ": " + e.getMessage(), e);
        }
    }

    private String host(Node node) throws IOException {
        List<NodeAddress> addresses = node.getStatus().getAddresses();
        for (String type : config.addressTypes()) {
            for (NodeAddress address : addresses == null ? List.<NodeAddress>of() : addresses) {
                if (type.equals(address.getType())) return address.getAddress();
            }
        }
        throw new IOException("node %s had no addresses that matched types %s"
                .formatted(node.getMetadata().getName(), config.addressTypes()));
    }

    @Override
    public void close() {
        synchronized (this) {
            if (client != null) client.shutdownNow();
            client = null;
        }
        executor.shutdownNow();
    }
}
