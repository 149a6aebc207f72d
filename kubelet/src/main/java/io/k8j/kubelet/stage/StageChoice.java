package io.k8j.kubelet.stage;

import io.k8j.kubelet.script.Field;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Chooses an object's next stage and how long it takes, as kwok does. Pure but for the chance it is given. */
public final class StageChoice {
    private final List<Stage> stages;
    private final RandomGenerator random;

    /** @param stages all of one kind */
    public StageChoice(List<Stage> stages, RandomGenerator random) {
        this.stages = List.copyOf(stages);
        this.random = random;
    }

    /** The stage that an object takes next; empty if none matches. */
    public Optional<Stage> next(Map<String, Object> object) {
        List<Stage> matching = new ArrayList<>(1);
        for (Stage stage : stages) if (matches(stage.selector(), object)) matching.add(stage);
        if (matching.size() <= 1) return matching.stream().findFirst();
        return Optional.of(draw(matching, object));
    }

    private Stage draw(List<Stage> matching, Map<String, Object> object) {
        List<Long> weights = new ArrayList<>();
        for (Stage stage : matching) weights.add(weight(stage, object));
        long total =
                weights.stream().filter(weight -> weight > 0).mapToLong(w -> w).sum();
        if (total == 0) {
            List<Stage> known = new ArrayList<>();
            for (int i = 0; i < matching.size(); i++) if (weights.get(i) == 0) known.add(matching.get(i));
            List<Stage> from = known.isEmpty() ? matching : known;
            return from.get(random.nextInt(from.size()));
        }
        long rest = random.nextLong(total);
        for (int i = 0; i < matching.size(); i++) {
            rest -= Math.max(0, weights.get(i));
            if (rest < 0) return matching.get(i);
        }
        throw new IllegalStateException("weights do not add up to " + total);
    }

    /** -1 if the object has a weight of its own that is no number. */
    private static long weight(Stage stage, Map<String, Object> object) {
        if (stage.weightFrom() == null) return stage.weight();
        List<Object> results = stage.weightFrom().results(object);
        if (results.isEmpty()) return stage.weight();
        try {
            return Math.max(0, Long.parseLong(String.valueOf(results.getFirst())));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static boolean matches(Stage.Selector selector, Map<String, Object> object) {
        return holds(selector.labels(), object, "labels")
                && holds(selector.annotations(), object, "annotations")
                && selector.expressions().stream().allMatch(expression -> matches(expression, object));
    }

    private static boolean holds(Map<String, String> wanted, Map<String, Object> object, String field) {
        if (wanted.isEmpty()) return true;
        return object.get("metadata") instanceof Map<?, ?> metadata
                && metadata.get(field) instanceof Map<?, ?> found
                && found.entrySet().containsAll(wanted.entrySet());
    }

    private static boolean matches(Stage.Expression expression, Map<String, Object> object) {
        List<Object> results = expression.query().results(object);
        boolean within = results.stream().anyMatch(result -> expression.values().contains(String.valueOf(result)));
        return switch (expression.operator()) {
            case IN -> within;
            case NOT_IN -> !within;
            case EXISTS -> !results.isEmpty();
            case DOES_NOT_EXIST -> results.isEmpty();
        };
    }

    /** For how long the object stays as it is before it takes the stage. */
    public Duration delay(Stage stage, Map<String, Object> object, Instant now) {
        Stage.Delay delay = stage.delay();
        if (delay == null) return Duration.ZERO;
        Duration duration = from(delay.from(), object, now).orElse(Duration.ofMillis(delay.duration()));
        Optional<Duration> jitter = from(delay.jitterFrom(), object, now)
                .or(() -> Optional.ofNullable(delay.jitter()).map(Duration::ofMillis));
        if (jitter.isEmpty()) return duration;
        long range = jitter.get().minus(duration).toNanos();
        return range <= 0 ? jitter.get() : duration.plusNanos(random.nextLong(range));
    }

    /** A duration, or an instant that is waited for. */
    private static Optional<Duration> from(Jq query, Map<String, Object> object, Instant now) {
        if (query == null) return Optional.empty();
        List<Object> results = query.results(object);
        if (results.isEmpty() || String.valueOf(results.getFirst()).isEmpty()) return Optional.empty();
        String text = String.valueOf(results.getFirst());
        Optional<Duration> duration = Field.duration(text);
        if (duration.isPresent()) return duration;
        try {
            Duration until = Duration.between(now, Instant.parse(text));
            return Optional.of(until.isNegative() ? Duration.ZERO : until);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
