package io.k8j.model.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.IntStream;

/**
 * One metric with labels. Safe for all threads. It is the caller's to see that labels have few values.
 *
 * <p>Series come to be when they are first used, as with Prometheus' client; {@link #init} makes one at zero.
 */
public final class MetricFamily {
    private final String name;
    private final String stability;
    private final String help;
    private final String type;
    private final List<String> labels;
    private final int[] order;
    private final double[] bounds; // null unless it is a histogram
    private final Map<List<String>, DoubleAdder> values = new ConcurrentHashMap<>();
    private final Map<List<String>, Histogram> histograms = new ConcurrentHashMap<>();

    private MetricFamily(
            String name, String stability, String help, String type, double[] bounds, List<String> labels) {
        this.name = name;
        this.stability = stability;
        this.help = help;
        this.type = type;
        this.bounds = bounds;
        this.labels = labels;
        this.order = IntStream.range(0, labels.size())
                .boxed()
                .sorted(Comparator.comparing(labels::get))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** @param stability {@code ALPHA}, {@code BETA} or {@code STABLE} */
    public static MetricFamily counter(String name, String stability, String help, String... labels) {
        return new MetricFamily(name, stability, help, "counter", null, List.of(labels));
    }

    public static MetricFamily gauge(String name, String stability, String help, String... labels) {
        return new MetricFamily(name, stability, help, "gauge", null, List.of(labels));
    }

    /** @param bounds rising */
    public static MetricFamily histogram(
            String name, String stability, String help, double[] bounds, String... labels) {
        return new MetricFamily(name, stability, help, "histogram", bounds, List.of(labels));
    }

    /** Counts one; values of labels in the order in which the labels were named. */
    public void count(String... of) {
        add(1, of);
    }

    /** Adds to a counter or gauge. */
    public void add(double amount, String... of) {
        value(of).add(amount);
    }

    /** Sets a gauge. */
    public void set(double amount, String... of) {
        DoubleAdder fresh = new DoubleAdder();
        fresh.add(amount);
        values.put(List.of(of), fresh);
    }

    /** Takes a series away, whose labels name something that is gone. */
    public void remove(String... of) {
        values.remove(List.of(of));
        histograms.remove(List.of(of));
    }

    /** Makes the series, at zero, or empty. */
    public MetricFamily init(String... of) {
        if (bounds == null) value(of);
        else observed(of);
        return this;
    }

    /** Adds an observation to a histogram. */
    public void observe(double amount, String... of) {
        observed(of).observe(amount);
    }

    private DoubleAdder value(String[] of) {
        return values.computeIfAbsent(List.of(of), key -> new DoubleAdder());
    }

    private Histogram observed(String[] of) {
        return histograms.computeIfAbsent(List.of(of), key -> new Histogram(bounds));
    }

    /** Appends it in Prometheus' text format; nothing if there is no series. */
    public void write(StringBuilder out) {
        if (bounds == null) {
            TreeMap<String, Number> samples = new TreeMap<>();
            values.forEach((of, value) -> samples.put(text(of), value.sum()));
            MetricText.family(out, name, stability, help, type, samples);
        } else {
            TreeMap<String, Histogram> samples = new TreeMap<>();
            histograms.forEach((of, histogram) -> samples.put(text(of), histogram));
            MetricText.histograms(out, name, stability, help, samples);
        }
    }

    private String text(List<String> of) {
        StringBuilder text = new StringBuilder();
        for (int i : order) {
            if (!text.isEmpty()) text.append(',');
            text.append(MetricText.label(labels.get(i), of.get(i)));
        }
        return text.toString();
    }
}
