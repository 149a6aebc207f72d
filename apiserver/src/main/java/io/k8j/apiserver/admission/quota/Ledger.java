package io.k8j.apiserver.admission.quota;

import io.k8j.model.quantity.Quantity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was charged to one quota of late. The quota controller counts stored objects, and its caches run behind: a usage
 * that it writes may lack what was just charged, so that the next request would seem to fit. Used by one thread at a
 * time, except {@link Charge#finish}.
 */
final class Ledger {
    /** Longer than any cache of the controller stays behind. */
    private static final long KEPT = Duration.ofSeconds(10).toNanos();

    /** One charge. */
    static final class Charge {
        private final long at;
        private final String uid;
        private final Map<String, Quantity> amounts;
        private volatile boolean finished;

        private Charge(long at, String uid, Map<String, Quantity> amounts) {
            this.at = at;
            this.uid = uid;
            this.amounts = amounts;
        }

        /** The request was answered: its object is stored, or never will be. */
        void finish() {
            finished = true;
        }
    }

    private final Deque<Charge> charges = new ArrayDeque<>();

    Charge add(long now, String uid, Map<String, Quantity> amounts) {
        Charge charge = new Charge(now, uid, amounts);
        charges.add(charge);
        return charge;
    }

    /** Forgets what everybody has seen by now; whether nothing is left. */
    boolean prune(long now) {
        while (!charges.isEmpty() && charges.peek().finished && now - charges.peek().at > KEPT) charges.remove();
        return charges.isEmpty();
    }

    /** Whether a charge is so old that it will be forgotten before long. */
    boolean forgetsSoon(long now) {
        return !charges.isEmpty() && now - charges.peek().at > KEPT / 2;
    }

    /** The most that a usage written by somebody else can lack. */
    Map<String, Quantity> all() {
        Map<String, Quantity> sum = new TreeMap<>();
        for (Charge c : charges) c.amounts.forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
        return sum;
    }

    /** The charges of requests that are not answered yet. */
    List<Charge> open() {
        return charges.stream().filter(charge -> !charge.finished).toList();
    }

    /**
     * What was charged for objects that are on their way into the store but not in it.
     *
     * @param open taken before the stored ones were looked at: what ends in between would be in neither else
     */
    static Map<String, Quantity> underWay(List<Charge> open, Set<String> storedUids) {
        Map<String, Quantity> sum = new TreeMap<>();
        for (Charge c : open) {
            if (storedUids.contains(c.uid)) continue;
            c.amounts.forEach((name, amount) -> sum.merge(name, amount, Quantity::add));
        }
        return sum;
    }
}
