package io.k8j.e2e.kubectl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table as kubectl prints it: columns are three or more blanks apart and begin where their title begins.
 *
 * @param columns the titles in order
 * @param rows    one map from title to cell per line, without blanks at the cells' ends
 */
public record PrintedTable(List<String> columns, List<Map<String, String>> rows) {
    private static final Pattern TITLE = Pattern.compile("\\S+( \\S+)*");

    /** Reads the first table of a text; it ends at an empty line. */
    public static PrintedTable parse(String text) {
        List<String> lines = text.lines().takeWhile(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return new PrintedTable(List.of(), List.of());
        }
        var titles = new ArrayList<String>();
        var starts = new ArrayList<Integer>();
        for (Matcher title = TITLE.matcher(lines.getFirst()); title.find(); ) {
            titles.add(title.group());
            starts.add(title.start());
        }
        var rows = new ArrayList<Map<String, String>>();
        for (String line : lines.subList(1, lines.size())) {
            var row = new LinkedHashMap<String, String>();
            for (int i = 0; i < titles.size(); i++) {
                int end = i + 1 < titles.size() ? Math.min(starts.get(i + 1), line.length()) : line.length();
                row.put(
                        titles.get(i),
                        starts.get(i) >= end
                                ? ""
                                : line.substring(starts.get(i), end).strip());
            }
            rows.add(row);
        }
        return new PrintedTable(List.copyOf(titles), List.copyOf(rows));
    }

    /** The only row with this value in its first column. */
    public Map<String, String> row(String name) {
        return rows.stream()
                .filter(row -> row.get(columns.getFirst()).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row '" + name + "' in " + rows));
    }

    /** The cells of one column, top to bottom. */
    public List<String> column(String title) {
        return rows.stream().map(row -> row.get(title)).toList();
    }
}
