package io.k8j.controllers.replicas;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.ReplicationControllerCondition;
import io.fabric8.kubernetes.api.model.ReplicationControllerStatus;
import io.fabric8.kubernetes.api.model.ReplicationControllerStatusBuilder;
import io.k8j.client.Selectors;
import io.k8j.controllers.support.Nulls;
import java.util.List;
import java.util.Map;

final class ReplicationControllerKind implements ReplicaKind<ReplicationController> {
    @Override
    public Class<ReplicationController> type() {
        return ReplicationController.class;
    }

    @Override
    public String kind() {
        return "ReplicationController";
    }

    @Override
    public String component() {
        return "replication-controller";
    }

    @Override
    public boolean selects(ReplicationController object, Map<String, String> labels) {
        return Selectors.containsAll(Nulls.map(object.getSpec().getSelector()), labels);
    }

    @Override
    public boolean selectsAll(ReplicationController object) {
        return Nulls.map(object.getSpec().getSelector()).isEmpty();
    }

    @Override
    public int replicas(ReplicationController object) {
        return Nulls.or(object.getSpec().getReplicas(), 1);
    }

    @Override
    public int minReadySeconds(ReplicationController object) {
        return Nulls.or(object.getSpec().getMinReadySeconds(), 0);
    }

    @Override
    public PodTemplateSpec template(ReplicationController object) {
        return object.getSpec().getTemplate();
    }

    @Override
    public boolean countsTerminating() {
        return false;
    }

    @Override
    public ReplicaStatus status(ReplicationController object) {
        ReplicationControllerStatus status =
                object.getStatus() == null ? new ReplicationControllerStatus() : object.getStatus();
        List<ReplicaStatus.Condition> conditions = Nulls.list(status.getConditions()).stream()
                .map(c -> new ReplicaStatus.Condition(
                        c.getType(), c.getStatus(), c.getReason(), c.getMessage(), c.getLastTransitionTime()))
                .toList();
        return new ReplicaStatus(
                Nulls.or(status.getReplicas(), 0),
                Nulls.or(status.getFullyLabeledReplicas(), 0),
                Nulls.or(status.getReadyReplicas(), 0),
                Nulls.or(status.getAvailableReplicas(), 0),
                null,
                Nulls.or(status.getObservedGeneration(), 0L),
                conditions);
    }

    @Override
    public ReplicationController withStatus(ReplicationController object, ReplicaStatus status) {
        List<ReplicationControllerCondition> conditions = status.conditions().stream()
                .map(c -> new ReplicationControllerCondition(
                        c.lastTransitionTime(), c.message(), c.reason(), c.status(), c.type()))
                .toList();
        return object.toBuilder()
                .withStatus(new ReplicationControllerStatusBuilder()
                        .withReplicas(status.replicas())
                        .withFullyLabeledReplicas(orNull(status.fullyLabeled()))
                        .withReadyReplicas(orNull(status.ready()))
                        .withAvailableReplicas(orNull(status.available()))
                        .withObservedGeneration(status.observedGeneration())
                        .withConditions(conditions)
                        .build())
                .build();
    }

    /** Zero is left out on the wire. */
    private static Integer orNull(int value) {
        return value == 0 ? null : value;
    }
}
