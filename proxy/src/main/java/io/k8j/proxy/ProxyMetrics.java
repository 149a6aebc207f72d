package io.k8j.proxy;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricFamily;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** {@code kubeproxy_*}: what a proxier does, under upstream's names. Safe for all threads. */
final class ProxyMetrics {
    private static final String FAMILY = "ip_family";

    private final MetricFamily seconds = MetricFamily.histogram(
            "kubeproxy_sync_proxy_rules_duration_seconds",
            "ALPHA",
            "SyncProxyRules latency in seconds",
            Histogram.exponential(0.001, 2, 15),
            FAMILY);
    private final MetricFamily last = MetricFamily.gauge(
            "kubeproxy_sync_proxy_rules_last_timestamp_seconds",
            "ALPHA",
            "The last time proxy rules were successfully synced",
            FAMILY);
    private final MetricFamily failures = MetricFamily.counter(
            "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
            "ALPHA",
            "Cumulative proxy nftables sync failures",
            FAMILY);
    private final MetricFamily endpointChanges = MetricFamily.counter(
                    "kubeproxy_sync_proxy_rules_endpoint_changes_total",
                    "ALPHA",
                    "Cumulative proxy rules Endpoint changes")
            .init();
    private final MetricFamily serviceChanges = MetricFamily.counter(
                    "kubeproxy_sync_proxy_rules_service_changes_total",
                    "ALPHA",
                    "Cumulative proxy rules Service changes")
            .init();
    private final MetricFamily endpointsPending = MetricFamily.gauge(
            "kubeproxy_sync_proxy_rules_endpoint_changes_pending", "ALPHA", "Pending proxy rules Endpoint changes");
    private final MetricFamily servicesPending = MetricFamily.gauge(
            "kubeproxy_sync_proxy_rules_service_changes_pending", "ALPHA", "Pending proxy rules Service changes");
    private final Set<Object> endpoints = ConcurrentHashMap.newKeySet();
    private final Set<Object> services = ConcurrentHashMap.newKeySet();

    /** A Service was changed; it is pending until {@link #taken}. */
    void serviceChanged(Object key) {
        serviceChanges.count();
        services.add(key);
    }

    /** The endpoints of a Service were changed. */
    void endpointsChanged(Object key) {
        endpointChanges.count();
        endpoints.add(key);
    }

    /** The changes of a Service and its endpoints so far are going into the rules. */
    void taken(Object key) {
        services.remove(key);
        endpoints.remove(key);
    }

    /** @param nowSeconds since 1970 */
    void synced(Family family, boolean ok, long nanos, double nowSeconds) {
        String name = family.addressType;
        seconds.observe(nanos / 1e9, name);
        if (ok) last.set(nowSeconds, name);
        else failures.count(name);
    }

    /** Appends the metrics in Prometheus' text format. */
    void write(StringBuilder out) {
        endpointsPending.set(endpoints.size());
        servicesPending.set(services.size());
        for (MetricFamily family :
                List.of(seconds, endpointsPending, endpointChanges, last, failures, servicesPending, serviceChanges)) {
            family.write(out);
        }
    }
}
