package io.k8j.kubelet.server;

import io.k8j.model.metrics.MetricFamily;
import java.util.Set;

/** {@code kubelet_http_*}: requests of the agent's own API. Safe for all threads. */
final class RequestMetrics {
    private static final double[] USUAL = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
    private static final String[] LABELS = {"method", "path", "server_type", "long_running"};
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "OPTIONS");
    private static final Set<String> PATHS = Set.of(
            "attach",
            "checkpoint",
            "configz",
            "containerLogs",
            "exec",
            "healthz",
            "logs",
            "metrics",
            "metrics/cadvisor",
            "metrics/probes",
            "metrics/resource",
            "pods",
            "portForward",
            "run",
            "runningpods",
            "stats");
    private static final Set<String> LONG = Set.of("exec", "attach");

    private final MetricFamily total = MetricFamily.counter(
            "kubelet_http_requests_total",
            "ALPHA",
            "Number of the http requests received since the server started",
            LABELS);
    private final MetricFamily seconds = MetricFamily.histogram(
            "kubelet_http_requests_duration_seconds",
            "ALPHA",
            "Duration in seconds to serve http requests",
            USUAL,
            LABELS);
    private final MetricFamily inFlight = MetricFamily.gauge(
            "kubelet_http_inflight_requests", "ALPHA", "Number of the inflight http requests", LABELS);

    /** A request begins; what comes back is run at its end. */
    Runnable begin(String method, String path) {
        String bucket = bucket(path);
        String[] labels = {
            METHODS.contains(method) ? method : "other", bucket, "readwrite", String.valueOf(LONG.contains(bucket))
        };
        long begin = System.nanoTime();
        total.count(labels);
        inFlight.add(1, labels);
        return () -> {
            inFlight.add(-1, labels);
            seconds.observe((System.nanoTime() - begin) / 1e9, labels);
        };
    }

    /** The first part of a path, of those below {@code /metrics} the first two; {@code other} if it is not known. */
    static String bucket(String path) {
        String[] parts = path.substring(Math.min(1, path.length())).split("/", 3);
        String root = parts[0].equals("metrics") && parts.length > 1 ? parts[0] + "/" + parts[1] : parts[0];
        return PATHS.contains(root) ? root : "other";
    }

    void write(StringBuilder out) {
        inFlight.write(out);
        seconds.write(out);
        total.write(out);
    }
}
