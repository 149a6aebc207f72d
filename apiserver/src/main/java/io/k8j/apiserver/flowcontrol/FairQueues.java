package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.flowcontrol.PriorityLevel.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The queues of a priority level: which of them a request joins, and which is served next. Guarded by the level's lock. */
final class FairQueues {
    private final List<FairQueue> queues = new ArrayList<>();
    private int robin;
    private int arrivals;

    List<FairQueue> all() {
        return queues;
    }

    /** Makes them as many as are wanted; what is still in use stays until the next time. */
    void resize(int wanted) {
        while (queues.size() < wanted) queues.add(new FairQueue());
        while (queues.size() > wanted && queues.getLast().isIdle()) queues.removeLast();
    }

    /** The queue of the flow's hand with the least work in it. */
    FairQueue choose(long flow, LevelSettings settings) {
        int deck = Math.min(settings.queues(), queues.size());
        int[] hand = ShuffleSharding.deal(flow, deck, Math.min(deck, Math.max(1, settings.handSize())));
        int offset = Math.floorMod(arrivals++, hand.length);
        FairQueue best = null;
        for (int i = 0; i < hand.length; i++) {
            FairQueue queue = queues.get(hand[(offset + i) % hand.length]);
            if (best == null || queue.waitingSeats < best.waitingSeats) best = queue;
        }
        return best;
    }

    /** The queue whose oldest request would finish first; null if it does not fit, or if nobody waits. */
    FairQueue next(Predicate<Ticket> fits) {
        FairQueue best = null;
        int at = robin;
        int bestAt = robin;
        double finish = Double.POSITIVE_INFINITY;
        for (int i = 0; i < queues.size(); i++) {
            at = (at + 1) % queues.size();
            FairQueue queue = queues.get(at);
            Ticket oldest = queue.waiting.peek();
            if (oldest == null) continue;
            double would = queue.next + oldest.work().assumed();
            if (would < finish) {
                finish = would;
                best = queue;
                bestAt = at;
            }
        }
        if (best == null || !fits.test(best.waiting.getFirst())) return null;
        robin = bestAt;
        return best;
    }
}
