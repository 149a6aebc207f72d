package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.GroupValidation;

/** What is special about PodGroups and Workloads. */
final class GroupRules {
    private GroupRules() {}

    /** The rules of a resource; null if it is not one of these. */
    static Rules find(String resource) {
        return switch (resource) {
            case "podgroups.scheduling.k8s.io" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .keepsMetadataInStatus()
                        .check(GroupValidation::podGroup)
                        .updateCheck(GroupValidation::podGroupUpdate)
                        .statusCheck(GroupValidation::podGroupStatus);
            case "workloads.scheduling.k8s.io" ->
                Rules.plain().check(GroupValidation::workload).updateCheck(GroupValidation::workloadUpdate);
            default -> null;
        };
    }
}
