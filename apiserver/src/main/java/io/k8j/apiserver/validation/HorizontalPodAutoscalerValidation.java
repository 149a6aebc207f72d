package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/** Checks autoscalers. */
public final class HorizontalPodAutoscalerValidation {
    private static final int LONGEST_PERIOD = 1800;
    private static final int LONGEST_WINDOW = 3600;

    /** What the API version of a reference may lack. */
    record VersionRule(boolean unchecked, boolean groupOptional) {
        static final VersionRule ANY = new VersionRule(true, true);
        static final VersionRule ANY_GROUP = new VersionRule(false, true);
        static final VersionRule NAMED_GROUP = new VersionRule(false, false);
    }

    private HorizontalPodAutoscalerValidation() {}

    /** @param toZero whether there may be no replicas at all (feature HPAScaleToZero) */
    public static List<FieldError> create(Map<String, Object> object, boolean toZero) {
        return spec(Place.of(object).field("spec"), toZero ? 0 : 1, targetRule(object), VersionRule.ANY_GROUP);
    }

    /** What the stored autoscaler has may stay: a target without group, no replicas at all. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old, boolean toZero) {
        Place now = Place.of(object).at("spec", "scaleTargetRef");
        Place spec = Place.of(old).field("spec");
        Place before = spec.field("scaleTargetRef");
        boolean sameTarget = now.text("apiVersion").equals(before.text("apiVersion"))
                && now.text("kind").equals(before.text("kind"));
        boolean oddMetric = spec.field("metrics").items().stream()
                .filter(m -> m.text("type").equals("Object"))
                .anyMatch(m -> versionFault(m.at("object", "describedObject"), VersionRule.ANY_GROUP) != null);
        Place minimum = spec.field("minReplicas");
        return spec(
                Place.of(object).field("spec"),
                toZero || minimum.present() && minimum.number(1) == 0 ? 0 : 1,
                sameTarget ? VersionRule.ANY : targetRule(object),
                oddMetric ? VersionRule.ANY : VersionRule.ANY_GROUP);
    }

    /** ReplicationControllers are the only things to scale in the group without a name. */
    private static VersionRule targetRule(Map<String, Object> object) {
        String kind = Place.of(object).at("spec", "scaleTargetRef", "kind").text();
        return kind.equals("ReplicationController") ? VersionRule.ANY_GROUP : VersionRule.NAMED_GROUP;
    }

    public static List<FieldError> status(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        f.notNegative(status.field("currentReplicas"));
        f.notNegative(status.field("desiredReplicas"));
        return f.list();
    }

    private static List<FieldError> spec(Place spec, int least, VersionRule target, VersionRule described) {
        Findings f = new Findings();
        replicas(f, spec, least);
        reference(f, spec.field("scaleTargetRef"), target);
        AutoscalerMetricValidation.check(f, spec, described);
        for (String direction : List.of("scaleUp", "scaleDown")) {
            if (spec.at("behavior", direction).present()) {
                rules(f, spec.at("behavior", direction));
            }
        }
        return f.list();
    }

    private static void replicas(Findings f, Place spec, int least) {
        Place minimum = spec.field("minReplicas");
        Place maximum = spec.field("maxReplicas");
        long most = maximum.number(0);
        if (minimum.present() && minimum.number(0) < least) {
            f.invalid(minimum, "must be greater than or equal to " + least);
        }
        if (most == 0) {
            f.required(maximum, "must be set and greater than 0");
        } else if (most < 0) {
            f.invalid(maximum, most, "must be greater than or equal to 1");
        }
        if (minimum.present() && most < minimum.number(0)) {
            f.invalid(maximum, most, "must be greater than or equal to `minReplicas`");
        }
    }

    static void reference(Findings f, Place ref, VersionRule rule) {
        for (String field : List.of("kind", "name")) {
            Place p = ref.field(field);
            if (p.text().isEmpty()) {
                f.required(p);
            } else {
                Meta.grammar(f, p, Names::pathSegment);
            }
        }
        String fault = versionFault(ref, rule);
        if (fault != null) {
            f.invalid(ref.field("apiVersion"), ref.text("apiVersion"), fault);
        }
    }

    private static String versionFault(Place ref, VersionRule rule) {
        String version = ref.text("apiVersion");
        if (rule.unchecked()) {
            return null;
        }
        int slash = version.indexOf('/');
        if (!version.equals("/") && slash != version.lastIndexOf('/')) {
            return "unexpected GroupVersion string: " + version;
        }
        return rule.groupOptional() || slash > 0 ? null : "apiVersion must specify API group";
    }

    private static void rules(Findings f, Place rules) {
        Place window = rules.field("stabilizationWindowSeconds");
        if (window.present() && window.number(0) < 0) {
            f.invalid(window, "must be greater than or equal to zero");
        }
        if (window.number(0) > LONGEST_WINDOW) {
            f.invalid(window, "must be less than or equal to " + LONGEST_WINDOW);
        }
        Meta.optionalOneOf(f, rules.field("selectPolicy"), List.of("Disabled", "Max", "Min"));
        if (rules.field("policies").isEmpty()) {
            f.required(rules.field("policies"), "must specify at least one Policy");
        }
        rules.field("policies").items().forEach(policy -> policy(f, policy));
        Place tolerance = rules.field("tolerance");
        var amount = ResourceValidation.quantity(tolerance);
        if (amount != null && amount.signum() < 0) {
            f.invalid(tolerance, amount.toString(), "must be greater than or equal to 0");
        }
    }

    private static void policy(Findings f, Place policy) {
        Meta.oneOf(f, policy.field("type"), List.of("Percent", "Pods"));
        if (policy.number("value") <= 0) {
            f.invalid(policy.field("value"), policy.number("value"), "must be greater than zero");
        }
        long period = policy.number("periodSeconds");
        if (period <= 0) {
            f.invalid(policy.field("periodSeconds"), period, "must be greater than zero");
        }
        if (period > LONGEST_PERIOD) {
            f.invalid(policy.field("periodSeconds"), period, "must be less than or equal to " + LONGEST_PERIOD);
        }
    }
}
