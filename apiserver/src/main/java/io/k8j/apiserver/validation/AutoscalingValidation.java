package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/** Checks autoscalers and disruption budgets. */
public final class AutoscalingValidation {
    private static final List<String> METRIC_TYPES =
            List.of("ContainerResource", "External", "Object", "Pods", "Resource");

    private AutoscalingValidation() {}

    public static List<FieldError> horizontalPodAutoscaler(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place minimum = spec.field("minReplicas");
        boolean fromZero = spec.field("metrics").items().stream()
                .anyMatch(m -> m.text("type").equals("Object") || m.text("type").equals("External"));
        if (minimum.present() && minimum.number(0) < 1 && !(fromZero && minimum.number(0) == 0)) {
            f.invalid(minimum, "must be greater than or equal to 1");
        }
        Place maximum = spec.field("maxReplicas");
        if (maximum.number(0) < 1) {
            f.invalid(maximum, maximum.number(0), "must be greater than 0");
        }
        if (minimum.present() && maximum.number(0) < minimum.number(0)) {
            f.invalid(maximum, maximum.number(0), "must be greater than or equal to `minReplicas`");
        }
        reference(f, spec.field("scaleTargetRef"));
        spec.field("metrics").items().forEach(metric -> metric(f, metric));
        for (String direction : List.of("scaleUp", "scaleDown")) {
            Place rules = spec.at("behavior", direction);
            if (rules.present()) {
                rules(f, rules);
            }
        }
        return f.list();
    }

    private static void reference(Findings f, Place ref) {
        for (String field : List.of("kind", "name")) {
            Place p = ref.field(field);
            if (p.text().isEmpty()) {
                f.required(p);
            } else {
                Meta.grammar(f, p, Names::pathSegment);
            }
        }
    }

    private static void metric(Findings f, Place metric) {
        Place type = metric.field("type");
        if (type.text().isEmpty()) {
            f.required(type, "must specify a metric source type");
        } else {
            Meta.oneOf(f, type, METRIC_TYPES);
        }
        String expected = type.text().isEmpty()
                ? ""
                : Character.toLowerCase(type.text().charAt(0)) + type.text().substring(1);
        int present = 0;
        for (String source : List.of("object", "external", "pods", "resource", "containerResource")) {
            Place s = metric.field(source);
            if (s.absent()) {
                continue;
            }
            present++;
            source(f, source, s);
        }
        if (METRIC_TYPES.contains(type.text()) && metric.field(expected).absent()) {
            f.required(metric.field(expected), "must populate information for the given metric source");
        }
        if (present > 1) {
            for (String source : List.of("containerResource", "external", "object", "pods", "resource")) {
                if (metric.field(source).present() && !source.equals(expected)) {
                    f.forbidden(metric.field(source), "must populate the given metric source only");
                }
            }
        }
    }

    private static void source(Findings f, String kind, Place s) {
        Place target = s.field("target");
        Place average = target.field("averageValue");
        switch (kind) {
            case "resource", "containerResource" -> {
                if (s.text("name").isEmpty()) {
                    f.required(s.field("name"), "must specify a resource name");
                }
                if (kind.equals("containerResource") && s.text("container").isEmpty()) {
                    f.required(s.field("container"), "must specify a container");
                }
                target(f, target);
                Place utilization = target.field("averageUtilization");
                if (utilization.absent() && average.absent()) {
                    f.required(utilization, "must set either a target raw value or a target utilization");
                }
                if (utilization.present() && average.present()) {
                    f.forbidden(average, "may not set both a target raw value and a target utilization");
                }
            }
            case "pods" -> {
                identifier(f, s.field("metric"));
                target(f, target);
                Quantity amount = ResourceValidation.quantity(average);
                if (amount == null || amount.signum() <= 0) {
                    f.required(average, "must specify a positive target averageValue");
                }
            }
            case "object" -> {
                reference(f, s.field("describedObject"));
                identifier(f, s.field("metric"));
                target(f, target);
                if (target.field("value").absent() && average.absent()) {
                    f.required(average, "must set either a target value or averageValue");
                }
            }
            default -> {
                identifier(f, s.field("metric"));
                target(f, target);
                if (target.field("value").present() && average.present()) {
                    f.forbidden(
                            target.field("value"), "may not set both a target value for metric and a per-pod target");
                }
                if (target.field("value").absent() && average.absent()) {
                    f.required(average, "must set either a target value for metric or a per-pod target");
                }
            }
        }
    }

    private static void identifier(Findings f, Place metric) {
        if (metric.text("name").isEmpty()) {
            f.required(metric.field("name"), "must specify a metric name");
        } else {
            Meta.grammar(f, metric.field("name"), Names::pathSegment);
        }
    }

    private static void target(Findings f, Place target) {
        Place type = target.field("type");
        if (type.text().isEmpty()) {
            f.required(type, "must specify a metric target type");
        } else if (!List.of("Utilization", "Value", "AverageValue").contains(type.text())) {
            f.invalid(type, "must be either Utilization, Value, or AverageValue");
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

    private static void rules(Findings f, Place rules) {
        Place window = rules.field("stabilizationWindowSeconds");
        if (window.present() && window.number(0) < 0) {
            f.invalid(window, "must be greater than or equal to zero");
        }
        if (window.number(0) > 3600) {
            f.invalid(window, "must be less than or equal to 3600");
        }
        Meta.optionalOneOf(f, rules.field("selectPolicy"), List.of("Disabled", "Max", "Min"));
        if (rules.field("policies").isEmpty()) {
            f.required(rules.field("policies"), "must specify at least one Policy");
        }
        for (Place policy : rules.field("policies").items()) {
            Meta.oneOf(f, policy.field("type"), List.of("Percent", "Pods"));
            if (policy.number("value") <= 0) {
                f.invalid(policy.field("value"), policy.number("value"), "must be greater than zero");
            }
            long period = policy.number("periodSeconds");
            if (period <= 0) {
                f.invalid(policy.field("periodSeconds"), period, "must be greater than zero");
            }
            if (period > 1800) {
                f.invalid(policy.field("periodSeconds"), period, "must be less than or equal to 1800");
            }
        }
    }

    public static List<FieldError> podDisruptionBudget(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place minimum = spec.field("minAvailable");
        Place maximum = spec.field("maxUnavailable");
        if (minimum.present() && maximum.present()) {
            f.invalid(
                    spec,
                    GoStruct.of(spec, "minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy"),
                    "minAvailable and maxUnavailable cannot be both set");
        }
        for (Place bound : List.of(minimum, maximum)) {
            if (bound.present()) {
                IntOrPercent.notNegative(f, bound);
                IntOrPercent.atMost100Percent(f, bound);
            }
        }
        LabelSelectorValidation.check(f, spec.field("selector"));
        Meta.optionalOneOf(f, spec.field("unhealthyPodEvictionPolicy"), List.of("AlwaysAllow", "IfHealthyBudget"));
        return f.list();
    }
}
