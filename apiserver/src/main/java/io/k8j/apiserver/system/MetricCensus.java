package io.k8j.apiserver.system;

import io.k8j.model.metrics.MetricText;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the metrics of a page themselves, by the level that their help begins with. */
final class MetricCensus {
    private static final Pattern LEVEL = Pattern.compile("^# HELP \\S+ \\[(ALPHA|BETA|STABLE)]", Pattern.MULTILINE);

    private MetricCensus() {}

    /** Appends the counts to the page; none is ever hidden or switched off here. */
    static void write(StringBuilder page) {
        TreeMap<String, Number> levels = new TreeMap<>();
        Matcher matcher = LEVEL.matcher(page);
        while (matcher.find()) {
            levels.merge(
                    "deprecated_version=\"\",stability_level=\"" + matcher.group(1) + "\"",
                    1,
                    (a, b) -> a.intValue() + b.intValue());
        }
        MetricText.single(page, "disabled_metrics_total", "BETA", "The count of disabled metrics.", "counter", 0);
        MetricText.single(page, "hidden_metrics_total", "BETA", "The count of hidden metrics.", "counter", 0);
        MetricText.family(
                page,
                "registered_metrics_total",
                "BETA",
                "The count of registered metrics broken by stability level and deprecation version.",
                "counter",
                levels);
    }
}
