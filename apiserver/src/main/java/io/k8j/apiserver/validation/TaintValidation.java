package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks taints of nodes and tolerations of Pods. */
final class TaintValidation {
    static final List<String> EFFECTS = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");

    private TaintValidation() {}

    static void tolerations(Findings f, Place tolerations) {
        for (Place t : tolerations.items()) {
            String key = t.text("key");
            Place operator = t.field("operator");
            Place effect = t.field("effect");
            if (!key.isEmpty()) {
                f.invalid(t.field("key"), key, Names.qualifiedName(key));
            } else if (!operator.text().equals("Exists")) {
                f.invalid(
                        operator,
                        operator.text(),
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }
            if (t.field("tolerationSeconds").present() && !effect.text().equals("NoExecute")) {
                f.invalid(effect, effect.text(), "effect must be 'NoExecute' when `tolerationSeconds` is set");
            }
            String value = t.text("value");
            switch (operator.text()) {
                case "Equal", "" -> {
                    List<String> errors = Names.labelValue(value);
                    if (!errors.isEmpty()) {
                        f.invalid(operator, value, String.join(";", errors));
                    }
                }
                case "Exists" -> {
                    if (!value.isEmpty()) {
                        f.invalid(operator, value, "value must be empty when `operator` is 'Exists'");
                    }
                }
                case "Lt", "Gt" -> f.notSupported(operator, operator.text(), List.of("Equal", "Exists", "Lt", "Gt"));
                default -> f.notSupported(operator, operator.text(), List.of("Equal", "Exists"));
            }
            if (!effect.text().isEmpty()) {
                Meta.oneOf(f, effect, EFFECTS);
            }
        }
    }

    static void taints(Findings f, Place taints) {
        Set<String> seen = new HashSet<>();
        for (Place t : taints.items()) {
            f.invalid(t.field("key"), t.text("key"), Names.qualifiedName(t.text("key")));
            List<String> errors = Names.labelValue(t.text("value"));
            if (!errors.isEmpty()) {
                f.invalid(t.field("value"), t.text("value"), String.join(";", errors));
            }
            Meta.requiredOneOf(f, t.field("effect"), EFFECTS);
            if (!seen.add(t.text("effect") + " " + t.text("key"))) {
                String shown = Json.writeString(GoStruct.of(t, "key=", "value=", "effect=", "timeAdded"));
                f.add(new FieldError(
                        FieldError.Type.DUPLICATE,
                        t.path(),
                        "Duplicate value: " + shown + ": taints must be unique by key and effect pair"));
            }
        }
    }
}
