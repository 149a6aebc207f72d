package io.k8j.scheduler.framework;

import java.util.List;
import java.util.Set;

/**
 * A part of the scheduler's judgement. It implements the extension points that it has something to say at; they run in
 * the order in which they stand here. All but {@link PreBind}, {@link Bind} and {@link PostBind} run on the scheduling
 * thread and must not block.
 */
public interface Plugin {
    /** The name in configurations and messages. */
    String name();

    /** What may help the Pods that this plugin refused; without any, Pods wait for the periodic retry. */
    default List<EventHint> events() {
        return List.of();
    }

    /**
     * Whether Filter and Score (before it is normalized) depend on the Pod's own spec and on the node alone, so that they
     * hold for equal Pods until the node changes.
     */
    default boolean isLocal() {
        return true;
    }

    /** Keeps Pods out of the queue. */
    interface PreEnqueue extends Plugin {
        Status preEnqueue(PodInfo pod);
    }

    /** Orders the queue; there is one per scheduler. */
    interface QueueSort extends Plugin {
        /** Negative if the first goes first; of equal ones the older goes first. */
        int compare(PodInfo one, PodInfo other);
    }

    /** Looks at a Pod once, before nodes are looked at. */
    interface PreFilter extends Plugin {
        /** {@link Status#SKIP} also leaves out this plugin's Filter. */
        Status preFilter(CycleState state, PodInfo pod, Nodes nodes);

        /** After {@link #preFilter}: names of the only nodes that can do; null for all. */
        default Set<String> onlyNodes(CycleState state, PodInfo pod) {
            return null;
        }

        /** Keeps the state true when a Pod is imagined to be on a node. */
        default void podAdded(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {}

        /** Keeps the state true when a Pod is imagined to be gone from a node. */
        default void podRemoved(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {}
    }

    /** Decides about a Pod on a node. */
    interface Filter extends Plugin {
        Status filter(CycleState state, PodInfo pod, NodeInfo node);

        /** The same for the node in a slot; worth its own code where the node itself need not be touched. */
        default Status filter(CycleState state, PodInfo pod, Nodes nodes, int slot) {
            return filter(state, pod, nodes.at(slot));
        }
    }

    /** Makes room when no node fits. */
    interface PostFilter extends Plugin {
        Result postFilter(CycleState state, PodInfo pod, NodeStatuses statuses);

        /**
         * What came of it.
         *
         * @param status success if room is being made
         * @param nominated the node; empty to withdraw an earlier one; null to leave it
         */
        record Result(Status status, String nominated) {}
    }

    /** Looks at a Pod once, before nodes are scored. */
    interface PreScore extends Plugin {
        /** {@link Status#SKIP} also leaves out this plugin's Score. */
        Status preScore(CycleState state, PodInfo pod, Nodes nodes, List<NodeInfo> candidates);
    }

    /** Says how good a node is for a Pod. */
    interface Score extends Plugin {
        long MAX = 100;

        /** Any number if {@link #normalize} makes 0 to 100 of it, else 0 to 100. */
        long score(CycleState state, PodInfo pod, NodeInfo node);

        /** Brings the scores of all candidates to 0 to 100, in place. */
        default void normalize(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] scores) {}
    }

    /** Takes and gives back what belongs to a placement besides the node's resources. */
    interface Reserve extends Plugin {
        Status reserve(CycleState state, PodInfo pod, NodeInfo node);

        /** Also called if {@link #reserve} failed; may be called twice. */
        void unreserve(CycleState state, PodInfo pod, String node);
    }

    /** Allows, refuses or holds a placement. */
    interface Permit extends Plugin {
        Decision permit(CycleState state, PodInfo pod, String node);

        /** @param timeoutNanos how long to hold at most, for {@link Status.Code#WAIT} */
        record Decision(Status status, long timeoutNanos) {}
    }

    /** Does what must be done before the binding, such as providing volumes; may block. */
    interface PreBind extends Plugin {
        /** Whether there is nothing to do for this Pod; asked on the scheduling thread. */
        boolean skips(CycleState state, PodInfo pod);

        Status preBind(CycleState state, PodInfo pod, String node) throws InterruptedException;
    }

    /** Writes the binding. */
    interface Bind extends Plugin {
        Status bind(CycleState state, PodInfo pod, String node);
    }

    /** Told after a binding. */
    interface PostBind extends Plugin {
        void postBind(CycleState state, PodInfo pod, String node);
    }
}
