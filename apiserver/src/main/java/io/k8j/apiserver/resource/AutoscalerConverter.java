package io.k8j.apiserver.resource;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

    @Override
    public Map<String, Object> toStored(Map<String, Object> object) {
        object.put("apiVersion", "autoscaling/v2");
        if (object.get("spec") instanceof Map<?, ?> s) {
            Map<String, Object> spec = Trees.asMap(s);
            Object target = spec.remove("targetCPUUtilizationPercentage");
            List<Object> metrics = new ArrayList<>();
            if (parsed(object, METRICS) instanceof List<?> list) metrics.addAll(list);
            if (target != null) metrics.add(cpu("target", Map.of("type", "Utilization", "averageUtilization", target)));
            if (!metrics.isEmpty()) spec.put("metrics", metrics);
            if (parsed(object, BEHAVIOR) instanceof Map<?, ?> behavior) spec.put("behavior", behavior);
        }
        if (object.get("status") instanceof Map<?, ?> s) {
            Map<String, Object> status = Trees.asMap(s);
            Object now = status.remove("currentCPUUtilizationPercentage");
            List<Object> current = new ArrayList<>();
            if (parsed(object, CURRENT) instanceof List<?> list) current.addAll(list);
            if (now != null) current.add(cpu("current", Map.of("averageUtilization", now)));
            if (!current.isEmpty()) status.put("currentMetrics", current);
            if (parsed(object, CONDITIONS) instanceof List<?> conditions) status.put("conditions", conditions);
        }
        for (String name : List.of(METRICS, CURRENT, CONDITIONS, BEHAVIOR)) {
            Trees.remove(object, "metadata", "annotations", name);
        }
        if (Trees.get(object, "metadata", "annotations") instanceof Map<?, ?> m && m.isEmpty()) {
            Trees.remove(object, "metadata", "annotations");
        }
        return object;
    }

    @Override
    public Map<String, Object> fromStored(Map<String, Object> object) {
        object.put("apiVersion", "autoscaling/v1");
        if (object.get("spec") instanceof Map<?, ?> s) {
            Map<String, Object> spec = Trees.asMap(s);
            List<Object> others = new ArrayList<>();
            for (Object metric : list(spec.remove("metrics"))) {
                Object target = Trees.get(metric, "resource", "target", "averageUtilization");
                if (isCpu(metric) && target != null) spec.put("targetCPUUtilizationPercentage", target);
                else others.add(metric);
            }
            annotate(object, METRICS, others.isEmpty() ? null : others);
            annotate(object, BEHAVIOR, spec.remove("behavior"));
        }
        if (object.get("status") instanceof Map<?, ?> s) {
            Map<String, Object> status = Trees.asMap(s);
            List<Object> others = new ArrayList<>();
            for (Object metric : list(status.remove("currentMetrics"))) {
                Object now = Trees.get(metric, "resource", "current", "averageUtilization");
                if (isCpu(metric) && now != null) status.put("currentCPUUtilizationPercentage", now);
                else others.add(metric);
            }
            annotate(object, CURRENT, others.isEmpty() ? null : others);
            annotate(object, CONDITIONS, status.remove("conditions"));
        }
        return object;
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
