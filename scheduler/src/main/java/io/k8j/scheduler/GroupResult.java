package io.k8j.scheduler;

import io.k8j.scheduler.framework.CycleState;
import io.k8j.scheduler.framework.Diagnosis;
import io.k8j.scheduler.framework.PodInfo;
import io.k8j.scheduler.framework.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How trying a group ended.
 *
 * @param trials of its Pods in their order; fewer or none if it ended early
 * @param status success if those that fitted may be bound; else why the group may not go
 * @param waits whether the group can go once room is made that is being made; never with success
 */
record GroupResult(List<Trial> trials, Status status, boolean waits) {
    static final String UNSCHEDULABLE = "pod group is unschedulable";

    private static final String ASKED = "one or more plugins asked to wait and no plugin rejected pod";

    /** How trying a Pod ended. */
    sealed interface Trial {
        /** It fits on the node, at once or when the room is made; {@code permit} says whether that is enough. */
        record Fits(PodInfo pod, CycleState state, Placement.Outcome.Placed placed, Status permit, Diagnosis needsRoom)
                implements Trial {
            /** Why the Pod may not go alone, for users. */
            String heldBack() {
                return permit.isSuccess() ? "" : permit.message() + ", " + ASKED;
            }
        }

        record Refused(String message, Set<String> plugins, String nominated) implements Trial {}

        record Failed(String message) implements Trial {}
    }

    /** One that was not even tried. */
    static GroupResult without(Status status) {
        return new GroupResult(List.of(), status, false);
    }

    /** The group may go if one of its Pods was allowed with all those before it in their places. */
    static GroupResult of(List<Trial> trials) {
        if (!trials.isEmpty() && trials.getLast() instanceof Trial.Failed failed) {
            return new GroupResult(
                    trials, Status.error("failed to schedule other pod from a pod group: " + failed.message), false);
        }
        boolean allowed = false;
        boolean needsRoom = false;
        boolean waits = false;
        for (Trial trial : trials) {
            if (trial instanceof Trial.Fits fits) {
                needsRoom |= fits.needsRoom != null;
                if (fits.permit.isSuccess()) {
                    allowed = true;
                    waits = needsRoom;
                }
            }
        }
        if (allowed && !waits) return new GroupResult(trials, Status.SUCCESS, false);
        Status status = waits
                ? Status.unschedulable(UNSCHEDULABLE, "pod group is waiting for preemption to complete")
                : Status.unschedulable(UNSCHEDULABLE);
        return new GroupResult(trials, status, waits);
    }

    GroupResult with(Status other, boolean waiting) {
        return new GroupResult(trials, other, waiting);
    }

    /** The same with one more reason. */
    GroupResult because(String reason) {
        List<String> reasons = new ArrayList<>(status.reasons());
        reasons.add(reason);
        return with(new Status(status.code(), reasons, status.plugin()), waits);
    }

    /** As metrics call it. */
    String word() {
        if (status.isSuccess()) return "scheduled";
        if (!status.isRejected()) return "error";
        return waits ? "waiting_on_preemption" : "unschedulable";
    }
}
