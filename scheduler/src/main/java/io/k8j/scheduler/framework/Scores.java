package io.k8j.scheduler.framework;

/** Brings scores to 0 to 100. */
public final class Scores {
    private Scores() {}

    /** In proportion to the highest; if all are 0, all get 0, or 100 when reversed. */
    public static void normalize(long[] scores, int count, boolean reverse) {
        long most = 0;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, scores[i]);
        }
        for (int i = 0; i < count; i++) {
            long score = most == 0 ? 0 : Plugin.Score.MAX * scores[i] / most;
            scores[i] = reverse ? Plugin.Score.MAX - score : score;
        }
    }
}
