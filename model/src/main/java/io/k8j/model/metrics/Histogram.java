package io.k8j.model.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Counts observations by upper bounds, as Prometheus does. Safe for all threads; cheap under contention. */
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** @param bounds rising; shared, not copied */
    public Histogram(double[] bounds) {
        this.bounds = bounds;
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) counts[i] = new LongAdder();
    }

    /** {@code count} bounds, each {@code factor} times the one before, as Prometheus' client makes them. */
    public static double[] exponential(double first, double factor, int count) {
        double[] bounds = new double[count];
        double bound = first;
        for (int i = 0; i < count; i++, bound *= factor) bounds[i] = bound;
        return bounds;
    }

    public void observe(double value) {
        int at = 0;
        while (at < bounds.length && value > bounds[at]) at++;
        counts[at].increment();
        sum.add(value);
    }

    /** Appends the samples; {@code labels} without braces, empty for none. */
    void write(StringBuilder out, String name, String labels) {
        String comma = labels.isEmpty() ? "" : ",";
        long total = 0;
        for (int i = 0; i <= bounds.length; i++) {
            total += counts[i].sum();
            String bound = i == bounds.length ? "+Inf" : MetricText.number(bounds[i]);
            out.append(name).append("_bucket{").append(labels).append(comma);
            out.append("le=\"").append(bound).append("\"} ").append(total).append('\n');
        }
        String braces = labels.isEmpty() ? "" : "{" + labels + "}";
        out.append(name)
                .append("_sum")
                .append(braces)
                .append(' ')
                .append(MetricText.number(sum.sum()))
                .append('\n');
        out.append(name)
                .append("_count")
                .append(braces)
                .append(' ')
                .append(total)
                .append('\n');
    }
}
