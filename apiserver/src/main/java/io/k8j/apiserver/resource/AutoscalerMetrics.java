package io.k8j.apiserver.resource;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Translates single metrics between the two shapes they have had: flat in the annotations of autoscaling/v1, in parts in
 * autoscaling/v2. Both have specs, with targets, and states, with current values.
 */
final class AutoscalerMetrics {
    private static final List<String> SOURCES = List.of("object", "pods", "resource", "containerResource", "external");

    private final boolean state;
    private final String part;

    private AutoscalerMetrics(boolean state) {
        this.state = state;
        this.part = state ? "current" : "target";
    }

    static final AutoscalerMetrics SPECS = new AutoscalerMetrics(false);
    static final AutoscalerMetrics STATES = new AutoscalerMetrics(true);

    /** A metric of v2 in v1's shape. */
    Map<String, Object> flat(Object metric) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("type", text(metric, "type"));
        for (String source : SOURCES) {
            if (Trees.get(metric, source) instanceof Map<?, ?> from) out.put(source, flat(source, from));
        }
        return out;
    }

    private Map<String, Object> flat(String source, Map<?, ?> from) {
        Object value = Trees.get(from, part, "value");
        Object average = Trees.get(from, part, "averageValue");
        Object selector = Trees.get(from, "metric", "selector");
        Map<String, Object> out = new LinkedHashMap<>();
        switch (source) {
            case "object" -> {
                out.put("target", reference(Trees.get(from, "describedObject")));
                out.put("metricName", text(from, "metric", "name"));
                out.put(part + "Value", orZero(value));
                putIfPresent(out, "selector", selector);
                putIfPresent(out, "averageValue", average);
            }
            case "pods" -> {
                out.put("metricName", text(from, "metric", "name"));
                out.put(part + "AverageValue", orZero(average));
                putIfPresent(out, "selector", selector);
            }
            case "external" -> {
                out.put("metricName", text(from, "metric", "name"));
                putIfPresent(out, "metricSelector", selector);
                putIfPresent(out, part + "Value", state ? orZero(value) : value);
                putIfPresent(out, part + "AverageValue", average);
            }
            default -> {
                out.put("name", text(from, "name"));
                putIfPresent(out, part + "AverageUtilization", Trees.get(from, part, "averageUtilization"));
                putIfPresent(out, part + "AverageValue", state ? orZero(average) : average);
                if (source.equals("containerResource")) out.put("container", text(from, "container"));
            }
        }
        return out;
    }

    /** A metric of v1 in v2's shape. */
    Map<String, Object> inParts(Object metric) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("type", text(metric, "type"));
        for (String source : SOURCES) {
            if (Trees.get(metric, source) instanceof Map<?, ?> from) out.put(source, inParts(source, from));
        }
        return out;
    }

    private Map<String, Object> inParts(String source, Map<?, ?> from) {
        Object value = from.get(part + "Value");
        Object average = from.get(part + "AverageValue");
        Map<String, Object> out = new LinkedHashMap<>();
        switch (source) {
            case "object" -> {
                out.put("describedObject", reference(from.get("target")));
                Object ofAll = from.get("averageValue");
                out.put(part, value(ofAll == null ? "Value" : "AverageValue", orZero(value), ofAll, null));
                out.put("metric", identifier(from, "selector"));
            }
            case "pods" -> {
                out.put("metric", identifier(from, "selector"));
                out.put(part, value("AverageValue", null, orZero(average), null));
            }
            case "external" -> {
                out.put("metric", identifier(from, "metricSelector"));
                Object single = state ? orZero(value) : value;
                out.put(part, value(value == null ? "AverageValue" : "Value", single, average, null));
            }
            default -> {
                out.put("name", text(from, "name"));
                Object utilization = from.get(part + "AverageUtilization");
                Object mean = state ? orZero(average) : average;
                out.put(part, value(utilization == null ? "AverageValue" : "Utilization", null, mean, utilization));
                if (source.equals("containerResource")) out.put("container", text(from, "container"));
            }
        }
        return out;
    }

    private Map<String, Object> value(String type, Object value, Object average, Object utilization) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (!state) out.put("type", type);
        putIfPresent(out, "value", value);
        putIfPresent(out, "averageValue", average);
        putIfPresent(out, "averageUtilization", utilization);
        return out;
    }

    private static Map<String, Object> identifier(Map<?, ?> from, String selector) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", text(from, "metricName"));
        putIfPresent(out, "selector", from.get(selector));
        return out;
    }

    private static Map<String, Object> reference(Object from) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("kind", text(from, "kind"));
        out.put("name", text(from, "name"));
        if (!text(from, "apiVersion").isEmpty()) out.put("apiVersion", text(from, "apiVersion"));
        return out;
    }

    private static String text(Object tree, String... path) {
        String text = Trees.string(tree, path);
        return text == null ? "" : text;
    }

    private static Object orZero(Object quantity) {
        return quantity == null ? "0" : quantity;
    }

    private static void putIfPresent(Map<String, Object> out, String name, Object value) {
        if (value != null) out.put(name, value);
    }
}
