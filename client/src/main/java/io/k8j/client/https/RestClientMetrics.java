package io.k8j.client.https;

import io.k8j.model.metrics.MetricFamily;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** {@code rest_client_*}: what a client over HTTPS asked and was answered. Safe for all threads. */
final class RestClientMetrics {
    private static final double[] SECONDS = {0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};
    private static final double[] BYTES = {64, 256, 512, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216};

    private final MetricFamily seconds = MetricFamily.histogram(
            "rest_client_request_duration_seconds",
            "ALPHA",
            "Request latency in seconds. Broken down by verb, and host.",
            SECONDS,
            "verb",
            "host");
    private final MetricFamily sent = MetricFamily.histogram(
            "rest_client_request_size_bytes",
            "ALPHA",
            "Request size in bytes. Broken down by verb and host.",
            BYTES,
            "verb",
            "host");
    private final MetricFamily received = MetricFamily.histogram(
            "rest_client_response_size_bytes",
            "ALPHA",
            "Response size in bytes. Broken down by verb and host.",
            BYTES,
            "verb",
            "host");
    private final MetricFamily results = MetricFamily.counter(
            "rest_client_requests_total",
            "ALPHA",
            "Number of HTTP requests, partitioned by status code, method, and host.",
            "code",
            "method",
            "host");
    private final List<MetricFamily> all = List.of(seconds, sent, received, results);

    void answered(HttpRequest request, HttpResponse<?> response, long nanos) {
        note(request, Integer.toString(response.statusCode()), nanos);
        if (response.body() instanceof byte[] body) received.observe(body.length, request.method(), host(request));
    }

    /** No answer came; upstream has this word in place of a code. */
    void failed(HttpRequest request, long nanos) {
        note(request, "<error>", nanos);
    }

    private void note(HttpRequest request, String code, long nanos) {
        String host = host(request);
        results.count(code, request.method(), host);
        seconds.observe(nanos / 1e9, request.method(), host);
        request.bodyPublisher()
                .filter(body -> body.contentLength() >= 0)
                .ifPresent(body -> sent.observe(body.contentLength(), request.method(), host));
    }

    private static String host(HttpRequest request) {
        return request.uri().getAuthority();
    }

    void write(StringBuilder out) {
        all.forEach(family -> family.write(out));
    }
}
