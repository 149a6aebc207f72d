package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.flowcontrol.PriorityLevel.Ticket;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;

/** One queue of a priority level, with those of its requests that run. Guarded by the level's lock. */
final class FairQueue {
    final ArrayDeque<Ticket> waiting = new ArrayDeque<>();
    final Set<Ticket> executing = new LinkedHashSet<>();
    /** Virtual time at which its next request would begin. */
    double next;

    int seatsInUse;
    int waitingSeats;

    boolean isIdle() {
        return waiting.isEmpty() && executing.isEmpty() && seatsInUse == 0;
    }

    /** Nobody is to begin, in virtual time, before he came. */
    void bound() {
        Ticket oldest = waiting.peek();
        if (oldest != null && next < oldest.arrived()) next = oldest.arrived();
    }
}
