package io.k8j.controllers.daemonset;

import io.k8j.client.ObjectKey;
import io.k8j.client.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Keeps a daemon that fails at once from being made anew at once, for ever. Safe for all threads. */
final class EndedPodPauses {
    private record Place(ObjectKey set, String node) {}

    private record State(int failures, Instant until, String uid) {}

    private final WorkQueue.BackOff backOff;
    private final Map<Place, State> states = new HashMap<>(); // guarded by this

    EndedPodPauses(WorkQueue.BackOff backOff) {
        this.backOff = backOff;
    }

    /** How long to wait before that Pod is deleted; zero for now. */
    synchronized Duration next(ObjectKey set, String node, String uid, Instant now) {
        Place place = new Place(set, node);
        State state = states.get(place);
        boolean rested = state != null && state.until.plus(backOff.longest()).isBefore(now);
        if (state == null || rested) {
            states.put(place, new State(1, now, uid));
            return Duration.ZERO;
        }
        if (!state.uid.equals(uid)) {
            state = new State(state.failures + 1, now.plus(backOff.after(state.failures - 1)), uid);
            states.put(place, state);
        }
        return state.until.isAfter(now) ? Duration.between(now, state.until) : Duration.ZERO;
    }

    synchronized void forget(ObjectKey set) {
        states.keySet().removeIf(place -> place.set.equals(set));
    }
}
