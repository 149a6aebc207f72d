package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.validation.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks StorageVersionMigrations: what they are for never changes, and an end is final. */
public final class MigrationValidation {
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]*");

    private MigrationValidation() {}

    public static List<FieldError> create(Map<String, Object> object) {
        Findings f = new Findings();
        resource(f, Place.of(object).at("spec", "resource"));
        return f.list();
    }

    private static void resource(Findings f, Place resource) {
        Place name = resource.field("resource");
        Place group = resource.field("group");
        if (name.text().isEmpty()) {
            f.required(name, "resource is required to be set");
        } else if (!Names.dns1035Label(name.text()).isEmpty()) {
            f.invalid(name, name.text(), String.join(",", Names.dns1035Label(name.text())));
        }
        if (!group.text().isEmpty() && !Names.dns1123Subdomain(group.text()).isEmpty()) {
            f.invalid(group, group.text(), String.join(",", Names.dns1123Subdomain(group.text())));
        }
    }

    public static List<FieldError> update(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        resource(f, spec.field("resource"));
        if (!Trees.deepEquals(spec.value(), Place.of(old).field("spec").value())) {
            f.invalid(spec, shown(spec.field("resource")), "field is immutable");
        }
        return f.list();
    }

    /** As upstream's internal type looks. */
    private static Map<String, Object> shown(Place resource) {
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("group", resource.text("group"));
        names.put("resource", resource.text("resource"));
        return Map.of("Resource", names);
    }

    public static List<FieldError> status(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        Place before = Place.of(old).field("status");
        Place version = status.field("resourceVersion");
        String known = before.text("resourceVersion");
        boolean none = version.text().isEmpty() && known.isEmpty(); // a migration may fail before it has one
        if (!none && !VERSION.matcher(version.text()).matches()) {
            f.invalid(version, version.text(), "resource version is not well formed: " + version.text());
        }
        Place conditions = status.field("conditions");
        ConditionValidation.check(f, conditions);
        if (!known.isEmpty() && !known.equals(version.text())) {
            f.invalid(version, version.text(), "field is immutable");
        }
        ends(f, conditions, before.field("conditions"));
        return f.list();
    }

    private static void ends(Findings f, Place conditions, Place before) {
        boolean succeeded = isTrue(conditions, "Succeeded");
        boolean failed = isTrue(conditions, "Failed");
        boolean running = isTrue(conditions, "Running");
        if (succeeded && failed) {
            f.invalid(conditions, "Both success and failed conditions cannot be true at the same time");
        }
        if (succeeded && running) {
            f.invalid(conditions, "Running condition cannot be true when success condition is true");
        }
        if (failed && running) {
            f.invalid(conditions, "Running condition cannot be true when failed condition is true");
        }
        if (!succeeded && isTrue(before, "Succeeded")) {
            f.invalid(conditions, "Success condition cannot be set to false once it is true");
        }
        if (!failed && isTrue(before, "Failed")) {
            f.invalid(conditions, "Failed condition cannot be set to false once it is true");
        }
    }

    private static boolean isTrue(Place conditions, String type) {
        return conditions.items().stream()
                .anyMatch(c -> c.text("type").equals(type) && c.text("status").equals("True"));
    }
}
