package io.k8j.apiserver.strategy;

import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;

/**
 * Takes away fields of features that are off: from new objects, and from new versions of objects that did not have them
 * before, so that nothing is lost when a feature is switched off.
 */
final class DisabledFields {
    /** A field and the gate that allows it. */
    private record Field(String gate, String name) {}

    private static final List<Field> OF_PODS = List.of(new Field(FeatureGates.GENERIC_WORKLOAD, "schedulingGroup"));
    private static final List<Field> OF_GROUPS = List.of(
            new Field("TopologyAwareWorkloadScheduling", "schedulingConstraints"),
            new Field("DRAWorkloadResourceClaims", "resourceClaims"),
            new Field("WorkloadAwarePreemption", "disruptionMode"),
            new Field("WorkloadAwarePreemption", "priorityClassName"),
            new Field("WorkloadAwarePreemption", "priority"));

    /** Where the specs of Pods are. */
    private static final Map<String, String[]> PODS = Map.of(
            "pods", path("spec"),
            "podtemplates", path("template.spec"),
            "replicationcontrollers", path("spec.template.spec"),
            "deployments.apps", path("spec.template.spec"),
            "replicasets.apps", path("spec.template.spec"),
            "statefulsets.apps", path("spec.template.spec"),
            "daemonsets.apps", path("spec.template.spec"),
            "jobs.batch", path("spec.template.spec"),
            "cronjobs.batch", path("spec.jobTemplate.spec.template.spec"));

    private final List<Field> ofPods;
    private final List<Field> ofGroups;

    DisabledFields(FeatureGates gates) {
        this.ofPods = off(OF_PODS, gates);
        this.ofGroups = off(OF_GROUPS, gates);
    }

    private static List<Field> off(List<Field> fields, FeatureGates gates) {
        return fields.stream().filter(field -> !gates.isOn(field.gate())).toList();
    }

    private static String[] path(String dotted) {
        return dotted.split("\\.");
    }

    /** Adds to the rules of each resource what is to be dropped from its objects. */
    void addTo(Map<String, Rules> table) {
        PODS.forEach((resource, path) -> {
            if (table.containsKey(resource) && !ofPods.isEmpty()) {
                table.get(resource).dropping((object, old) -> drop(ofPods, object, old, path));
            }
        });
        if (ofGroups.isEmpty()) return;
        table.get("podgroups.scheduling.k8s.io").dropping((object, old) -> drop(ofGroups, object, old, "spec"));
        // Templates stay as they were made.
        table.get("workloads.scheduling.k8s.io").dropping((object, old) -> {
            if (old != null) return;
            for (Object template : Trees.list(object, "spec", "podGroupTemplates")) {
                if (template instanceof Map<?, ?> map) {
                    for (Field field : ofGroups) map.remove(field.name());
                }
            }
        });
    }

    private static void drop(List<Field> fields, Map<String, Object> object, Map<String, Object> old, String... path) {
        Object spec = Trees.get(object, path);
        if (!(spec instanceof Map<?, ?> map)) return;
        for (Field field : fields) {
            if (map.get(field.name()) == null) continue;
            boolean inUse = old != null && Trees.map(old, path).get(field.name()) != null;
            if (!inUse) map.remove(field.name());
        }
    }
}
