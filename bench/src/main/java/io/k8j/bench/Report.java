package io.k8j.bench;

import io.k8j.model.json.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** Collects figures and prints them as a table or as JSON. */
public final class Report {
    /** How it is printed. */
    enum Output {
        TABLE,
        JSON
    }

    private final String mode;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    public Report(String mode) {
        this.mode = mode;
    }

    /** A line that is only a name and some figures. */
    public Map<String, Object> row(String name) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        rows.add(row);
        return row;
    }

    /** A line for what came to no figures. */
    public void failure(String name, String why) {
        Map<String, Object> row = row(name);
        row.put("failed", 1L);
        row.put("firstFailure", why);
    }

    /** The newest line. */
    Map<String, Object> last() {
        return rows.getLast();
    }

    /** The line of one run of requests. */
    void outcome(String name, LoadGenerator.Outcome outcome, OptionalLong cpuBefore, OptionalLong cpuAfter) {
        Map<String, Object> row = row(name);
        row.put("operations", outcome.done());
        row.put("perSecond", rounded(outcome.perSecond()));
        latencies(row, outcome.latencies());
        if (cpuBefore.isPresent() && cpuAfter.isPresent() && outcome.done() > 0) {
            row.put(
                    "serverMicrosPerOperation",
                    rounded((cpuAfter.getAsLong() - cpuBefore.getAsLong()) / 1000.0 / outcome.done()));
        }
        if (outcome.failed() > 0) {
            row.put("failed", outcome.failed());
            row.put("firstFailure", outcome.firstFailure());
        }
    }

    static void latencies(Map<String, Object> row, Latencies latencies) {
        row.put("p50Millis", rounded(latencies.percentile(0.5)));
        row.put("p90Millis", rounded(latencies.percentile(0.9)));
        row.put("p99Millis", rounded(latencies.percentile(0.99)));
        row.put("maxMillis", rounded(latencies.largestMillis()));
    }

    public static double rounded(double value) {
        double scale = Math.abs(value) < 10 ? 1000 : Math.abs(value) < 1000 ? 10 : 1;
        return Math.round(value * scale) / scale;
    }

    void print(Output output, PrintStream out) {
        if (output == Output.JSON) {
            out.println(Json.writeString(Map.of("mode", mode, "results", rows)));
            return;
        }
        List<String> columns = new ArrayList<>();
        rows.forEach(row ->
                row.keySet().stream().filter(key -> !columns.contains(key)).forEach(columns::add));
        columns.remove("firstFailure");
        int[] widths = columns.stream()
                .mapToInt(column -> Math.max(
                        heading(column).length(),
                        rows.stream()
                                .mapToInt(row -> text(row.get(column)).length())
                                .max()
                                .orElse(0)))
                .toArray();
        line(out, columns.stream().map(Report::heading).toList(), widths);
        rows.forEach(row ->
                line(out, columns.stream().map(column -> text(row.get(column))).toList(), widths));
        rows.stream()
                .filter(row -> row.containsKey("firstFailure"))
                .forEach(row -> out.println(row.get("name") + ": first failure: " + row.get("firstFailure")));
    }

    private static void line(PrintStream out, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String format = i == 0 ? "%-" + widths[i] + "s" : "   %" + widths[i] + "s";
            line.append(format.formatted(cells.get(i)));
        }
        out.println(line.toString().stripTrailing());
    }

    private static String heading(String column) {
        return column.replaceAll("([A-Z0-9]+)", " $1")
                .toUpperCase(Locale.ROOT)
                .replace("P 50", "P50")
                .replace("P 90", "P90")
                .replace("P 99", "P99")
                .replace("MILLIS", "MS")
                .replace("MICROS", "µS");
    }

    private static String text(Object value) {
        if (value instanceof Double number) {
            return number >= 1000 || number == Math.rint(number)
                    ? String.format(Locale.ROOT, "%,.0f", number)
                    : String.format(Locale.ROOT, "%s", number);
        }
        return value instanceof Long number
                ? String.format(Locale.ROOT, "%,d", number)
                : value == null ? "-" : value.toString();
    }
}
