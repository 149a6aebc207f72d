package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.cel.Estimate;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks the schema of a definition: that it is structural, has sound defaults and rules; in upstream's words. */
final class SchemaRules {
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> REASONS =
            List.of("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");
    private static final Set<String> META = Set.of("metadata", "kind", "apiVersion");
    private static final List<String> UNSUPPORTED =
            List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref");

    private final List<FieldError> errors = new ArrayList<>();
    private final List<FieldError> ruleErrors = new ArrayList<>();
    private final RuleCosts costs = new RuleCosts();
    private boolean compiles;

    /**
     * What a place inherits from those around it.
     *
     * @param noDefaults why it may have no default, or null
     * @param meta whether it is inside the metadata of an object
     * @param uncorrelated the place above whose values have no former ones, or null
     * @param cardinality how often it may occur; -1 if nobody knows
     * @param rules whether rules are looked at here: not within junctors
     */
    private record Scope(String noDefaults, boolean meta, String uncorrelated, long cardinality, boolean rules) {
        Scope withoutDefaults(String why) {
            return new Scope(why, meta, uncorrelated, cardinality, rules);
        }

        Scope inMeta() {
            return new Scope(noDefaults, true, uncorrelated, cardinality, rules);
        }

        Scope uncorrelated(String place) {
            return uncorrelated != null ? this : new Scope(noDefaults, meta, place, cardinality, rules);
        }

        Scope times(long factor) {
            long product = cardinality < 0 || factor < 0 ? -1 : Estimate.product(cardinality, factor);
            return new Scope(noDefaults, meta, uncorrelated, product, rules);
        }

        Scope inJunctor() {
            return new Scope(noDefaults, meta, uncorrelated, cardinality, false);
        }
    }

    private SchemaRules() {}

    /** Everything wrong with a schema that stands at {@code path}. */
    static List<FieldError> check(String path, Map<String, Object> schema) {
        SchemaRules rules = new SchemaRules();
        List<FieldError> all = new ArrayList<>();
        if (Trees.isTrue(schema, "nullable")) {
            all.add(FieldError.forbidden(path + ".nullable", "nullable cannot be true at the root"));
        }
        String unreadable = ReadableSchema.fault(schema);
        boolean readable = unreadable == null;
        List<FieldError> structural = readable ? StructuralRules.check(path, schema) : List.of();
        if (readable && structural.isEmpty()) structural = DefaultValues.check(path, schema);
        all.addAll(structural);
        rules.compiles = readable && structural.isEmpty();
        rules.node(path, schema, true, new Scope(null, false, null, 1, true));
        all.addAll(rules.errors);
        all.addAll(rules.ruleErrors);
        // What is wrong with single places says more.
        if (!readable && all.isEmpty()) all.add(FieldError.invalid(path, "", unreadable));
        rules.costs.checkTotal(path, all);
        return all;
    }

    private void node(String at, Map<String, Object> schema, boolean root, Scope scope) {
        standard(at, schema, scope);
        if (Trees.isTrue(schema, "uniqueItems")) {
            forbidden(
                    at + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
        children(at, schema, root, scope);
        if (Boolean.FALSE.equals(schema.get("x-kubernetes-preserve-unknown-fields"))) {
            errors.add(FieldError.invalid(
                    at + ".x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"));
        }
        ListRules.check(at, schema, errors);
        expressions(at, schema, root, scope);
    }

    private void standard(String at, Map<String, Object> schema, Scope scope) {
        String type = text(schema, "type");
        if (!type.isEmpty() && !TYPES.contains(type)) errors.add(FieldError.notSupported(at + ".type", type, TYPES));
        if (schema.get("default") != null && scope.noDefaults() != null) {
            forbidden(at + ".default", "must not be set " + scope.noDefaults());
        }
        for (String field : UNSUPPORTED) {
            Object value = schema.get(field);
            boolean empty = value == null || value.equals("") || value instanceof Map<?, ?> map && map.isEmpty();
            if (!empty) forbidden(at + "." + field, field + " is not supported");
        }
        if (type.equals("null")) forbidden(at + ".type", "type cannot be set to null, use nullable as an alternative");
        if (schema.get("items") instanceof List<?> list && !list.isEmpty()) {
            forbidden(at + ".items", "items must be a schema object and not an array");
        }
        if (scope.meta() && Trees.isTrue(schema, "x-kubernetes-embedded-resource")) {
            forbidden(at + ".x-kubernetes-embedded-resource", "must not be used inside of resource meta");
        }
    }

    private void children(String at, Map<String, Object> schema, boolean root, Scope scope) {
        Object additional = schema.get("additionalProperties");
        Map<String, Map<String, Object>> properties = StructuralRules.properties(schema);
        Scope inner = scope.times(factor(schema));
        if (additional != null && !properties.isEmpty() && !Boolean.TRUE.equals(additional)) {
            forbidden(at + ".additionalProperties", "additionalProperties and properties are mutual exclusive");
        }
        if (additional instanceof Map<?, ?> other) {
            Scope below = scope.meta()
                    ? inner.withoutDefaults("inside additionalProperties applying to object metadata")
                    : inner;
            node(at + ".additionalProperties", Trees.asMap(other), false, below);
        }
        String mapType = Trees.string(schema, "x-kubernetes-map-type");
        boolean correlated = mapType == null || mapType.equals("granular") || mapType.equals("atomic");
        boolean embedded = root || Trees.isTrue(schema, "x-kubernetes-embedded-resource");
        properties.forEach((name, property) -> {
            Scope below = correlated ? inner : inner.uncorrelated(at);
            if (embedded && META.contains(name)) {
                below = below.inMeta();
                if (root) below = below.withoutDefaults("in top-level " + name);
            }
            node(at + ".properties[" + name + "]", property, false, below);
        });
        if (schema.get("not") instanceof Map<?, ?> not) node(at + ".not", Trees.asMap(not), false, scope.inJunctor());
        for (String junctor : List.of("allOf", "oneOf", "anyOf")) {
            List<Object> parts = Trees.list(schema, junctor);
            for (int i = 0; i < parts.size(); i++) {
                if (!(parts.get(i) instanceof Map<?, ?> part)) continue;
                node(at + "." + junctor + "[" + i + "]", Trees.asMap(part), false, scope.inJunctor());
            }
        }
        if (schema.get("items") instanceof Map<?, ?> items) {
            boolean map = "map".equals(schema.get("x-kubernetes-list-type"));
            node(at + ".items", Trees.asMap(items), false, map ? inner : inner.uncorrelated(at));
        }
    }

    /** How many values below a place each value of it may have; -1 if nothing bounds them. */
    private static long factor(Map<String, Object> schema) {
        return switch (text(schema, "type")) {
            case "object" -> schema.get("additionalProperties") == null ? 1 : bound(schema, "maxProperties");
            case "array" -> bound(schema, "maxItems");
            default -> 1;
        };
    }

    private static long bound(Map<String, Object> schema, String field) {
        Long most = Trees.integer(schema, field);
        return most == null ? -1 : Math.max(0, most);
    }

    private void expressions(String at, Map<String, Object> schema, boolean root, Scope scope) {
        List<Object> rules = Trees.list(schema, "x-kubernetes-validations");
        if (rules.isEmpty()) return;
        for (int i = 0; i < rules.size(); i++) {
            words(at + ".x-kubernetes-validations[" + i + "]", schema, Rule.of(rules.get(i)));
        }
        if (!errors.isEmpty() || !compiles || !scope.rules()) return;
        boolean whole = root || Trees.isTrue(schema, "x-kubernetes-embedded-resource");
        Optional<RuleCompiler.Rules> compiled = RuleCompiler.compile(schema, whole);
        if (compiled.isEmpty()) {
            ruleErrors.add(FieldError.internal(
                    at + ".x-kubernetes-validations",
                    "internal error: failed to construct type information for x-kubernetes-validations rules: unable"
                            + " to convert structural schema to CEL declarations"));
            return;
        }
        long cardinality = scope.cardinality() < 0 ? compiled.get().cardinality() : scope.cardinality();
        for (int i = 0; i < rules.size(); i++) {
            String place = at + ".x-kubernetes-validations[" + i + "]";
            compiled(place, compiled.get().all().get(i), cardinality, scope);
        }
    }

    private void compiled(String at, RuleCompiler.Compiled compiled, long cardinality, Scope scope) {
        Rule rule = compiled.rule();
        long cost =
                compiled.expression() == null ? 0 : compiled.expression().cost().max();
        costs.add(at + ".rule", "estimated rule cost", Estimate.product(cost, cardinality), ruleErrors);
        if (compiled.fault() != null) ruleErrors.add(shown(at + ".rule", rule, compiled.fault()));
        if (compiled.messageFault() != null) {
            ruleErrors.add(shown(at + ".messageExpression", rule, compiled.messageFault()));
        } else if (compiled.message() != null) {
            long messageCost = compiled.message().cost().max();
            costs.add(at + ".messageExpression", "estimated messageExpression cost", messageCost, ruleErrors);
        }
        if (compiled.usesOldSelf() && scope.uncorrelated() != null) {
            ruleErrors.add(FieldError.invalid(
                    at + ".rule",
                    rule.rule(),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                            + scope.uncorrelated()));
        } else if (!compiled.usesOldSelf() && rule.optionalOldSelf() != null) {
            ruleErrors.add(FieldError.invalid(
                    at + ".optionalOldSelf", rule.optionalOldSelf(), "may not be set if oldSelf is not used in rule"));
        }
    }

    private static FieldError shown(String field, Rule rule, String detail) {
        return FieldError.invalid(field, rule.shown(), detail);
    }

    private void words(String at, Map<String, Object> schema, Rule rule) {
        String message = rule.message();
        if (rule.rule().isBlank()) {
            errors.add(FieldError.required(at + ".rule", "rule is not specified"));
        } else if (!message.isEmpty() && message.isBlank()) {
            errors.add(FieldError.invalid(at + ".message", message, "must be non-empty if specified"));
        } else if (hasLines(message.strip())) {
            errors.add(FieldError.invalid(at + ".message", message, "must not contain line breaks"));
        } else if (hasLines(rule.rule().strip()) && message.isBlank()) {
            errors.add(FieldError.required(at + ".message", "message must be specified if rule contains line breaks"));
        }
        if (!rule.messageExpression().isEmpty() && rule.messageExpression().isBlank()) {
            errors.add(
                    FieldError.required(at + ".messageExpression", "messageExpression must be non-empty if specified"));
        }
        if (!rule.reason().isEmpty() && !REASONS.contains(rule.reason())) {
            errors.add(FieldError.notSupported(at + ".reason", rule.reason(), REASONS));
        }
        String path = rule.fieldPath();
        if (path.isEmpty()) return;
        if (path.isBlank()) errors.add(FieldError.invalid(at + ".fieldPath", path, "must be non-empty if specified"));
        if (hasLines(path)) errors.add(FieldError.invalid(at + ".fieldPath", path, "must not contain line breaks"));
        try {
            FieldPath.of(path, schema, true);
        } catch (FieldPath.InvalidException e) {
            errors.add(FieldError.invalid(at + ".fieldPath", path, "must be a valid path"));
        }
    }

    private static boolean hasLines(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }

    private void forbidden(String field, String detail) {
        errors.add(FieldError.forbidden(field, detail));
    }
}
