package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;

/** Checks disruption budgets. */
public final class DisruptionBudgetValidation {
    private DisruptionBudgetValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        return spec(object, false);
    }

    /** A selector with ill-formed values may stay. */
    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        return spec(object, LabelSelectorValidation.hasBadValues(Place.of(old).at("spec", "selector")));
    }

    private static List<FieldError> spec(Map<String, Object> object, boolean anyValues) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place minimum = spec.field("minAvailable");
        Place maximum = spec.field("maxUnavailable");
        if (minimum.present() && maximum.present()) {
            Map<String, Object> shown =
                    GoStruct.of(spec, "minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy");
            shown.put("Selector", LabelSelectorValidation.shown(spec.field("selector")));
            f.invalid(spec, shown, "minAvailable and maxUnavailable cannot be both set");
        }
        for (Place bound : List.of(minimum, maximum)) {
            if (bound.present()) {
                IntOrPercent.notNegative(f, bound);
                IntOrPercent.atMost100Percent(f, bound);
            }
        }
        LabelSelectorValidation.check(f, spec.field("selector"), anyValues);
        Meta.optionalOneOf(f, spec.field("unhealthyPodEvictionPolicy"), List.of("AlwaysAllow", "IfHealthyBudget"));
        return f.list();
    }

    public static List<FieldError> status(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        ConditionValidation.check(f, status.field("conditions"));
        for (String count : List.of("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")) {
            f.notNegative(status.field(count));
        }
        return f.list();
    }
}
