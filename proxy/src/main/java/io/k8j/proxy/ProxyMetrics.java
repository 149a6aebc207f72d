package io.k8j.proxy;

import io.k8j.model.metrics.Histogram;
import io.k8j.model.metrics.MetricFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.DoubleStream;

/** {@code kubeproxy_*}: what a proxier does, under upstream's names. Safe for all threads. */
final class ProxyMetrics {
    private static final String FAMILY = "ip_family";

    private final MetricFamily seconds = MetricFamily.histogram(
            "kubeproxy_sync_proxy_rules_duration_seconds",
            "ALPHA",
            "SyncProxyRules latency in seconds",
            Histogram.exponential(0.001, 2, 15),
            FAMILY);
    private final MetricFamily programming = MetricFamily.histogram(
            "kubeproxy_network_programming_duration_seconds",
            "ALPHA",
            "In Cluster Network Programming Latency in seconds",
            programmingBounds(),
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
    private final Instant begin;
    private final Map<Object, List<Trigger>> triggers = new HashMap<>(); // guarded by itself; by Service
    private final List<Trigger> underWay = new ArrayList<>(); // the proxier's thread only
    private final Set<Object> endpoints = ConcurrentHashMap.newKeySet();
    private final Set<Object> services = ConcurrentHashMap.newKeySet();

    /** What a change of endpoints goes back to. */
    private record Trigger(String family, Instant at) {}

    /** @param begin changes of before are not measured: others have brought them about */
    ProxyMetrics(Instant begin) {
        this.begin = begin;
    }

    private static double[] programmingBounds() {
        DoubleStream.Builder bounds = DoubleStream.builder().add(0).add(0.25).add(0.5);
        for (int i = 1; i < 60; i++) bounds.add(i);
        for (int i = 60; i < 120; i += 5) bounds.add(i);
        for (int i = 120; i <= 300; i += 30) bounds.add(i);
        return bounds.build().toArray();
    }

    /** A Service was changed; it is pending until {@link #taken}. */
    void serviceChanged(Object key) {
        serviceChanges.count();
        services.add(key);
    }

    /**
     * Endpoints of a Service were added or changed.
     *
     * @param trigger when what they follow from has happened; null if they do not tell
     */
    void endpointsChanged(Object key, String family, Instant trigger) {
        endpointChanges.count();
        endpoints.add(key);
        if (trigger == null || !trigger.isAfter(begin)) return;
        synchronized (triggers) {
            triggers.computeIfAbsent(key, service -> new ArrayList<>()).add(new Trigger(family, trigger));
        }
    }

    /** Endpoints of a Service are gone; nobody has written down why. */
    void endpointsGone(Object key) {
        endpointChanges.count();
        endpoints.add(key);
        synchronized (triggers) {
            triggers.remove(key);
        }
    }

    /** The changes of a Service and its endpoints so far are going into the rules. */
    void taken(Object key) {
        services.remove(key);
        endpoints.remove(key);
        synchronized (triggers) {
            List<Trigger> of = triggers.remove(key);
            if (of != null) underWay.addAll(of);
        }
    }

    /** @param nowSeconds since 1970 */
    void synced(Family family, boolean ok, long nanos, double nowSeconds) {
        String name = family.addressType;
        seconds.observe(nanos / 1e9, name);
        if (!ok) {
            failures.count(name);
            return;
        }
        last.set(nowSeconds, name);
        underWay.removeIf(trigger -> {
            boolean mine = trigger.family().equals(name);
            if (mine) programming.observe(nowSeconds - trigger.at().toEpochMilli() / 1e3, name);
            return mine;
        });
    }

    /** All that was taken is in the rules; what is left is of a family that nobody writes rules for. */
    void roundOver() {
        underWay.clear();
    }

    /** Appends the metrics in Prometheus' text format. */
    void write(StringBuilder out) {
        endpointsPending.set(endpoints.size());
        servicesPending.set(services.size());
        for (MetricFamily family : List.of(
                programming,
                seconds,
                endpointsPending,
                endpointChanges,
                last,
                failures,
                servicesPending,
                serviceChanges)) {
            family.write(out);
        }
    }
}
