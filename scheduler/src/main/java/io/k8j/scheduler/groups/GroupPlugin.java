package io.k8j.scheduler.groups;

import io.k8j.client.ObjectKey;
import io.k8j.model.group.PodGroup;
import io.k8j.scheduler.framework.NodeInfo;
import io.k8j.scheduler.framework.Plugin;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.List;
import java.util.function.Supplier;

/** Extension points for groups as a whole; they run on the scheduling thread. */
public interface GroupPlugin {
    /** Says between which placements a group may choose; there is one per profile. */
    interface Generate extends Plugin {
        /**
         * The placements.
         *
         * @param all nodes that there are
         */
        Generated placements(ObjectKey group, List<NodeInfo> all);
    }

    /** @param status success, or why there are no placements */
    record Generated(Status status, List<GroupPlacement> placements) {}

    /** Says how good a placement is for a group that fits into it. */
    interface Score extends Plugin {
        /**
         * Any number if {@link #normalize} makes 0 to 100 of it, else 0 to 100.
         *
         * @param proposed Pods of the group that would get a node
         */
        long score(ObjectKey group, GroupPlacement placement, List<PodInfo> proposed);

        /** Brings the scores of all placements to 0 to 100, in place. */
        default Status normalize(long[] scores) {
            return Status.SUCCESS;
        }
    }

    /** Makes room for a group that does not fit. */
    interface MakeRoom extends Plugin {
        /**
         * Success if room is being made. Leaves the nodes as they were.
         *
         * @param pods of the group, without nodes; one or more
         * @param schedule tries the group on the nodes as they are then
         */
        Status makeRoom(PodGroup group, List<PodInfo> pods, Supplier<Status> schedule);
    }
}
