package io.k8j.controllers.job;

import java.util.SortedSet;
import java.util.TreeSet;

/** Sets of completion indexes in the text form of the status: {@code 1,3-5,7}. */
final class Indexes {
    private Indexes() {}

    /** Parts that cannot be read, or lie at or beyond the limit, are left out. */
    static SortedSet<Integer> parse(String text, int limit) {
        SortedSet<Integer> indexes = new TreeSet<>();
        if (text == null || text.isEmpty()) {
            return indexes;
        }
        for (String part : text.split(",")) {
            String[] ends = part.split("-", 2);
            try {
                int first = Integer.parseInt(ends[0]);
                int last = Math.min(limit - 1, Integer.parseInt(ends[ends.length - 1]));
                for (int i = first; i <= last; i++) {
                    indexes.add(i);
                }
            } catch (NumberFormatException e) {
                // written by something else
            }
        }
        return indexes;
    }

    static String text(SortedSet<Integer> indexes) {
        StringBuilder text = new StringBuilder();
        Integer first = null;
        Integer last = null;
        for (Integer index : indexes) {
            if (last != null && index == last + 1) {
                last = index;
                continue;
            }
            append(text, first, last);
            first = index;
            last = index;
        }
        append(text, first, last);
        return text.toString();
    }

    private static void append(StringBuilder text, Integer first, Integer last) {
        if (first == null) {
            return;
        }
        if (!text.isEmpty()) {
            text.append(',');
        }
        text.append(first);
        if (!first.equals(last)) {
            text.append(last == first + 1 ? ',' : '-').append(last);
        }
    }
}
