package io.k8j.apiserver.resource;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * autoscaling/v1 knows one metric, CPU utilization; everything else of v2, which is stored, travels in annotations so
 * that a read and write-back through v1 loses nothing.
 */
final class AutoscalerConverter implements VersionConverter {
    private static final String METRICS = "autoscaling.alpha.kubernetes.io/metrics";
    private static final String CURRENT = "autoscaling.alpha.kubernetes.io/current-metrics";
    private static final String CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
    private static final String BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
    private static final List<String> DROPPED = List.of(
            METRICS,
            CURRENT,
            CONDITIONS,
            BEHAVIOR,
            "autoscaling.alpha.kubernetes.io/scale-down-tolerance",
            "autoscaling.alpha.kubernetes.io/scale-up-tolerance");

    @Override
    public Map<String, Object> toStored(Map<String, Object> object) {
        object.put("apiVersion", "autoscaling/v2");
        if (object.get("spec") instanceof Map<?, ?> s) {
            Map<String, Object> spec = Trees.asMap(s);
            Object target = spec.remove("targetCPUUtilizationPercentage");
            List<Object> metrics = new ArrayList<>();
            if (parsed(object, METRICS) instanceof List<?> list)
                list.forEach(metric -> metrics.add(AutoscalerMetrics.SPECS.inParts(metric)));
            if (target != null) metrics.add(cpu("target", Map.of("type", "Utilization", "averageUtilization", target)));
            if (!metrics.isEmpty()) spec.put("metrics", metrics);
            if (parsed(object, BEHAVIOR) instanceof Map<?, ?> behavior && !behavior.isEmpty())
                spec.put("behavior", respelled(behavior, false));
        }
        if (object.get("status") instanceof Map<?, ?> s) {
            Map<String, Object> status = Trees.asMap(s);
            Object now = status.remove("currentCPUUtilizationPercentage");
            List<Object> current = new ArrayList<>();
            // The annotation has all of them, with more than the one field can say.
            if (parsed(object, CURRENT) instanceof List<?> list)
                list.forEach(metric -> current.add(AutoscalerMetrics.STATES.inParts(metric)));
            else if (now != null) current.add(cpu("current", Map.of("averageUtilization", now)));
            if (!current.isEmpty()) status.put("currentMetrics", current);
            if (parsed(object, CONDITIONS) instanceof List<?> conditions) status.put("conditions", conditions);
        }
        dropAnnotations(object);
        return object;
    }

    @Override
    public Map<String, Object> fromStored(Map<String, Object> object) {
        object.put("apiVersion", "autoscaling/v1");
        dropAnnotations(object); // the only ones left are those that are made here
        if (object.get("spec") instanceof Map<?, ?> s) {
            Map<String, Object> spec = Trees.asMap(s);
            List<Object> others = new ArrayList<>();
            for (Object metric : list(spec.remove("metrics"))) {
                Object target = Trees.get(metric, "resource", "target", "averageUtilization");
                if (isCpu(metric) && target != null) spec.putIfAbsent("targetCPUUtilizationPercentage", target);
                else others.add(AutoscalerMetrics.SPECS.flat(metric));
            }
            annotate(object, METRICS, others.isEmpty() ? null : others);
            if (spec.remove("behavior") instanceof Map<?, ?> behavior)
                annotate(object, BEHAVIOR, respelled(behavior, true));
        }
        if (object.get("status") instanceof Map<?, ?> s) {
            Map<String, Object> status = Trees.asMap(s);
            List<Object> all = new ArrayList<>();
            for (Object metric : list(status.remove("currentMetrics"))) {
                Object now = Trees.get(metric, "resource", "current", "averageUtilization");
                if (isCpu(metric) && now != null) status.put("currentCPUUtilizationPercentage", now);
                all.add(AutoscalerMetrics.STATES.flat(metric));
            }
            annotate(object, CURRENT, all.isEmpty() ? null : all);
            Object conditions = status.remove("conditions");
            annotate(object, CONDITIONS, list(conditions).isEmpty() ? null : conditions);
        }
        return object;
    }

    private static void dropAnnotations(Map<String, Object> object) {
        for (String name : DROPPED) Trees.remove(object, "metadata", "annotations", name);
        if (Trees.get(object, "metadata", "annotations") instanceof Map<?, ?> m && m.isEmpty()) {
            Trees.remove(object, "metadata", "annotations");
        }
    }

    /** Upstream writes the scaling rules as its own structure: with big letters, and null for what is not there. */
    private static Map<String, Object> respelled(Map<?, ?> behavior, boolean big) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String direction : List.of("scaleUp", "scaleDown")) {
            if (of(behavior, direction) instanceof Map<?, ?> rules) {
                Map<String, Object> fields = new LinkedHashMap<>();
                for (String field : List.of("stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance")) {
                    Object value = of(rules, field);
                    if (value instanceof List<?> policies)
                        value = policies.stream()
                                .map(policy -> policy(policy, big))
                                .toList();
                    if (value != null || big) fields.put(spelled(field, big), value);
                }
                out.put(spelled(direction, big), fields);
            } else if (big) {
                out.put(spelled(direction, true), null);
            }
        }
        return out;
    }

    private static Map<String, Object> policy(Object policy, boolean big) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String field : List.of("type", "value", "periodSeconds")) {
            Object value = policy instanceof Map<?, ?> map ? of(map, field) : null;
            if (value != null) out.put(spelled(field, big), value);
        }
        return out;
    }

    /** Go reads names without regard to case. */
    private static Object of(Map<?, ?> map, String name) {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (name.equalsIgnoreCase((String) entry.getKey())) return entry.getValue();
        }
        return null;
    }

    private static String spelled(String name, boolean big) {
        return big ? name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) : name;
    }

    private static boolean isCpu(Object metric) {
        return "Resource".equals(Trees.string(metric, "type"))
                && "cpu".equals(Trees.string(metric, "resource", "name"));
    }

    private static Map<String, Object> cpu(String field, Map<String, Object> value) {
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("name", "cpu");
        resource.put(field, new LinkedHashMap<>(value));
        Map<String, Object> metric = new LinkedHashMap<>();
        metric.put("type", "Resource");
        metric.put("resource", resource);
        return metric;
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static Object parsed(Map<String, Object> object, String annotation) {
        String text = Trees.string(object, "metadata", "annotations", annotation);
        if (text == null) return null;
        try {
            return Json.parse(text);
        } catch (JsonException e) {
            return null; // a damaged annotation counts as absent, as upstream does
        }
    }

    private static void annotate(Map<String, Object> object, String annotation, Object value) {
        if (value != null) Trees.set(object, Json.writeString(value), "metadata", "annotations", annotation);
    }
}
