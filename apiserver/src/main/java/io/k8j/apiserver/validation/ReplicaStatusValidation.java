package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;

/** Checks the counters in the status of what makes Pods. */
public final class ReplicaStatusValidation {
    private static final String MORE_THAN_ALL = "cannot be greater than status.replicas";

    private ReplicaStatusValidation() {}

    /** The status of a ReplicationController or ReplicaSet. */
    public static List<FieldError> replicas(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        List<String> parts = List.of("fullyLabeledReplicas", "readyReplicas", "availableReplicas");
        notNegative(f, status, List.of("replicas"));
        notNegative(f, status, parts);
        notNegative(f, status, List.of("observedGeneration", "terminatingReplicas"));
        parts(f, status, parts, "readyReplicas");
        return f.list();
    }

    public static List<FieldError> deployment(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        List<String> parts = List.of("updatedReplicas", "readyReplicas", "availableReplicas");
        notNegative(f, status, List.of("observedGeneration", "replicas"));
        notNegative(f, status, parts);
        notNegative(f, status, List.of("unavailableReplicas", "terminatingReplicas", "collisionCount"));
        parts(f, status, parts, "readyReplicas");
        collisions(f, status, old);
        return f.list();
    }

    public static List<FieldError> statefulSet(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        List<String> parts = List.of("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas");
        notNegative(f, status, List.of("replicas"));
        notNegative(f, status, parts);
        notNegative(f, status, List.of("observedGeneration", "collisionCount"));
        parts(f, status, parts, "status.readyReplicas");
        collisions(f, status, old);
        return f.list();
    }

    public static List<FieldError> daemonSet(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        notNegative(
                f,
                status,
                List.of(
                        "currentNumberScheduled",
                        "numberMisscheduled",
                        "desiredNumberScheduled",
                        "numberReady",
                        "observedGeneration",
                        "updatedNumberScheduled",
                        "numberAvailable",
                        "numberUnavailable",
                        "collisionCount"));
        collisions(f, status, old);
        return f.list();
    }

    private static void notNegative(Findings f, Place status, List<String> counters) {
        counters.forEach(counter -> f.notNegative(status.field(counter)));
    }

    private static void parts(Findings f, Place status, List<String> parts, String ready) {
        for (String part : parts) {
            if (status.number(part) > status.number("replicas")) {
                f.invalid(status.field(part), status.number(part), MORE_THAN_ALL);
            }
        }
        if (status.number("availableReplicas") > status.number("readyReplicas")) {
            f.invalid(
                    status.field("availableReplicas"),
                    status.number("availableReplicas"),
                    "cannot be greater than " + ready);
        }
    }

    private static void collisions(Findings f, Place status, Map<String, Object> old) {
        Place before = Place.of(old).at("status", "collisionCount");
        long now = status.number("collisionCount");
        if (before.present() && now < before.number(0)) {
            f.invalid(status.field("collisionCount"), now, "cannot be decremented");
        }
    }
}
