package io.k8j.apiserver.validation;

import io.k8j.apiserver.validation.HorizontalPodAutoscalerValidation.VersionRule;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.List;

/** Checks what autoscalers measure. */
final class AutoscalerMetricValidation {
    private static final List<String> TYPES = List.of("ContainerResource", "External", "Object", "Pods", "Resource");

    /** In the order in which upstream looks at them; it checks the first that is there. */
    private static final List<String> SOURCES = List.of("object", "external", "pods", "resource", "containerResource");

    private AutoscalerMetricValidation() {}

    static void check(Findings f, Place spec, VersionRule described) {
        Place metrics = spec.field("metrics");
        metrics.items().forEach(metric -> metric(f, metric, described));
        Place minimum = spec.field("minReplicas");
        boolean fromZero = metrics.items().stream()
                .anyMatch(m -> m.text("type").equals("Object") || m.text("type").equals("External"));
        if (minimum.present() && minimum.number(1) == 0 && !fromZero) {
            f.forbidden(
                    metrics, "must specify at least one Object or External metric to support scaling to zero replicas");
        }
    }

    private static void metric(Findings f, Place metric, VersionRule described) {
        Place type = metric.field("type");
        if (type.text().isEmpty()) {
            f.required(type, "must specify a metric source type");
        }
        boolean known = TYPES.contains(type.text());
        if (!known) {
            f.notSupported(type, type.text(), TYPES);
        }
        List<String> present = new ArrayList<>(SOURCES);
        present.removeIf(source -> metric.field(source).absent());
        if (!present.isEmpty()) {
            source(f, metric.field(present.getFirst()), present.getFirst(), described);
        }
        String expected = known
                ? Character.toLowerCase(type.text().charAt(0)) + type.text().substring(1)
                : "";
        if (!known) {
            f.notSupported(type, type.text(), TYPES); // upstream says it twice
        } else if (!present.contains(expected)) {
            f.required(metric.field(expected), "must populate information for the given metric source");
        }
        if (present.size() != 1) {
            present.stream()
                    .filter(source -> !source.equals(expected))
                    .sorted()
                    .forEach(s -> f.forbidden(metric.field(s), "must populate the given metric source only"));
        }
    }

    private static void source(Findings f, Place source, String kind, VersionRule described) {
        switch (kind) {
            case "object" -> object(f, source, described);
            case "external" -> external(f, source);
            case "pods" -> {
                identified(f, source);
                Place average = source.at("target", "averageValue");
                if (average.absent()) {
                    f.required(average, "must specify a positive target averageValue");
                }
            }
            default -> resource(f, source, kind.equals("containerResource"));
        }
    }

    private static void object(Findings f, Place source, VersionRule described) {
        HorizontalPodAutoscalerValidation.reference(f, source.field("describedObject"), described);
        identified(f, source);
        Place average = source.at("target", "averageValue");
        if (source.at("target", "value").absent() && average.absent()) {
            f.required(average, "must set either a target value or averageValue");
        }
    }

    private static void external(Findings f, Place source) {
        identified(f, source);
        Place value = source.at("target", "value");
        Place average = source.at("target", "averageValue");
        if (value.absent() && average.absent()) {
            f.required(average, "must set either a target value for metric or a per-pod target");
        }
        if (value.present() && average.present()) {
            f.forbidden(value, "may not set both a target value for metric and a per-pod target");
        }
    }

    private static void resource(Findings f, Place source, boolean ofContainer) {
        Place name = source.field("name");
        if (name.text().isEmpty()) {
            f.required(name, "must specify a resource name");
        } else if (ofContainer) {
            ResourceValidation.containerName(f, name, name.text());
        }
        Place container = source.field("container");
        if (ofContainer && container.text().isEmpty()) {
            f.required(container, "must specify a container");
        } else if (ofContainer) {
            Meta.dnsLabel(f, container);
        }
        target(f, source.field("target"));
        Place utilization = source.at("target", "averageUtilization");
        Place average = source.at("target", "averageValue");
        if (utilization.absent() && average.absent()) {
            f.required(utilization, "must set either a target raw value or a target utilization");
        }
        if (utilization.present() && average.present()) {
            f.forbidden(average, "may not set both a target raw value and a target utilization");
        }
    }

    /** A source with the name of a metric and a target. */
    private static void identified(Findings f, Place source) {
        Place name = source.at("metric", "name");
        if (name.text().isEmpty()) {
            f.required(name, "must specify a metric name");
        } else {
            Meta.grammar(f, name, Names::pathSegment);
        }
        target(f, source.field("target"));
    }

    private static void target(Findings f, Place target) {
        Place type = target.field("type");
        if (type.text().isEmpty()) {
            f.required(type, "must specify a metric target type");
        }
        if (!List.of("Utilization", "Value", "AverageValue").contains(type.text())) {
            f.invalid(type, type.text(), "must be either Utilization, Value, or AverageValue");
        }
        for (String field : List.of("value", "averageValue")) {
            Quantity amount = ResourceValidation.quantity(target.field(field));
            if (amount != null && amount.signum() <= 0) {
                f.invalid(target.field(field), amount.toString(), "must be positive");
            }
        }
        Place utilization = target.field("averageUtilization");
        if (utilization.present() && utilization.number(0) < 1) {
            f.invalid(utilization, "must be greater than 0");
        }
    }
}
