package io.k8j.apiserver.crd;

import io.k8j.model.metrics.MetricFamily;

/**
 * {@code apiserver_cel_*}: how long rules of custom resources take, a place of a schema or of an object at a time. Counts
 * for the whole process, as upstream's does. Safe for all threads.
 */
public final class RuleMetrics {
    private static final double[] SECONDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private static final MetricFamily COMPILATION = MetricFamily.histogram(
                    "apiserver_cel_compilation_duration_seconds", "BETA", "CEL compilation time in seconds.", SECONDS)
            .init();
    private static final MetricFamily EVALUATION = MetricFamily.histogram(
                    "apiserver_cel_evaluation_duration_seconds", "BETA", "CEL evaluation time in seconds.", SECONDS)
            .init();

    private RuleMetrics() {}

    /** @param begin by {@link System#nanoTime}, likewise below */
    static void compiled(long begin) {
        COMPILATION.observe((System.nanoTime() - begin) / 1e9);
    }

    static void evaluated(long begin) {
        EVALUATION.observe((System.nanoTime() - begin) / 1e9);
    }

    /** Appends the metrics in Prometheus' text format. */
    public static void write(StringBuilder out) {
        COMPILATION.write(out);
        EVALUATION.write(out);
    }
}
