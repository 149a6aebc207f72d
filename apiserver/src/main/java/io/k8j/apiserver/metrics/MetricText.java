package io.k8j.apiserver.metrics;

import java.util.Map;
import java.util.TreeMap;

/** Writes metrics in Prometheus' text format. */
public final class MetricText {
    private MetricText() {}

    /** A counter or gauge by its labels, which come without braces and sorted; nothing if there are none. */
    public static void family(
            StringBuilder out,
            String name,
            String stability,
            String help,
            String type,
            Map<String, ? extends Number> samples) {
        if (samples.isEmpty()) return;
        head(out, name, stability, help, type);
        new TreeMap<>(samples).forEach((labels, value) -> sample(out, name, labels, value.doubleValue()));
    }

    /** A counter or gauge without labels. */
    public static void single(
            StringBuilder out, String name, String stability, String help, String type, double value) {
        head(out, name, stability, help, type);
        sample(out, name, "", value);
    }

    /** Histograms by their labels; nothing if there are none. */
    public static void histograms(
            StringBuilder out, String name, String stability, String help, Map<String, Histogram> samples) {
        if (samples.isEmpty()) return;
        head(out, name, stability, help, "histogram");
        new TreeMap<>(samples).forEach((labels, histogram) -> histogram.write(out, name, labels));
    }

    private static void head(StringBuilder out, String name, String stability, String help, String type) {
        out.append("# HELP ").append(name).append(' ');
        if (!stability.isEmpty()) out.append('[').append(stability).append("] ");
        out.append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder out, String name, String labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) out.append('{').append(labels).append('}');
        out.append(' ').append(number(value)).append('\n');
    }

    /** A label for the text format, its value escaped. */
    public static String label(String name, String value) {
        return name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
