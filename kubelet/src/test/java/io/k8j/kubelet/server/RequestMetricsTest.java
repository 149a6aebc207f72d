package io.k8j.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestMetricsTest {
    @Test
    void pathsAreCountedByTheirFirstPartAndUnknownOnesTogether() {
        assertThat(RequestMetrics.bucket("/metrics/cadvisor")).isEqualTo("metrics/cadvisor");
        assertThat(RequestMetrics.bucket("/metrics/cadvisor/x")).isEqualTo("metrics/cadvisor");
        assertThat(RequestMetrics.bucket("/metrics")).isEqualTo("metrics");
        assertThat(RequestMetrics.bucket("/exec/ns/p/c")).isEqualTo("exec");
        assertThat(RequestMetrics.bucket("/who/knows")).isEqualTo("other");
        assertThat(RequestMetrics.bucket("/")).isEqualTo("other");
        assertThat(RequestMetrics.bucket("")).isEqualTo("other");
    }

    @Test
    void requestsAreCountedWhileAndAfterTheyRun() {
        RequestMetrics metrics = new RequestMetrics();
        Runnable end = metrics.begin("GET", "/exec/a/b/c");
        String labels = "{long_running=\"true\",method=\"GET\",path=\"exec\",server_type=\"readwrite\"}";
        assertThat(page(metrics)).contains("kubelet_http_inflight_requests" + labels + " 1");
        end.run();
        assertThat(page(metrics))
                .contains(
                        "kubelet_http_inflight_requests" + labels + " 0",
                        "kubelet_http_requests_total" + labels + " 1",
                        "kubelet_http_requests_duration_seconds_count" + labels + " 1");
    }

    private static String page(RequestMetrics metrics) {
        StringBuilder out = new StringBuilder();
        metrics.write(out);
        return out.toString();
    }
}
