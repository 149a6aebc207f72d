package io.k8j.kubelet.probes;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.model.metrics.MetricFamily;

/** {@code prober_*}: results of all probes of a node, as long as their containers are observed. Safe for all threads. */
public final class ProbeMetrics {
    private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private final MetricFamily results = MetricFamily.counter(
            "prober_probe_total",
            "BETA",
            "Cumulative number of a liveness, readiness or startup probe for a container by result.",
            "probe_type",
            "result",
            "container",
            "pod",
            "namespace",
            "pod_uid");
    private final MetricFamily seconds = MetricFamily.histogram(
            "prober_probe_duration_seconds",
            "ALPHA",
            "Duration in seconds for a probe response.",
            SECONDS,
            "probe_type",
            "container",
            "pod",
            "namespace");

    /** Counts one probe of one container. */
    final class Counter {
        private final String type;
        private final String container;
        private final Pod pod;

        private Counter(String type, String container, Pod pod) {
            this.type = type;
            this.container = container;
            this.pod = pod;
        }

        void count(ProbeResult.Kind kind, long nanos) {
            results.count(labels(word(kind)));
            if (kind == ProbeResult.Kind.SUCCESS) {
                seconds.observe(
                        nanos / 1e9, type, container, name(), pod.getMetadata().getNamespace());
            }
        }

        private String[] labels(String result) {
            return new String[] {
                type,
                result,
                container,
                name(),
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getUid()
            };
        }

        private String name() {
            return pod.getMetadata().getName();
        }

        /** Forgets what was counted, since nobody observes the container any more. */
        void forget() {
            for (ProbeResult.Kind kind : ProbeResult.Kind.values()) results.remove(labels(word(kind)));
            seconds.remove(type, container, name(), pod.getMetadata().getNamespace());
        }
    }

    Counter of(Probes.Type type, String container, Pod pod) {
        return new Counter(type.word(), container, pod);
    }

    private static String word(ProbeResult.Kind kind) {
        return switch (kind) {
            case SUCCESS -> "successful";
            case ERROR -> "unknown";
            default -> "failed";
        };
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        results.write(out);
        seconds.write(out);
    }
}
