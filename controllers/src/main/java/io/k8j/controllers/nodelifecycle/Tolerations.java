package io.k8j.controllers.nodelifecycle;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What tolerations make of taints. */
public final class Tolerations {
    private Tolerations() {}

    public static boolean tolerates(Toleration toleration, Taint taint) {
        if (!Nulls.isEmpty(toleration.getEffect()) && !toleration.getEffect().equals(taint.getEffect())) {
            return false;
        }
        if (!Nulls.isEmpty(toleration.getKey()) && !toleration.getKey().equals(taint.getKey())) {
            return false;
        }
        return switch (Nulls.or(toleration.getOperator(), "Equal")) {
            case "Equal" -> Objects.equals(Nulls.or(toleration.getValue(), ""), Nulls.or(taint.getValue(), ""));
            case "Exists" -> true;
            default -> false;
        };
    }

    /** The first taint of one of the effects that nothing tolerates. */
    public static Optional<Taint> untolerated(List<Taint> taints, List<Toleration> tolerations, List<String> effects) {
        return taints.stream()
                .filter(taint -> effects.contains(taint.getEffect()))
                .filter(taint -> tolerations.stream().noneMatch(t -> tolerates(t, taint)))
                .findFirst();
    }

    /**
     * When a Pod must leave a node.
     *
     * @param seen when a taint counts as added that does not say so itself, as upstream counts all of them
     * @return empty if it may stay for ever; a time that may have passed otherwise
     */
    static Optional<Instant> evictionTime(List<Taint> taints, List<Toleration> tolerations, Instant seen, Instant now) {
        Optional<Instant> earliest = Optional.empty();
        for (Taint taint : taints) {
            if (!"NoExecute".equals(taint.getEffect())) {
                continue;
            }
            List<Toleration> matching =
                    tolerations.stream().filter(t -> tolerates(t, taint)).toList();
            if (matching.isEmpty()) {
                return Optional.of(now);
            }
            Instant since = Nulls.isEmpty(taint.getTimeAdded()) ? seen : Times.parse(taint.getTimeAdded());
            Optional<Instant> until = matching.stream()
                    .map(Toleration::getTolerationSeconds)
                    .filter(Objects::nonNull)
                    .map(seconds -> since.plusSeconds(Math.max(0, seconds)))
                    .min(Instant::compareTo);
            if (until.isPresent() && (earliest.isEmpty() || until.get().isBefore(earliest.get()))) {
                earliest = until;
            }
        }
        return earliest;
    }
}
