package io.k8j.e2e.replay;

import java.util.ArrayList;
import java.util.List;

/** Names the lines in which two texts differ, by their longest common subsequence. Pure. */
final class LineDiff {
    private LineDiff() {}

    /** Lines that are only in the first text, with {@code -} before them, and only in the second, with {@code +}. */
    static List<String> between(List<String> expected, List<String> actual) {
        int[][] common = new int[expected.size() + 1][actual.size() + 1];
        for (int i = expected.size() - 1; i >= 0; i--) {
            for (int j = actual.size() - 1; j >= 0; j--) {
                common[i][j] = expected.get(i).equals(actual.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        var lines = new ArrayList<String>();
        int i = 0;
        int j = 0;
        while (i < expected.size() || j < actual.size()) {
            if (i < expected.size() && j < actual.size() && expected.get(i).equals(actual.get(j))) {
                i++;
                j++;
            } else if (j >= actual.size() || (i < expected.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("-" + expected.get(i++));
            } else {
                lines.add("+" + actual.get(j++));
            }
        }
        return lines;
    }
}
