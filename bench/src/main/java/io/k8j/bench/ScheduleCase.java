package io.k8j.bench;

import java.util.Map;
import java.util.function.BiFunction;

/**
 * One workload of upstream's scheduler_perf.
 *
 * @param name on the command line
 * @param says what it is about, in a few words
 * @param zones over which nodes are spread
 * @param nodes how many upstream's large variant has
 * @param first Pods that are there before, in that variant
 * @param measured Pods whose scheduling is timed, in that variant
 * @param threshold Pods a second that upstream asks of its own scheduler; 0 if it asks for nothing
 * @param before what the first Pods look like
 * @param pod what the measured Pods look like
 * @param fits whether the first Pods get nodes and are waited for
 * @param extra what else there is
 */
record ScheduleCase(
        String name,
        String says,
        int zones,
        int nodes,
        int first,
        int measured,
        int threshold,
        Shape before,
        Shape pod,
        boolean fits,
        Extra extra) {
    /** Makes Pod number n; the names of nodes are known by number. */
    interface Shape extends BiFunction<Integer, BenchNodes, Map<String, Object>> {}

    /** Objects beside nodes and Pods. */
    enum Extra {
        NONE,
        SECRETS,
        IN_TREE_VOLUMES,
        CSI_VOLUMES,
        PRIORITIES,
        CHURN
    }

    /** Pods that are there before, for a number of nodes. */
    int firstFor(int count) {
        return (int) Math.min(first, Math.ceil((double) first * count / nodes));
    }

    /** Pods to measure, for a number of nodes. */
    int measuredFor(int count) {
        return (int) Math.max(1, Math.ceil((double) measured * count / nodes));
    }
}
