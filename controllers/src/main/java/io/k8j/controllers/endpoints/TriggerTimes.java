package io.k8j.controllers.endpoints;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.k8j.client.ObjectKey;
import io.k8j.controllers.pods.Pods;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When the change happened that endpoints are written for: the annotation
 * {@code endpoints.kubernetes.io/last-change-trigger-time}, from which people measure how long programming the network
 * takes. Threads: all methods are safe for different keys; one key is asked for by one thread at a time.
 */
public final class TriggerTimes {
    public static final String ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time";

    private record State(Instant service, Map<String, Instant> pods) {}

    /**
     * What one look has found.
     *
     * @param time the earliest change since the last look that was {@link #keep kept}: of a Pod's readiness, or the
     *     Service's creation; empty if nothing that has a time has changed, and the annotation goes then
     */
    public record Look(Optional<Instant> time, ObjectKey service, Instant created, Map<String, Instant> pods) {}

    private final Map<ObjectKey, State> states = new ConcurrentHashMap<>();

    /** Looks what has changed. What is found must be kept once it is written, also if there was nothing to write. */
    public Look look(Service service, List<Pod> pods) {
        ObjectKey key = ObjectKey.of(service);
        State before = states.get(key);
        Instant created = Times.created(service);
        Map<String, Instant> now = new HashMap<>();
        Instant earliest = null;
        for (Pod pod : pods) {
            Instant changed = readinessChanged(pod);
            if (changed == null) {
                continue;
            }
            now.put(Nulls.name(pod), changed);
            Instant known = before == null ? null : before.pods.get(Nulls.name(pod));
            if (known == null || changed.isAfter(known)) {
                earliest = earlier(earliest, changed);
            }
        }
        if (before == null || created.isAfter(before.service)) {
            earliest = earlier(earliest, created);
        }
        return new Look(before == null ? Optional.of(created) : Optional.ofNullable(earliest), key, created, now);
    }

    /** The look was made use of: the next one begins there. */
    public void keep(Look look) {
        states.put(look.service, new State(look.created, look.pods));
    }

    /** The Service is gone. */
    public void forget(ObjectKey service) {
        states.remove(service);
    }

    private static Instant readinessChanged(Pod pod) {
        return Pods.condition(pod, "Ready")
                .map(condition -> condition.getLastTransitionTime())
                .filter(text -> !Nulls.isEmpty(text))
                .map(Times::parse)
                .orElse(null);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }
}
