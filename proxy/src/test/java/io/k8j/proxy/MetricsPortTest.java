package io.k8j.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MetricsPortTest {
    private static final Instant BEGIN = Instant.ofEpochSecond(100);

    private final ProxyMetrics metrics = new ProxyMetrics(BEGIN);

    private String text() {
        StringBuilder text = new StringBuilder();
        metrics.write(text);
        return text.toString();
    }

    @Test
    void changesArePendingUntilTheyGoIntoTheRules() {
        metrics.serviceChanged("a");
        metrics.endpointsChanged("a", "IPv4", null);
        metrics.endpointsChanged("a", "IPv4", null);
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
    void theTimeFromAChangeToItsRulesIsMeasuredOnceTheyAreWritten() {
        metrics.endpointsChanged("a", "IPv4", BEGIN.plusSeconds(3));
        metrics.endpointsChanged("a", "IPv4", BEGIN.minusSeconds(3)); // of before
        metrics.endpointsChanged("b", "IPv4", BEGIN.plusSeconds(5));
        metrics.endpointsChanged("gone", "IPv4", BEGIN.plusSeconds(5));
        metrics.endpointsGone("gone");
        metrics.taken("a");
        metrics.taken("gone");
        metrics.synced(Family.V4, false, 1, 109);
        assertThat(text()).doesNotContain("network_programming");
        metrics.synced(Family.V6, true, 1, 110);
        metrics.synced(Family.V4, true, 1, 110);
        metrics.roundOver();
        metrics.synced(Family.V4, true, 1, 200);
        String name = "kubeproxy_network_programming_duration_seconds";
        assertThat(text())
                .contains(name + "_bucket{ip_family=\"IPv4\",le=\"0\"} 0\n")
                .contains(name + "_bucket{ip_family=\"IPv4\",le=\"6\"} 0\n")
                .contains(name + "_bucket{ip_family=\"IPv4\",le=\"7\"} 1\n")
                .contains(name + "_bucket{ip_family=\"IPv4\",le=\"300\"} 1\n")
                .contains(name + "_count{ip_family=\"IPv4\"} 1\n");
        metrics.taken("b");
        metrics.synced(Family.V4, true, 1, 106);
        assertThat(text()).contains(name + "_count{ip_family=\"IPv4\"} 2\n");
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
