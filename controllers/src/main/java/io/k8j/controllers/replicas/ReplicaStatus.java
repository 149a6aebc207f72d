package io.k8j.controllers.replicas;

import java.util.ArrayList;
import java.util.List;

/** The status that both kinds have. */
record ReplicaStatus(
        int replicas,
        int fullyLabeled,
        int ready,
        int available,
        Integer terminating,
        long observedGeneration,
        List<Condition> conditions) {
    record Condition(String type, String status, String reason, String message, String lastTransitionTime) {}

    ReplicaStatus withFailure(String reason, String message, String now) {
        if (conditions.stream().anyMatch(c -> c.type.equals("ReplicaFailure"))) {
            return this;
        }
        List<Condition> more = new ArrayList<>(conditions);
        more.add(new Condition("ReplicaFailure", "True", reason, message, now));
        return withConditions(more);
    }

    ReplicaStatus withoutFailure() {
        return withConditions(conditions.stream()
                .filter(c -> !c.type.equals("ReplicaFailure"))
                .toList());
    }

    private ReplicaStatus withConditions(List<Condition> changed) {
        return new ReplicaStatus(
                replicas, fullyLabeled, ready, available, terminating, observedGeneration, List.copyOf(changed));
    }
}
