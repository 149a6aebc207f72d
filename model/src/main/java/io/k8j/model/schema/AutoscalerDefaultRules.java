package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Defaults of the autoscaler: CPU at 80 % when no metric is given, and complete scaling rules when any is. */
final class AutoscalerDefaultRules {
    private AutoscalerDefaultRules() {}

    /** The first version has one metric of its own; others travel in an annotation. */
    static void firstVersion(Map<String, Object> autoscaler) {
        if (Trees.get(autoscaler, "metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics") != null) return;
        Map<String, Object> spec = DefaultRules.child(autoscaler, "spec");
        if (spec.get("targetCPUUtilizationPercentage") == null) spec.put("targetCPUUtilizationPercentage", 80L);
    }

    static void spec(Map<String, Object> spec) {
        if (Trees.list(spec, "metrics").isEmpty()) {
            Map<String, Object> target = new LinkedHashMap<>(Map.of("type", "Utilization", "averageUtilization", 80L));
            Map<String, Object> resource = new LinkedHashMap<>(Map.of("name", "cpu", "target", target));
            Map<String, Object> metric = new LinkedHashMap<>(Map.of("type", "Resource", "resource", resource));
            spec.put("metrics", new ArrayList<>(List.of(metric)));
        }
        if (!(spec.get("behavior") instanceof Map<?, ?> behavior)) return;
        Map<String, Object> up = DefaultRules.child(Trees.asMap(behavior), "scaleUp");
        if (up.get("stabilizationWindowSeconds") == null) up.put("stabilizationWindowSeconds", 0L);
        rules(up, policy("Pods", 4), policy("Percent", 100));
        rules(DefaultRules.child(Trees.asMap(behavior), "scaleDown"), policy("Percent", 100));
    }

    private static void rules(Map<String, Object> rules, Object... policies) {
        if (rules.get("selectPolicy") == null) rules.put("selectPolicy", "Max");
        if (rules.get("policies") == null) rules.put("policies", new ArrayList<>(List.of(policies)));
    }

    private static Map<String, Object> policy(String type, long value) {
        return new LinkedHashMap<>(Map.of("type", type, "value", value, "periodSeconds", 15L));
    }
}
