package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.GroupValidation;
import java.util.Map;

/** What is special about PodGroups and Workloads. */
final class GroupRules {
    private GroupRules() {}

    static Map<String, Rules> table() {
        return Map.of(
                "podgroups.scheduling.k8s.io",
                Rules.withStatus()
                        .withoutGeneration()
                        .keepsMetadataInStatus()
                        .check(GroupValidation::podGroup)
                        .updateCheck(GroupValidation::podGroupUpdate)
                        .statusCheck(GroupValidation::podGroupStatus),
                "workloads.scheduling.k8s.io",
                Rules.plain().check(GroupValidation::workload).updateCheck(GroupValidation::workloadUpdate));
    }
}
