package io.k8j.apiserver.validation.device;

import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Meta;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.device.DeviceExpression;
import io.k8j.model.json.Json;
import io.k8j.model.validation.Names;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Checks of what several kinds have: names, selectors, configurations, taints. */
final class DeviceParts {
    static final int MOST_SELECTORS = 32;
    static final int MOST_CONFIGS = 32;
    static final int MOST_RESULTS = 32;

    private static final int LONGEST_ID = 32;
    private static final int LONGEST_POOL = 253;
    private static final int LONGEST_PARAMETERS = 10 * 1024;
    private static final int MOST_BINDING_CONDITIONS = 4;
    private static final List<String> EFFECTS = List.of("NoExecute", "NoSchedule", "None");

    private DeviceParts() {}

    static void driver(Findings f, Place driver) {
        String name = driver.text();
        if (name.isEmpty()) {
            f.required(driver);
            return;
        }
        if (Meta.bytes(name) > 63) f.tooLong(driver, 63);
        f.invalid(driver, name, Names.dns1123Subdomain(name.toLowerCase(Locale.ROOT)));
    }

    static void label(Findings f, Place name) {
        f.invalid(name, name.text(), Names.dns1123Label(name.text()));
    }

    static void pool(Findings f, Place pool) {
        String name = pool.text();
        if (name.isEmpty()) {
            f.required(pool);
            return;
        }
        if (Meta.bytes(name) > LONGEST_POOL) f.tooLong(pool, LONGEST_POOL);
        for (String part : name.split("/", -1)) {
            f.invalid(pool, part, Names.dns1123Subdomain(part));
        }
    }

    static void deviceClass(Findings f, Place name) {
        if (name.text().isEmpty()) {
            f.required(name);
        } else {
            f.invalid(name, name.text(), Names.dns1123Subdomain(name.text()));
        }
    }

    static void qualifiedName(Findings f, Place name) {
        String[] parts = name.text().split("/", -1);
        if (parts.length == 1) {
            identifier(f, name.with(parts[0]));
        } else if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                f.invalid(name, "", "the domain must not be empty");
            } else {
                driver(f, name.with(parts[0]));
            }
            if (parts[1].isEmpty()) {
                f.invalid(name, "", "the name must not be empty");
            } else {
                identifier(f, name.with(parts[1]));
            }
        }
        // Upstream looks at no name of more parts.
    }

    static void fullyQualifiedName(Findings f, Place name) {
        qualifiedName(f, name);
        if (!name.text().contains("/")) {
            f.invalid(name, name.text(), "a fully qualified name must be a domain and a name separated by a slash");
        }
    }

    private static void identifier(Findings f, Place id) {
        if (Meta.bytes(id.text()) > LONGEST_ID) f.tooLong(id, LONGEST_ID);
        f.invalid(id, id.text(), Names.cIdentifier(id.text()));
    }

    static void selectors(Findings f, Place selectors) {
        DeviceLists.list(f, selectors, MOST_SELECTORS, DeviceParts::selector);
    }

    private static void selector(Findings f, Place selector) {
        if (selector.field("cel").absent()) {
            f.required(selector.field("cel"));
            return;
        }
        Place expression = selector.at("cel", "expression");
        String text = expression.text();
        if (text.getBytes(StandardCharsets.UTF_8).length > DeviceExpression.MAX_LENGTH) {
            f.tooLong(expression, DeviceExpression.MAX_LENGTH);
            return;
        }
        switch (DeviceExpression.compile(text)) {
            case DeviceExpression.Compiled.Fault(String message) -> f.invalid(expression, text, message);
            case DeviceExpression.Compiled.Ready(DeviceExpression ready) -> {
                if (ready.maxCost() > DeviceExpression.MAX_COST) {
                    f.forbidden(expression, "too complex, exceeds cost limit");
                }
            }
        }
    }

    /** @param stored whether it was accepted before, and may be longer than new ones */
    static void configuration(Findings f, Place config, boolean stored) {
        Place opaque = config.field("opaque");
        if (opaque.absent()) {
            f.required(opaque);
            return;
        }
        driver(f, opaque.field("driver"));
        object(f, opaque.field("parameters"), stored ? Integer.MAX_VALUE : LONGEST_PARAMETERS);
    }

    /** Some JSON object of another's making. */
    static void object(Findings f, Place json, int longest) {
        if (json.absent()) {
            f.required(json);
        } else if (longest < Integer.MAX_VALUE && Json.write(json.value()).length > longest) {
            f.tooLong(json, longest);
        } else if (!(json.value() instanceof Map<?, ?>)) {
            f.invalid(json, "<value omitted>", "must be a valid JSON object");
        }
    }

    static void taint(Findings f, Place taint) {
        labelName(f, taint.field("key"));
        if (!taint.text("value").isEmpty()) labelValue(f, taint.field("value"));
        Place effect = taint.field("effect");
        if (effect.text().isEmpty()) {
            f.required(effect);
        } else if (!EFFECTS.contains(effect.text())) {
            f.notSupported(effect, effect.text(), EFFECTS);
        }
    }

    static void toleration(Findings f, Place toleration) {
        if (!toleration.text("key").isEmpty()) labelName(f, toleration.field("key"));
        Place value = toleration.field("value");
        Place operator = toleration.field("operator");
        switch (operator.text()) {
            case "Exists" -> {
                if (!value.text().isEmpty()) f.invalid(value, value.text(), "must be empty for operator `Exists`");
            }
            case "Equal" -> labelValue(f, value);
            case "" -> f.required(operator);
            default -> f.notSupported(operator, operator.text(), List.of("Equal", "Exists"));
        }
        Place effect = toleration.field("effect");
        if (!effect.text().isEmpty() && !EFFECTS.contains(effect.text())) {
            f.notSupported(effect, effect.text(), EFFECTS);
        }
    }

    /** The conditions that a driver sets before, or instead of, the binding of a Pod. */
    static void bindingConditions(Findings f, Place holder) {
        Place conditions = holder.field("bindingConditions");
        Place failures = holder.field("bindingFailureConditions");
        DeviceLists.list(f, conditions, MOST_BINDING_CONDITIONS, DeviceParts::labelName);
        DeviceLists.list(f, failures, MOST_BINDING_CONDITIONS, DeviceParts::labelName);
        Set<String> wanted = new HashSet<>();
        for (Place condition : conditions.items()) {
            if (!wanted.add(condition.text())) f.duplicate(condition, condition.text());
        }
        Set<String> unwanted = new HashSet<>();
        for (Place failure : failures.items()) {
            if (!unwanted.add(failure.text())) f.duplicate(failure, failure.text());
            if (wanted.contains(failure.text())) {
                f.invalid(failure, failure.text(), "bindingFailureConditions must not overlap with bindingConditions");
            }
        }
        if (conditions.isEmpty() && !failures.isEmpty()) {
            f.invalid(conditions, conditions.value(), "bindingConditions are required to use bindingFailureConditions");
        }
        if (failures.isEmpty() && !conditions.isEmpty()) {
            f.invalid(failures, failures.value(), "bindingFailureConditions are required to use bindingConditions");
        }
    }

    private static void labelName(Findings f, Place name) {
        f.invalid(name, name.text(), Names.qualifiedName(name.text()));
    }

    private static void labelValue(Findings f, Place value) {
        f.invalid(value, value.text(), Names.labelValue(value.text()));
    }
}
