package io.k8j.apiserver.flowcontrol;

import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The seats of one priority level and the queues before them. While nobody waits a request costs one short hold of the
 * level's lock. Under load the queues are served by the fair queuing of KEP-1040: the queue whose oldest request would
 * finish first, had all queues been served side by side, is next.
 */
public final class PriorityLevel {
    private static final double MAX_SEATS_PART = 0.15;

    /** A request that takes part; released exactly once. */
    public final class Ticket {
        private final FlowStats stats;
        private final Visit visit;
        private final double arrived; // in virtual time
        private final long came;
        private final Thread thread = Thread.currentThread();
        private Work work;
        private FairQueue queue; // null if it never had to wait
        private volatile boolean admitted;
        private volatile boolean cancelled;
        private long begun;

        private Ticket(FlowStats stats, Visit visit, Work work, double arrived, long came) {
            this.stats = stats;
            this.visit = visit;
            this.work = work;
            this.arrived = arrived;
            this.came = came;
        }

        /** Gives the seats back, at once or after the time that its watchers need. */
        public void release(boolean watch) {
            long now = time.nanoTime();
            (watch ? stats.watchesBegun : stats.executed).observe((now - begun) / 1e9);
            finish(this, now);
        }

        private void cancel() {
            cancelled = true;
            LockSupport.unpark(thread);
        }

        private int seats() {
            return work.seats();
        }

        double arrived() {
            return arrived;
        }

        Work work() {
            return work;
        }

        LevelDump.RequestDump seen(long now, Instant wall) {
            return new LevelDump.RequestDump(
                    visit, work, wall.minusNanos(now - came), begun == 0 ? null : wall.minusNanos(now - begun));
        }
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
    private final FairQueues queues = new FairQueues();
    private int active;
    private int seatsInUse;
    private int executing;
    private int waiting;
    private int waitingSeats;
    private final Set<Ticket> unqueued = new LinkedHashSet<>(); // those that run and never had to wait
    private long dispatched;
    private long rejected;
    private long timedOut;
    private long cancelled;
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
        queues.resize(now.queues());
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
    Ticket acquire(FlowStats stats, Visit visit, long flow, Work work, long patience, Consumer<Runnable> onWait) {
        stats.seats.observe(work.seats());
        long arrived = time.nanoTime();
        Ticket ticket;
        synchronized (this) {
            if (settings.exempt() || waiting == 0 && fits(work.seats())) {
                ticket = new Ticket(stats, visit, work, 0, arrived);
                unqueued.add(ticket);
                begin(ticket, arrived);
                if (!settings.exempt()) stats.waited.observe(0);
                return ticket;
            }
            if (settings.queues() == 0) {
                rejected++;
                stats.reject("concurrency-limit");
                return null;
            }
            advance(arrived);
            FairQueue queue = queues.choose(flow, settings);
            if (queue.waiting.size() >= settings.queueLength()) {
                rejected++;
                stats.reject("queue-full");
                return null;
            }
            ticket = new Ticket(stats, visit, work, virtual, arrived);
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
        if (ticket.cancelled) cancelled++;
        else timedOut++;
        ticket.stats.reject(ticket.cancelled ? "cancelled" : "time-out");
        ticket.queue.bound();
        dispatch(time.nanoTime());
        return null;
    }

    private boolean fits(int seats) {
        if (seatsInUse + seats <= limit) return true;
        return seats > limit && executing == 0 && limit > 0; // wider than the level: alone, or never
    }

    private void begin(Ticket ticket, long now) {
        executing++;
        dispatched++;
        seatsInUse += ticket.seats();
        ticket.begun = now;
        ticket.stats.dispatched.increment();
        ticket.stats.executingRequests.incrementAndGet();
        ticket.stats.executingSeats.addAndGet(ticket.seats());
        demand.set(seatsInUse + waitingSeats, now);
    }

    private synchronized void finish(Ticket ticket, long now) {
        if (waiting > 0 || ticket.queue != null) advance(now);
        executing--;
        ticket.stats.executingRequests.decrementAndGet();
        if (ticket.queue == null) {
            unqueued.remove(ticket);
        } else {
            ticket.queue.executing.remove(ticket);
            // What was assumed at dispatch is put right now that the real time is known.
            ticket.queue.next -= ticket.work.overestimate((now - ticket.begun) / 1e9);
            ticket.queue.bound();
        }
        if (ticket.work.lingerNanos() <= 0) {
            free(ticket, now);
        } else {
            time.after(Duration.ofNanos(ticket.work.lingerNanos()), () -> freeLater(ticket));
        }
    }

    private synchronized void freeLater(Ticket ticket) {
        long now = time.nanoTime();
        advance(now);
        free(ticket, now);
    }

    private void free(Ticket ticket, long now) {
        seatsInUse -= ticket.seats();
        ticket.stats.executingSeats.addAndGet(-ticket.seats());
        demand.set(seatsInUse + waitingSeats, now);
        if (ticket.queue != null) {
            ticket.queue.seatsInUse -= ticket.seats();
            if (ticket.queue.isIdle()) active--;
        }
        if (waiting > 0) dispatch(now);
    }

    private void join(FairQueue queue, Ticket ticket, long now) {
        if (queue.isIdle()) {
            queue.next = virtual;
            active++;
        }
        ticket.queue = queue;
        queue.waiting.add(ticket);
        queue.waitingSeats += ticket.seats();
        waiting++;
        waitingSeats += ticket.seats();
        ticket.stats.waitingRequests.incrementAndGet();
        ticket.stats.waitingSeats.addAndGet(ticket.seats());
        ticket.stats.lengths.observe(queue.waiting.size());
        demand.set(seatsInUse + waitingSeats, now);
    }

    /** Takes a ticket that is in no queue any more out of the counts. */
    private void leave(Ticket ticket) {
        ticket.queue.waitingSeats -= ticket.seats();
        if (ticket.queue.isIdle()) active--;
        waiting--;
        waitingSeats -= ticket.seats();
        ticket.stats.waitingRequests.decrementAndGet();
        ticket.stats.waitingSeats.addAndGet(-ticket.seats());
        demand.set(seatsInUse + waitingSeats, time.nanoTime());
    }

    /** Moves the virtual time on: it runs as fast as each queue would be served if all were served side by side. */
    private void advance(long now) {
        double seconds = (now - virtualAt) / 1e9;
        virtualAt = now;
        if (active > 0) virtual += seconds * Math.min(seatsInUse + waitingSeats, limit) / active;
    }

    private void dispatch(long now) {
        while (waiting > 0 && seatsInUse < limit) {
            FairQueue queue = queues.next(oldest -> fits(oldest.seats()));
            if (queue == null) return;
            Ticket ticket = queue.waiting.removeFirst();
            queue.executing.add(ticket); // before it leaves, so that the queue stays active
            leave(ticket);
            ticket.work = ticket.work.within(limit);
            queue.seatsInUse += ticket.seats();
            queue.next += ticket.work.assumed();
            queue.bound();
            begin(ticket, now);
            ticket.admitted = true;
            LockSupport.unpark(ticket.thread);
        }
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

    /** Everything in the level at one moment. */
    synchronized LevelDump dump() {
        long now = time.nanoTime();
        Instant wall = time.instant();
        List<LevelDump.QueueDump> all = new ArrayList<>();
        for (FairQueue queue : queues.all()) {
            int initial = 0;
            double work = 0;
            for (Ticket ticket : queue.waiting) {
                initial += ticket.work.initialSeats();
                work += ticket.work.assumed();
            }
            all.add(new LevelDump.QueueDump(
                    queue.next,
                    queue.seatsInUse,
                    initial,
                    queue.waitingSeats,
                    work,
                    seen(queue.waiting, now, wall),
                    seen(queue.executing, now, wall)));
        }
        return new LevelDump(
                name, all, seen(unqueued, now, wall), waiting, executing, dispatched, rejected, timedOut, cancelled);
    }

    private static List<LevelDump.RequestDump> seen(Collection<Ticket> tickets, long now, Instant wall) {
        return tickets.stream().map(ticket -> ticket.seen(now, wall)).toList();
    }

    /** Requests that wait now. */
    synchronized int waiting() {
        return waiting;
    }
}
