package io.k8j.controllers.replicas;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatusBuilder;
import io.k8j.client.Selectors;
import io.k8j.controllers.support.Nulls;
import java.util.List;
import java.util.Map;

final class ReplicaSetKind implements ReplicaKind<ReplicaSet> {
    @Override
    public Class<ReplicaSet> type() {
        return ReplicaSet.class;
    }

    @Override
    public String kind() {
        return "ReplicaSet";
    }

    @Override
    public String component() {
        return "replicaset-controller";
    }

    @Override
    public boolean selects(ReplicaSet object, Map<String, String> labels) {
        return Selectors.matches(object.getSpec().getSelector(), labels);
    }

    @Override
    public boolean selectsAll(ReplicaSet object) {
        return Selectors.isEmpty(object.getSpec().getSelector());
    }

    @Override
    public int replicas(ReplicaSet object) {
        return Nulls.or(object.getSpec().getReplicas(), 1);
    }

    @Override
    public int minReadySeconds(ReplicaSet object) {
        return Nulls.or(object.getSpec().getMinReadySeconds(), 0);
    }

    @Override
    public PodTemplateSpec template(ReplicaSet object) {
        return object.getSpec().getTemplate();
    }

    @Override
    public boolean countsTerminating() {
        return true;
    }

    @Override
    public ReplicaStatus status(ReplicaSet object) {
        ReplicaSetStatus status = object.getStatus() == null ? new ReplicaSetStatus() : object.getStatus();
        List<ReplicaStatus.Condition> conditions = Nulls.list(status.getConditions()).stream()
                .map(c -> new ReplicaStatus.Condition(
                        c.getType(), c.getStatus(), c.getReason(), c.getMessage(), c.getLastTransitionTime()))
                .toList();
        return new ReplicaStatus(
                Nulls.or(status.getReplicas(), 0),
                Nulls.or(status.getFullyLabeledReplicas(), 0),
                Nulls.or(status.getReadyReplicas(), 0),
                Nulls.or(status.getAvailableReplicas(), 0),
                status.getTerminatingReplicas(),
                Nulls.or(status.getObservedGeneration(), 0L),
                conditions);
    }

    @Override
    public ReplicaSet withStatus(ReplicaSet object, ReplicaStatus status) {
        List<ReplicaSetCondition> conditions = status.conditions().stream()
                .map(c ->
                        new ReplicaSetCondition(c.lastTransitionTime(), c.message(), c.reason(), c.status(), c.type()))
                .toList();
        return object.toBuilder()
                .withStatus(new ReplicaSetStatusBuilder()
                        .withReplicas(status.replicas())
                        .withFullyLabeledReplicas(orNull(status.fullyLabeled()))
                        .withReadyReplicas(orNull(status.ready()))
                        .withAvailableReplicas(orNull(status.available()))
                        .withTerminatingReplicas(status.terminating())
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
