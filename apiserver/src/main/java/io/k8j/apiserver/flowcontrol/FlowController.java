package io.k8j.apiserver.flowcontrol;

import io.k8j.apiserver.flowcontrol.PriorityLevel.Standing;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.model.api.ApiObject;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Holds what the stored FlowSchemas and PriorityLevelConfigurations say, and hands out seats by it. The mandatory ones are
 * in force even while they are not stored. Safe for all threads.
 */
public final class FlowController implements AutoCloseable {
    private static final Duration BORROWING_PERIOD = Duration.ofSeconds(10);

    /** Everything that is in force; replaced as a whole. */
    private record Current(List<FlowSchema> schemas, Map<String, PriorityLevel> levels, FlowSchema catchAll) {}

    /** Where a request belongs. */
    public record Place(String schemaUid, String levelUid, PriorityLevel.Ticket ticket, long retryAfterSeconds) {
        /** Whether the request may be served; its ticket must be released afterwards. */
        public boolean admitted() {
            return ticket != null;
        }
    }

    private final ObjectReader objects;
    private final int serverSeats;
    private final WorkEstimator estimator;
    private final Duration patience;
    private final Time time;
    private final Map<String, FlowStats> stats = new ConcurrentHashMap<>();
    private final Map<String, PriorityLevel> known = new ConcurrentHashMap<>();
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile Current current;
    private volatile double fraction = 1;
    private volatile boolean closed;
    private volatile Time.Timer next = () -> {};
    private volatile Consumer<List<ApiObject>> afterChange = schemas -> {};

    /**
     * Takes over what is stored and follows it.
     *
     * @param serverSeats what the server does at once
     * @param patience longest time that a request waits in a queue
     */
    public FlowController(
            ObjectReader objects, int serverSeats, Duration patience, WorkEstimator estimator, Time time) {
        this.objects = objects;
        this.serverSeats = serverSeats;
        this.patience = patience;
        this.estimator = estimator;
        this.time = time;
        digest();
        objects.onChange(FlowObjects.SCHEMAS, change -> changed());
        objects.onChange(FlowObjects.LEVELS, change -> changed());
        scheduleBorrowing();
    }

    /** Calls back after each change, on a thread of its own, with the stored FlowSchemas. */
    void afterChange(Consumer<List<ApiObject>> listener) {
        afterChange = listener;
    }

    /**
     * Finds the request's level and takes seats there, waiting if need be.
     *
     * @param query gives the value of a query parameter, or null
     * @param onWait see {@link PriorityLevel}
     */
    public Place admit(Attributes request, Function<String, String> query, Consumer<Runnable> onWait) {
        Current now = current;
        FlowSchema schema = now.catchAll();
        for (FlowSchema candidate : now.schemas()) {
            if (candidate.fits(request)) {
                schema = candidate;
                break;
            }
        }
        PriorityLevel level = now.levels().get(schema.level());
        boolean exempt = level.name().equals(FlowObjects.EXEMPT);
        Work work = exempt ? Work.of(1) : estimator.estimate(request, query, level.maxSeats());
        Visit visit = new Visit(schema.name(), schema.distinguish(request), request);
        PriorityLevel.Ticket ticket = level.acquire(
                schema.stats(), visit, exempt ? 0 : schema.flow(request), work, patience.toNanos(), onWait);
        long retry = ticket == null ? level.refused(time.instant().getEpochSecond()) : 0;
        return new Place(schema.uid(), level.uid(), ticket, retry);
    }

    private void changed() {
        if (closed || !asked.compareAndSet(false, true)) return;
        Thread.ofVirtual().name("flow-control").start(() -> {
            asked.set(false);
            List<ApiObject> schemas = digest();
            if (!closed) afterChange.accept(schemas);
        });
    }

    /** Makes what is in force of what is stored; answers the stored FlowSchemas. */
    private synchronized List<ApiObject> digest() {
        Map<String, Map<String, Object>> levelTrees = new LinkedHashMap<>();
        for (Map<String, Object> mandatory : FlowObjects.mandatoryLevels()) {
            levelTrees.put(FlowObjects.name(mandatory), mandatory);
        }
        for (ApiObject stored : objects.list(FlowObjects.LEVELS, "")) levelTrees.put(stored.name(), stored.tree());
        Map<String, PriorityLevel> levels = new LinkedHashMap<>();
        levelTrees.forEach((name, tree) -> {
            LevelSettings settings = LevelSettings.of(tree);
            if (settings.exempt() != name.equals(FlowObjects.EXEMPT)) return; // upstream ignores such a one, too
            PriorityLevel level = known.computeIfAbsent(name, n -> new PriorityLevel(n, time));
            level.configure(FlowObjects.uid(tree), settings);
            levels.put(name, level);
        });
        known.keySet().retainAll(levels.keySet()); // requests that still run in a lost one finish there
        divide(levels);
        List<ApiObject> stored = objects.list(FlowObjects.SCHEMAS, "");
        current = schemas(stored, levels);
        return stored;
    }

    private Current schemas(List<ApiObject> stored, Map<String, PriorityLevel> levels) {
        Map<String, Map<String, Object>> trees = new LinkedHashMap<>();
        for (Map<String, Object> mandatory : FlowObjects.mandatorySchemas()) {
            trees.put(FlowObjects.name(mandatory), mandatory);
        }
        for (ApiObject each : stored) trees.put(each.name(), each.tree());
        List<FlowSchema> schemas = new ArrayList<>();
        FlowSchema[] catchAll = new FlowSchema[1];
        trees.forEach((name, tree) -> {
            FlowSchema schema = FlowSchema.of(tree, null);
            if (!levels.containsKey(schema.level())) return; // dangling
            String labels = "flow_schema=\"" + name + "\",priority_level=\"" + schema.level() + "\"";
            FlowSchema counted = FlowSchema.of(tree, stats.computeIfAbsent(labels, l -> new FlowStats()));
            schemas.add(counted);
            if (name.equals(FlowObjects.CATCH_ALL)) catchAll[0] = counted;
        });
        schemas.sort(Comparator.comparingLong(FlowSchema::precedence).thenComparing(FlowSchema::name));
        return new Current(List.copyOf(schemas), Map.copyOf(levels), catchAll[0]);
    }

    private void divide(Map<String, PriorityLevel> levels) {
        long shares = levels.values().stream()
                .mapToLong(level -> level.settings().shares())
                .sum();
        levels.values()
                .forEach(level -> level.nominal(
                        (int) Math.ceil((double) serverSeats * level.settings().shares() / Math.max(1, shares)),
                        serverSeats));
    }

    private void scheduleBorrowing() {
        next = time.after(Pace.UPKEEP, BORROWING_PERIOD, () -> {
            if (closed) return;
            borrow();
            scheduleBorrowing();
        });
    }

    /** Lends seats that are not needed to levels that need them. */
    synchronized void borrow() {
        List<PriorityLevel> limited = new ArrayList<>();
        List<SeatShares.Wish> wishes = new ArrayList<>();
        int nominal = 0;
        int remaining = 0;
        int lowest = 0;
        int wanted = 0;
        for (PriorityLevel level : current.levels().values()) {
            level.endPeriod();
            Standing standing = level.standing();
            nominal += standing.nominal();
            if (standing.exempt()) {
                int kept = Math.max(standing.lowest(), standing.peak());
                remaining -= kept;
                level.limit(kept);
                continue;
            }
            int least = Math.max(standing.lowest(), Math.min(standing.nominal(), standing.peak()));
            limited.add(level);
            wishes.add(new SeatShares.Wish(Math.max(least, standing.smoothed()), least, standing.highest()));
            lowest += standing.lowest();
            wanted += least;
        }
        remaining += nominal;
        SeatShares.Division division = remaining > wanted ? SeatShares.divide(nominal, wishes) : null;
        fraction = division == null ? 0 : division.fraction();
        double part = wanted == lowest ? 0 : (double) (remaining - lowest) / (wanted - lowest);
        for (int i = 0; i < limited.size(); i++) {
            Standing standing = limited.get(i).standing();
            double seats = standing.limit();
            if (remaining <= lowest) seats = standing.lowest();
            else if (remaining <= wanted)
                seats = standing.lowest() + (wishes.get(i).lowest() - standing.lowest()) * part;
            else if (division != null) seats = division.shares()[i];
            limited.get(i).limit((int) Math.round(seats));
        }
    }

    /** The levels in force, for metrics. */
    Map<String, PriorityLevel> levels() {
        return current.levels();
    }

    /** How every level stands now, by name. */
    List<LevelDump> dump() {
        return current.levels().values().stream()
                .sorted(Comparator.comparing(PriorityLevel::name))
                .map(PriorityLevel::dump)
                .toList();
    }

    Map<String, FlowStats> stats() {
        return stats;
    }

    double fraction() {
        return fraction;
    }

    /** Appends the metrics in Prometheus' text format. */
    public void write(StringBuilder out) {
        FlowMetrics.write(out, this);
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
