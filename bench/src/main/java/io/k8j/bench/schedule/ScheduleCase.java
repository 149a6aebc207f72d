package io.k8j.bench.schedule;

import java.util.Map;
import java.util.function.BiFunction;

/**
 * One workload of upstream's scheduler_perf, with the numbers of its largest measured variant.
 *
 * @param name on the command line
 * @param upstream its name there
 * @param says what it is about, in a few words
 * @param fleet the nodes
 * @param before Pods that are there before
 * @param measured Pods whose scheduling is timed, in that variant
 * @param threshold Pods a second that upstream asks of its own scheduler; 0 if it asks for nothing
 * @param pod what the measured Pods look like
 * @param extra what else there is
 * @param meanwhile what happens while the Pods are measured
 */
public record ScheduleCase(
        String name,
        String upstream,
        String says,
        Fleet fleet,
        Before before,
        int measured,
        int threshold,
        Shape pod,
        Extra extra,
        Meanwhile meanwhile) {
    /** Makes Pod number n; the names of nodes are known by number. */
    interface Shape extends BiFunction<Integer, BenchNodes, Map<String, Object>> {}

    /**
     * The nodes.
     *
     * @param count how many upstream has
     * @param zones over which they are spread
     * @param kind what is special about them
     */
    record Fleet(int count, int zones, Kind kind) {
        enum Kind {
            PLAIN,
            /** Every fifth has a taint that no Pod tolerates. */
            TAINTED,
            /** Each has one unit of an extended resource. */
            EXTENDED,
            /** Each has ten devices of a driver. */
            DEVICES,
            /** The first one has room for 90,000 Pods. */
            ONE_LARGE
        }

        static final Fleet LARGE = new Fleet(5000, 1, Kind.PLAIN);
    }

    /**
     * Pods that are there before.
     *
     * @param count as many as upstream has for its nodes
     * @param fits whether they get nodes and are waited for
     * @param namespaces over which they are spread, all but the one of the measured Pods; 0 for that one
     */
    record Before(int count, Shape shape, boolean fits, int namespaces) {}

    /** Objects beside nodes and Pods. */
    enum Extra {
        NONE,
        SECRETS,
        IN_TREE_VOLUMES,
        CSI_VOLUMES,
        PRIORITIES,
        /** A Service whose Pods the measured ones are. */
        SERVICE,
        /** A class of devices and a template of claims for one of them. */
        CLAIM_TEMPLATE
    }

    /** What happens besides. */
    enum Meanwhile {
        NOTHING,
        /** A node, a Pod and a Service come and go each second. */
        CHURN,
        /** Five Pods a second come that fit nowhere, but are more important than others. */
        UNSCHEDULABLE_PODS,
        /** Five Pods a second come that drive others away. */
        PREEMPTING_PODS,
        /** Fifty of the Pods that were there before are deleted each second. */
        DELETIONS,
        /** A hundred of them. */
        FAST_DELETIONS
    }

    static ScheduleCase of(String name, String upstream, String says, int measured, Shape pod) {
        return new ScheduleCase(
                name,
                upstream,
                says,
                Fleet.LARGE,
                new Before(0, pod, true, 0),
                measured,
                0,
                pod,
                Extra.NONE,
                Meanwhile.NOTHING);
    }

    ScheduleCase threshold(int podsPerSecond) {
        return new ScheduleCase(name, upstream, says, fleet, before, measured, podsPerSecond, pod, extra, meanwhile);
    }

    ScheduleCase on(int nodes, int zones, Fleet.Kind kind) {
        Fleet other = new Fleet(nodes, zones, kind);
        return new ScheduleCase(name, upstream, says, other, before, measured, threshold, pod, extra, meanwhile);
    }

    ScheduleCase after(int count, Shape shape) {
        return after(new Before(count, shape, true, 0));
    }

    ScheduleCase after(Before first) {
        return new ScheduleCase(name, upstream, says, fleet, first, measured, threshold, pod, extra, meanwhile);
    }

    ScheduleCase with(Extra objects) {
        return new ScheduleCase(name, upstream, says, fleet, before, measured, threshold, pod, objects, meanwhile);
    }

    ScheduleCase during(Meanwhile besides) {
        return new ScheduleCase(name, upstream, says, fleet, before, measured, threshold, pod, extra, besides);
    }

    /** Pods that are there before, for a number of nodes. */
    int firstFor(int nodes) {
        return (int) Math.min(before.count, Math.ceil((double) before.count * nodes / fleet.count));
    }

    /** Pods to measure, for a number of nodes. */
    int measuredFor(int nodes) {
        return (int) Math.max(1, Math.ceil((double) measured * nodes / fleet.count));
    }
}
