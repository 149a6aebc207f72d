package io.k8j.apiserver.validation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares texts line by line as Python's difflib does, which upstream's messages use in its Go form: the longest block
 * both have in common, then the same left and right of it. Lines that make up more than a hundredth of a long text begin
 * no block.
 */
final class UnifiedDiff {
    private static final int CONTEXT = 3;
    private static final int LONG = 200;
    private static final long MOST_STEPS = 20_000_000;

    /** Lines {@code a..} equal lines {@code b..}. */
    private record Block(int a, int b, int size) {}

    /** Lines {@code aFrom} to {@code aTo} become lines {@code bFrom} to {@code bTo}. */
    private record Change(boolean equal, int aFrom, int aTo, int bFrom, int bTo) {}

    private final List<String> a;
    private final List<String> b;
    private final Map<String, List<Integer>> places = new HashMap<>();
    private long steps; // keeps hostile texts from costing minutes

    private UnifiedDiff(List<String> a, List<String> b) {
        this.a = a;
        this.b = b;
        for (int i = 0; i < b.size(); i++) {
            places.computeIfAbsent(b.get(i), line -> new ArrayList<>()).add(i);
        }
        if (b.size() >= LONG) places.values().removeIf(lines -> lines.size() > b.size() / 100 + 1);
    }

    /** Hunks with three lines around each change; empty if nothing differs. Every line of it ends with a line feed. */
    static String of(List<String> a, List<String> b) {
        UnifiedDiff diff = new UnifiedDiff(a, b);
        StringBuilder out = new StringBuilder();
        for (List<Change> hunk : diff.hunks(diff.changes())) diff.write(out, hunk);
        return out.toString();
    }

    private List<Block> blocks() {
        List<Block> found = new ArrayList<>();
        collect(0, a.size(), 0, b.size(), found);
        found.add(new Block(a.size(), b.size(), 0));
        return found;
    }

    private void collect(int aFrom, int aTo, int bFrom, int bTo, List<Block> found) {
        // A loop for the right side, so that many blocks do not mean deep recursion.
        List<Block> rightFirst = new ArrayList<>();
        record Range(int aFrom, int aTo, int bFrom, int bTo) {}
        List<Range> open = new ArrayList<>(List.of(new Range(aFrom, aTo, bFrom, bTo)));
        while (!open.isEmpty()) {
            Range range = open.removeLast();
            Block block = longest(range.aFrom, range.aTo, range.bFrom, range.bTo);
            if (block.size == 0) continue;
            rightFirst.add(block);
            int aEnd = block.a + block.size;
            int bEnd = block.b + block.size;
            if (range.aFrom < block.a && range.bFrom < block.b) {
                open.add(new Range(range.aFrom, block.a, range.bFrom, block.b));
            }
            if (aEnd < range.aTo && bEnd < range.bTo) open.add(new Range(aEnd, range.aTo, bEnd, range.bTo));
        }
        rightFirst.sort((x, y) -> Integer.compare(x.a, y.a));
        found.addAll(rightFirst);
    }

    private Block longest(int aFrom, int aTo, int bFrom, int bTo) {
        int bestA = aFrom;
        int bestB = bFrom;
        int size = 0;
        Map<Integer, Integer> lengths = Map.of();
        for (int i = aFrom; i < aTo && steps < MOST_STEPS; i++) {
            Map<Integer, Integer> next = new HashMap<>();
            for (int j : places.getOrDefault(a.get(i), List.of())) {
                steps++;
                if (j < bFrom) continue;
                if (j >= bTo) break;
                int length = lengths.getOrDefault(j - 1, 0) + 1;
                next.put(j, length);
                if (length > size) {
                    bestA = i - length + 1;
                    bestB = j - length + 1;
                    size = length;
                }
            }
            lengths = next;
        }
        while (bestA > aFrom && bestB > bFrom && a.get(bestA - 1).equals(b.get(bestB - 1))) {
            bestA--;
            bestB--;
            size++;
        }
        while (bestA + size < aTo && bestB + size < bTo && a.get(bestA + size).equals(b.get(bestB + size))) size++;
        return new Block(bestA, bestB, size);
    }

    private List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        int i = 0;
        int j = 0;
        for (Block block : blocks()) {
            if (i < block.a || j < block.b) changes.add(new Change(false, i, block.a, j, block.b));
            i = block.a + block.size;
            j = block.b + block.size;
            if (block.size > 0) changes.add(new Change(true, block.a, i, block.b, j));
        }
        return changes;
    }

    private List<List<Change>> hunks(List<Change> changes) {
        List<List<Change>> hunks = new ArrayList<>();
        List<Change> hunk = new ArrayList<>();
        for (Change c : changes) {
            if (!c.equal) {
                hunk.add(c);
                continue;
            }
            int size = c.aTo - c.aFrom;
            int lead = Math.min(CONTEXT, size);
            if (hunk.isEmpty()) {
                hunk.add(new Change(true, c.aTo - lead, c.aTo, c.bTo - lead, c.bTo));
            } else if (size > 2 * CONTEXT) {
                hunk.add(new Change(true, c.aFrom, c.aFrom + CONTEXT, c.bFrom, c.bFrom + CONTEXT));
                hunks.add(hunk);
                hunk = new ArrayList<>();
                hunk.add(new Change(true, c.aTo - lead, c.aTo, c.bTo - lead, c.bTo));
            } else {
                hunk.add(c);
            }
        }
        if (hunk.stream().anyMatch(c -> !c.equal)) {
            Change last = hunk.getLast();
            if (last.equal && last.aTo - last.aFrom > CONTEXT) {
                hunk.removeLast();
                hunk.add(new Change(true, last.aFrom, last.aFrom + CONTEXT, last.bFrom, last.bFrom + CONTEXT));
            }
            hunks.add(hunk);
        }
        return hunks;
    }

    private void write(StringBuilder out, List<Change> hunk) {
        Change first = hunk.getFirst();
        Change last = hunk.getLast();
        out.append("@@ -").append(range(first.aFrom, last.aTo));
        out.append(" +").append(range(first.bFrom, last.bTo)).append(" @@\n");
        for (Change c : hunk) {
            if (c.equal) {
                for (int i = c.aFrom; i < c.aTo; i++)
                    out.append(' ').append(a.get(i)).append('\n');
                continue;
            }
            for (int i = c.aFrom; i < c.aTo; i++)
                out.append('-').append(a.get(i)).append('\n');
            for (int j = c.bFrom; j < c.bTo; j++)
                out.append('+').append(b.get(j)).append('\n');
        }
    }

    private static String range(int from, int to) {
        int length = to - from;
        if (length == 1) return String.valueOf(from + 1);
        return (length == 0 ? from : from + 1) + "," + length;
    }
}
