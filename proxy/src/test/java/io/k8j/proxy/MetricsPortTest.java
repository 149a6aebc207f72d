package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class MetricsPortTest {
    private final ProxyMetrics metrics = new ProxyMetrics();

    private String text() {
        StringBuilder text = new StringBuilder();
        metrics.write(text);
        return text.toString();
    }

    @Test
    void changesArePendingUntilTheyGoIntoTheRules() {
        metrics.serviceChanged("a");
        metrics.endpointsChanged("a");
        metrics.endpointsChanged("a");
        assertThat(text())
                .contains("kubeproxy_sync_proxy_rules_service_changes_pending 1\n")
                .contains("kubeproxy_sync_proxy_rules_endpoint_changes_pending 1\n")
                .contains("kubeproxy_sync_proxy_rules_endpoint_changes_total 2\n");
        metrics.taken("a");
        assertThat(text())
                .contains("kubeproxy_sync_proxy_rules_service_changes_pending 0\n")
                .contains("kubeproxy_sync_proxy_rules_endpoint_changes_pending 0\n")
                .contains("kubeproxy_sync_proxy_rules_service_changes_total 1\n");
    }

    @Test
    void roundsAreCountedByFamily() {
        metrics.synced(Family.V4, true, 1_000_000, 17);
        metrics.synced(Family.V6, false, 1_000_000, 18);
        assertThat(text())
                .contains("kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family=\"IPv4\"} 1\n")
                .contains("kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family=\"IPv4\"} 17\n")
                .contains("kubeproxy_sync_proxy_rules_nftables_sync_failures_total{ip_family=\"IPv6\"} 1\n")
                .doesNotContain("last_timestamp_seconds{ip_family=\"IPv6\"}");
    }

    @Test
    void thePortShowsMetricsHealthAndMode() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (MetricsPort port = MetricsPort.open(any, this::text);
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(get(client, port, "/metrics").body())
                    .contains("# TYPE kubeproxy_sync_proxy_rules_service_changes_total counter");
            assertThat(get(client, port, "/healthz").body()).isEqualTo("ok");
            assertThat(get(client, port, "/proxyMode").body()).isEqualTo("nftables");
            assertThat(get(client, port, "/etc/passwd").statusCode()).isEqualTo(404);
        }
    }

    private static HttpResponse<String> get(HttpClient client, MetricsPort port, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
