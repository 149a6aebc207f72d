package io.k8j.model.metrics;

import java.math.BigDecimal;
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

    /** A number as Go writes it: {@code 1e+06}, {@code 0.25}, {@code 9.5e-05}. */
    public static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e6) return Long.toString((long) value);
        if (Double.isNaN(value)) return "NaN";
        if (Double.isInfinite(value)) return value > 0 ? "+Inf" : "-Inf";
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= -4 && exponent < 6) return exact.toPlainString();
        String digits = exact.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        int size = Math.abs(exponent);
        return (value < 0 ? "-" : "") + mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
