package io.k8j.apiserver.validation;

import io.k8j.apiserver.admission.expression.AdmissionEnvironment;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Checks webhook configurations. */
public final class WebhookValidation {
    private static final List<String> OPERATIONS = List.of("*", "CONNECT", "CREATE", "DELETE", "UPDATE");

    private static final List<String> EFFECTS = List.of("None", "NoneOnDryRun", "Some", "Unknown");
    private static final List<String> NO_EFFECTS = List.of("None", "NoneOnDryRun");
    private static final List<String> VERSIONS = List.of("v1", "v1beta1");

    /** Made on first use: many clusters have no conditions at all. */
    private static final class Engine {
        private static final AdmissionEnvironment CONDITIONS =
                AdmissionEnvironment.of(AdmissionEnvironment.Options.WEBHOOK, null);
    }

    private WebhookValidation() {}

    public static List<FieldError> configuration(Map<String, Object> object) {
        return configuration(object, Tolerance.NONE);
    }

    /** What the old version has wrong already may stay wrong, as far as upstream lets it. */
    public static List<FieldError> configurationUpdate(Map<String, Object> object, Map<String, Object> old) {
        return configuration(object, Tolerance.of(object, old));
    }

    /**
     * What is not looked at in a new version.
     *
     * @param conditions match conditions, because none changed
     */
    private record Tolerance(boolean conditions, boolean effects, boolean versions, boolean names, boolean values) {
        static final Tolerance NONE = new Tolerance(false, false, false, false, false);

        static Tolerance of(Map<String, Object> object, Map<String, Object> old) {
            List<Place> now = Place.of(object).field("webhooks").items();
            List<Place> before = Place.of(old).field("webhooks").items();
            boolean conditions = now.size() == before.size();
            for (int i = 0; conditions && i < now.size(); i++) {
                conditions = Meta.same(
                        now.get(i).field("matchConditions"), before.get(i).field("matchConditions"));
            }
            return new Tolerance(
                    conditions,
                    before.stream().anyMatch(hook -> !NO_EFFECTS.contains(hook.text("sideEffects"))),
                    before.stream()
                            .map(hook -> hook.field("admissionReviewVersions").texts())
                            .anyMatch(v -> !v.isEmpty() && Collections.disjoint(v, VERSIONS)),
                    before.stream().map(hook -> hook.text("name")).distinct().count() < before.size(),
                    before.stream()
                            .anyMatch(hook -> LabelSelectorValidation.hasFaults(hook.field("namespaceSelector"))
                                    || LabelSelectorValidation.hasFaults(hook.field("objectSelector"))));
        }
    }

    private static List<FieldError> configuration(Map<String, Object> object, Tolerance tolerance) {
        Findings f = new Findings();
        Set<String> names = new HashSet<>();
        for (Place hook : Place.of(object).field("webhooks").items()) {
            hook(f, hook, tolerance);
            versions(f, hook.field("admissionReviewVersions"), tolerance.versions());
            Place name = hook.field("name");
            if (!tolerance.names() && !name.text().isEmpty() && !names.add(name.text())) {
                f.duplicate(name, name.text());
            }
        }
        return f.list();
    }

    private static void hook(Findings f, Place hook, Tolerance tolerance) {
        fullyQualified(f, hook.field("name"));
        hook.field("rules").items().forEach(rule -> rule(f, rule));
        Meta.optionalOneOf(f, hook.field("failurePolicy"), List.of("Fail", "Ignore"));
        Meta.optionalOneOf(f, hook.field("matchPolicy"), List.of("Equivalent", "Exact"));
        List<String> effects = tolerance.effects() ? EFFECTS : NO_EFFECTS;
        if (hook.field("sideEffects").absent()) {
            f.required(hook.field("sideEffects"), "must specify one of " + String.join(", ", effects));
        } else {
            Meta.oneOf(f, hook.field("sideEffects"), effects);
        }
        Place timeout = hook.field("timeoutSeconds");
        if (timeout.present() && (timeout.number(0) > 30 || timeout.number(0) < 1)) {
            f.invalid(timeout, "the timeout value must be between 1 and 30 seconds");
        }
        LabelSelectorValidation.check(f, hook.field("namespaceSelector"), tolerance.values());
        LabelSelectorValidation.check(f, hook.field("objectSelector"), tolerance.values());
        Meta.optionalOneOf(f, hook.field("reinvocationPolicy"), List.of("IfNeeded", "Never"));
        ClientConfigValidation.check(f, hook.field("clientConfig"));
        if (!tolerance.conditions()) {
            matchConditions(f, hook.field("matchConditions"), text -> Engine.CONDITIONS.compile(text, "bool"));
        }
    }

    private static void fullyQualified(Findings f, Place name) {
        if (name.text().isEmpty()) {
            f.required(name);
            return;
        }
        List<String> errors = Names.dns1123Subdomain(name.text());
        f.invalid(name, name.text(), errors.isEmpty() ? List.of() : List.of(String.join(",", errors)));
        if (errors.isEmpty() && name.text().split("\\.", -1).length < 3) {
            f.invalid(name, "should be a domain with at least three segments separated by dots");
        }
    }

    static void rule(Findings f, Place rule) {
        Place operations = rule.field("operations");
        star(f, operations, "operations");
        operations.items().forEach(o -> Meta.oneOf(f, o, OPERATIONS));
        star(f, rule.field("apiGroups"), "API groups");
        star(f, rule.field("apiVersions"), "API versions");
        rule.field("apiVersions").items().forEach(v -> {
            if (v.text().isEmpty()) {
                f.required(v);
            }
        });
        resources(f, rule.field("resources"));
        Meta.optionalOneOf(f, rule.field("scope"), List.of("*", "Cluster", "Namespaced"));
    }

    private static void resources(Findings f, Place resources) {
        if (resources.isEmpty()) {
            f.required(resources);
        }
        Set<String> withAllParts = new HashSet<>();
        Set<String> ofAllResources = new HashSet<>();
        boolean whole = false;
        for (Place item : resources.items()) {
            String text = item.text();
            int slash = text.indexOf('/');
            if (text.isEmpty()) {
                f.required(item);
            } else if (slash < 0) {
                whole = !text.equals("*"); // of several, upstream remembers the last
            } else {
                String resource = text.substring(0, slash);
                String part = text.substring(slash + 1);
                String end = " is present, must not specify " + text;
                if (withAllParts.contains(resource)) f.invalid(item, text, "if '" + resource + "/*'" + end);
                if (ofAllResources.contains(part)) f.invalid(item, text, "if '*/" + part + "'" + end);
                if (part.equals("*")) withAllParts.add(resource);
                if (resource.equals("*")) ofAllResources.add(part);
            }
        }
        if (resources.size() > 1 && resources.texts().contains("*/*")) {
            f.invalid(resources, "if '*/*' is present, must not specify other resources");
        }
        if (whole && resources.texts().contains("*")) {
            f.invalid(resources, "if '*' is present, must not specify other resources without subresources");
        }
    }

    private static void star(Findings f, Place list, String what) {
        if (list.isEmpty()) {
            f.required(list);
        } else if (list.size() > 1 && list.texts().contains("*")) {
            f.invalid(list, "if '*' is present, must not specify other " + what);
        }
    }

    /** @param compiler of conditions, which are not compiled where they did not change */
    static void matchConditions(Findings f, Place conditions, Function<String, Program> compiler) {
        Set<String> names = new HashSet<>();
        if (conditions.size() > 64) {
            f.tooMany(conditions, conditions.size(), 64);
        }
        for (Place c : conditions.items()) {
            if (c.text("expression").isBlank()) {
                f.required(c.field("expression"));
            } else {
                Program program = compiler.apply(c.text("expression").strip());
                if (program.fault() != null) {
                    f.invalid(c.field("expression"), program.text(), program.fault());
                }
            }
            if (c.text("name").isEmpty()) {
                f.required(c.field("name"));
            } else {
                Meta.qualifiedName(f, c.field("name"));
                if (!names.add(c.text("name"))) {
                    f.duplicate(c.field("name"), c.text("name"));
                }
            }
        }
    }

    private static void versions(Findings f, Place versions, boolean any) {
        if (versions.isEmpty()) {
            f.required(versions, "must specify one of v1, v1beta1");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Place v : versions.items()) {
            if (!seen.add(v.text())) {
                f.invalid(v, "duplicate version");
            } else {
                f.invalid(v, v.text(), Names.dns1035Label(v.text()));
            }
        }
        if (!any && Collections.disjoint(seen, VERSIONS)) {
            f.invalid(versions, "must include at least one of v1, v1beta1");
        }
    }
}
