package io.k8j.apiserver.flowcontrol;

import io.k8j.model.time.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The seats of one priority level and the queues before them. While nobody waits a request costs one short hold of the
 * level's lock. Under load the queues are served by the fair queuing of KEP-1040: the queue whose oldest request would
 * finish first, had all queues been served side by side, is next.
 */
public final class PriorityLevel {
    private static final double ASSUMED_SECONDS = 0.003;
    private static final double MAX_SEATS_PART = 0.15;

    /** A request that takes part; released exactly once. */
    public final class Ticket {
        private final FlowStats stats;
        private final int seats;
        private final double arrived;
        private final Thread thread = Thread.currentThread();
        private Queue queue; // null if it never had to wait
        private volatile boolean admitted;
        private volatile boolean cancelled;
        private long begun;

        private Ticket(FlowStats stats, int seats, double arrived) {
            this.stats = stats;
            this.seats = seats;
            this.arrived = arrived;
        }

        /** Gives the seats back. */
        public void release(boolean watch) {
            long now = time.nanoTime();
            (watch ? stats.watchesBegun : stats.executed).observe((now - begun) / 1e9);
            finish(this, now);
        }

        private void cancel() {
            cancelled = true;
            LockSupport.unpark(thread);
        }

        private double work() {
            return seats * ASSUMED_SECONDS;
        }
    }

    private static final class Queue {
        private final ArrayDeque<Ticket> waiting = new ArrayDeque<>();
        private double next; // virtual time at which its next request would begin
        private int executing;
        private int waitingSeats;
    }

    private final String name;
    private final Time time;
    private final RetryAfter retryAfter = new RetryAfter();
    private volatile String uid;

    // guarded by this
    private LevelSettings settings;
    private int nominal;
    private int lowest;
    private int highest;
    private int limit = -1;
    private final List<Queue> queues = new ArrayList<>();
    private int active;
    private int robin;
    private int arrivals;
    private int seatsInUse;
    private int executing;
    private int waiting;
    private int waitingSeats;
    private double virtual;
    private long virtualAt;
    private final Demand demand;

    PriorityLevel(String name, Time time) {
        this.name = name;
        this.time = time;
        this.virtualAt = time.nanoTime();
        this.demand = new Demand(virtualAt);
    }

    public String name() {
        return name;
    }

    public String uid() {
        return uid;
    }

    long refused(long unixSecond) {
        return retryAfter.refuse(unixSecond);
    }

    synchronized LevelSettings settings() {
        return settings;
    }

    /** Takes over what the object says now; the seats follow with {@link #nominal}. */
    synchronized void configure(String newUid, LevelSettings now) {
        uid = newUid;
        settings = now;
        while (queues.size() < now.queues()) queues.add(new Queue());
        while (queues.size() > now.queues() && isIdle(queues.getLast())) queues.removeLast();
    }

    private static boolean isIdle(Queue queue) {
        return queue.waiting.isEmpty() && queue.executing == 0;
    }

    /** Gives the level its part of the server's seats. */
    synchronized void nominal(int seats, int server) {
        nominal = seats;
        lowest = seats - (int) Math.round(seats * settings.lendablePercent() / 100.0);
        highest = seats
                + (settings.borrowingPercent() == null
                        ? server
                        : (int) Math.round(seats * settings.borrowingPercent() / 100.0));
        if (limit < 0) limit = seats - (seats - lowest) / 2; // nobody knows the demand yet
    }

    /** Changes how many seats it has for now. */
    synchronized void limit(int seats) {
        advance(time.nanoTime());
        limit = seats;
        dispatch(time.nanoTime());
    }

    /** The most seats that one request is taken to need; 0 for no bound. */
    synchronized int maxSeats() {
        if (settings.queues() == 0) return 0;
        return (int) Math.max(
                1, Math.min(Math.ceil(nominal * MAX_SEATS_PART), nominal / Math.max(1, settings.handSize())));
    }

    /**
     * Takes seats, waiting in a queue if need be.
     *
     * @param flow decides which queues may be joined
     * @param patience longest time to wait, in nanoseconds
     * @param onWait called before waiting begins, with what ends it when the client goes away
     * @return null if the request is refused
     */
    Ticket acquire(FlowStats stats, long flow, int seats, long patience, Consumer<Runnable> onWait) {
        stats.seats.observe(seats);
        long arrived = time.nanoTime();
        Ticket ticket;
        synchronized (this) {
            if (settings.exempt() || waiting == 0 && fits(seats)) {
                ticket = new Ticket(stats, seats, 0);
                begin(ticket, arrived);
                if (!settings.exempt()) stats.waited.observe(0);
                return ticket;
            }
            if (settings.queues() == 0) {
                stats.reject("concurrency-limit");
                return null;
            }
            advance(arrived);
            Queue queue = choose(flow);
            if (queue.waiting.size() >= settings.queueLength()) {
                stats.reject("queue-full");
                return null;
            }
            ticket = new Ticket(stats, seats, virtual);
            join(queue, ticket, arrived);
            dispatch(arrived);
        }
        onWait.accept(ticket::cancel);
        await(ticket, arrived + patience);
        return decide(ticket, arrived);
    }

    private void await(Ticket ticket, long until) {
        boolean interrupted = false;
        while (!ticket.admitted && !ticket.cancelled) {
            long left = until - time.nanoTime();
            if (left <= 0) break;
            LockSupport.parkNanos(ticket, left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private synchronized Ticket decide(Ticket ticket, long arrived) {
        double took = (time.nanoTime() - arrived) / 1e9;
        if (ticket.admitted) {
            ticket.stats.waited.observe(took);
            return ticket;
        }
        ticket.queue.waiting.remove(ticket);
        leave(ticket);
        ticket.stats.waitedInVain.observe(took);
        ticket.stats.reject(ticket.cancelled ? "cancelled" : "time-out");
        bound(ticket.queue);
        dispatch(time.nanoTime());
        return null;
    }

    private boolean fits(int seats) {
        if (seatsInUse + seats <= limit) return true;
        return seats > limit && executing == 0 && limit > 0; // wider than the level: alone, or never
    }

    private void begin(Ticket ticket, long now) {
        executing++;
        seatsInUse += ticket.seats;
        ticket.begun = now;
        ticket.stats.dispatched.increment();
        ticket.stats.executingRequests.incrementAndGet();
        ticket.stats.executingSeats.addAndGet(ticket.seats);
        demand.set(seatsInUse + waitingSeats, now);
    }

    private synchronized void finish(Ticket ticket, long now) {
        boolean contended = waiting > 0 || ticket.queue != null;
        if (contended) advance(now);
        executing--;
        seatsInUse -= ticket.seats;
        ticket.stats.executingRequests.decrementAndGet();
        ticket.stats.executingSeats.addAndGet(-ticket.seats);
        demand.set(seatsInUse + waitingSeats, now);
        if (ticket.queue != null) {
            Queue queue = ticket.queue;
            queue.executing--;
            // What was assumed at dispatch is put right now that the real time is known.
            queue.next -= ticket.seats * (ASSUMED_SECONDS - (now - ticket.begun) / 1e9);
            bound(queue);
            if (isIdle(queue)) active--;
        }
        if (waiting > 0) dispatch(now);
    }

    private void join(Queue queue, Ticket ticket, long now) {
        if (isIdle(queue)) {
            queue.next = virtual;
            active++;
        }
        ticket.queue = queue;
        queue.waiting.add(ticket);
        queue.waitingSeats += ticket.seats;
        waiting++;
        waitingSeats += ticket.seats;
        ticket.stats.waitingRequests.incrementAndGet();
        ticket.stats.waitingSeats.addAndGet(ticket.seats);
        ticket.stats.lengths.observe(queue.waiting.size());
        demand.set(seatsInUse + waitingSeats, now);
    }

    /** Takes a ticket that is in no queue any more out of the counts. */
    private void leave(Ticket ticket) {
        ticket.queue.waitingSeats -= ticket.seats;
        if (isIdle(ticket.queue)) active--;
        waiting--;
        waitingSeats -= ticket.seats;
        ticket.stats.waitingRequests.decrementAndGet();
        ticket.stats.waitingSeats.addAndGet(-ticket.seats);
        demand.set(seatsInUse + waitingSeats, time.nanoTime());
    }

    /** The queue of the flow's hand with the least work in it. */
    private Queue choose(long flow) {
        int deck = Math.min(settings.queues(), queues.size());
        int[] hand = ShuffleSharding.deal(flow, deck, Math.min(deck, Math.max(1, settings.handSize())));
        int offset = Math.floorMod(arrivals++, hand.length);
        Queue best = null;
        for (int i = 0; i < hand.length; i++) {
            Queue queue = queues.get(hand[(offset + i) % hand.length]);
            if (best == null || queue.waitingSeats < best.waitingSeats) best = queue;
        }
        return best;
    }

    /** Moves the virtual time on: it runs as fast as each queue would be served if all were served side by side. */
    private void advance(long now) {
        double seconds = (now - virtualAt) / 1e9;
        virtualAt = now;
        if (active > 0) virtual += seconds * Math.min(seatsInUse + waitingSeats, limit) / active;
    }

    /** Nobody is to begin, in virtual time, before he came. */
    private static void bound(Queue queue) {
        Ticket oldest = queue.waiting.peek();
        if (oldest != null && queue.next < oldest.arrived) queue.next = oldest.arrived;
    }

    private void dispatch(long now) {
        while (waiting > 0 && seatsInUse < limit) {
            Queue queue = next();
            if (queue == null || !fits(queue.waiting.getFirst().seats)) return;
            Ticket ticket = queue.waiting.removeFirst();
            queue.executing++; // before it leaves, so that the queue stays active
            leave(ticket);
            queue.next += ticket.work();
            bound(queue);
            begin(ticket, now);
            ticket.admitted = true;
            LockSupport.unpark(ticket.thread);
        }
    }

    private Queue next() {
        Queue best = null;
        int at = robin;
        int bestAt = robin;
        double finish = Double.POSITIVE_INFINITY;
        for (int i = 0; i < queues.size(); i++) {
            at = (at + 1) % queues.size();
            Queue queue = queues.get(at);
            Ticket oldest = queue.waiting.peek();
            if (oldest == null) continue;
            double would = queue.next + oldest.work();
            if (would < finish) {
                finish = would;
                best = queue;
                bestAt = at;
            }
        }
        if (best != null && fits(best.waiting.getFirst().seats)) robin = bestAt;
        return best;
    }

    /** Closes a period of demand. */
    synchronized void endPeriod() {
        demand.endPeriod(time.nanoTime());
    }

    /** How the level stands, for borrowing and metrics. */
    record Standing(
            boolean exempt,
            int nominal,
            int lowest,
            int highest,
            int limit,
            int peak,
            double average,
            double deviation,
            double smoothed) {}

    synchronized Standing standing() {
        return new Standing(
                settings.exempt(),
                nominal,
                lowest,
                highest,
                Math.max(limit, 0),
                demand.highWatermark(),
                demand.average(),
                demand.deviation(),
                demand.smoothed());
    }

    /** Requests that wait now. */
    synchronized int waiting() {
        return waiting;
    }
}
