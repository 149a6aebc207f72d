package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.cel.Expression;
import io.k8j.model.cel.Limits;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rules of a schema and of all places below it, compiled when the first value meets them. Immutable but for that; safe
 * for all threads.
 */
final class RuleTree {
    private final Map<String, Object> schema;
    private final boolean whole;
    private final Map<String, RuleTree> properties;
    private final RuleTree additional;
    private final RuleTree items;
    private volatile Optional<RuleCompiler.Rules> rules; // null until somebody asks

    private RuleTree(
            Map<String, Object> schema,
            boolean whole,
            Map<String, RuleTree> properties,
            RuleTree additional,
            RuleTree items) {
        this.schema = schema;
        this.whole = whole;
        this.properties = properties;
        this.additional = additional;
        this.items = items;
    }

    /** The rules of a schema; null if it has none anywhere. */
    static RuleTree of(Map<String, Object> schema, boolean whole) {
        Map<String, RuleTree> properties = new HashMap<>();
        StructuralRules.properties(schema).forEach((name, property) -> {
            RuleTree below = of(property, isWhole(property));
            if (below != null) properties.put(name, below);
        });
        RuleTree additional = below(schema.get("additionalProperties"));
        RuleTree items = below(schema.get("items"));
        boolean none = properties.isEmpty() && additional == null && items == null;
        if (none && Trees.list(schema, "x-kubernetes-validations").isEmpty()) return null;
        return new RuleTree(schema, whole, Map.copyOf(properties), additional, items);
    }

    private static RuleTree below(Object schema) {
        return schema instanceof Map<?, ?> map ? of(Trees.asMap(map), isWhole(Trees.asMap(map))) : null;
    }

    private static boolean isWhole(Map<String, Object> schema) {
        return Trees.isTrue(schema, "x-kubernetes-embedded-resource");
    }

    /**
     * Everything the rules object to.
     *
     * @param at place of the value, empty at the top
     * @param old what it was before; null if there was none
     * @param warnings takes what a rule objects to in values that have not been touched
     */
    List<FieldError> check(String at, Object value, Object old, Consumer<String> warnings) {
        Run run = new Run(warnings);
        run.node(this, at, value, old, new Touch(value, old, null));
        return run.errors;
    }

    /** A value with its former one, to tell whether it has been touched; {@code above} decides where nobody can tell. */
    private record Touch(Object value, Object old, Touch above) {
        Touch below(Object child, Object former) {
            if (former == null) return new Touch(child, null, old == null && above == null ? null : this);
            return new Touch(child, former, this);
        }

        boolean untouched() {
            if (old != null) return Trees.deepEquals(value, old);
            return above != null && above.old != null && Trees.deepEquals(above.value, above.old);
        }
    }

    private Optional<RuleCompiler.Rules> rules() {
        Optional<RuleCompiler.Rules> known = rules;
        if (known == null) {
            known = Trees.list(schema, "x-kubernetes-validations").isEmpty()
                    ? Optional.of(new RuleCompiler.Rules(List.of(), 0))
                    : compiled();
            rules = known;
        }
        return known;
    }

    private Optional<RuleCompiler.Rules> compiled() {
        long begin = System.nanoTime();
        try {
            return RuleCompiler.compile(schema, whole);
        } finally {
            RuleMetrics.compiled(begin);
        }
    }

    /** One check of one object; ends when its budget is spent. */
    private static final class Run {
        private final List<FieldError> errors = new ArrayList<>();
        private final Consumer<String> warnings;
        private long budget = Limits.BUDGET;

        Run(Consumer<String> warnings) {
            this.warnings = warnings;
        }

        void node(RuleTree tree, String at, Object value, Object old, Touch touch) {
            if (value == null || budget < 0) return;
            rules(tree, at, value, old, touch);
            if (value instanceof Map<?, ?> map) {
                Trees.asMap(map).forEach((name, child) -> {
                    Object former = Former.field(name, old, null);
                    if (tree.additional != null && !tree.properties.containsKey(name)) {
                        node(tree.additional, at + "[" + name + "]", child, former, touch.below(child, former));
                    }
                    RuleTree property = tree.properties.get(name);
                    String place = at.isEmpty() ? name : at + "." + name;
                    if (property != null) node(property, place, child, former, touch.below(child, former));
                });
            } else if (value instanceof List<?> list && tree.items != null) {
                for (int i = 0; i < list.size(); i++) {
                    Object former = Former.item(tree.schema, list.get(i), old, null);
                    node(tree.items, at + "[" + i + "]", list.get(i), former, touch.below(list.get(i), former));
                }
            }
        }

        private void rules(RuleTree tree, String at, Object value, Object old, Touch touch) {
            Optional<RuleCompiler.Rules> rules = tree.rules();
            String place = at.isEmpty() ? "<nil>" : at;
            String type = String.valueOf(Trees.string(tree.schema, "type"));
            if (rules.isEmpty()) {
                errors.add(FieldError.invalid(
                        place,
                        type,
                        "rule compiler initialization error: failed to convert to declType for CEL validation rules"));
                return;
            }
            if (rules.get().all().isEmpty()) return;
            RuleVariables variables = new RuleVariables(tree.schema, tree.whole, value, old);
            long begin = System.nanoTime();
            for (RuleCompiler.Compiled compiled : rules.get().all()) {
                if (budget <= 0) {
                    spent(place, type);
                    break;
                }
                rule(new Case(compiled, at, place, type, value, touch), variables, old != null);
                if (budget < 0) break;
            }
            RuleMetrics.evaluated(begin);
        }

        private record Case(
                RuleCompiler.Compiled compiled, String at, String place, String type, Object value, Touch touch) {}

        private void rule(Case test, RuleVariables variables, boolean hasOld) {
            Rule rule = test.compiled.rule();
            if (test.compiled.fault() != null) {
                errors.add(FieldError.invalid(test.place, test.type, "rule compile error: " + test.compiled.fault()));
                return;
            }
            if (test.compiled.expression() == null) return;
            if (test.compiled.usesOldSelf() && !hasOld && !rule.oldSelfIsOptional()) return;
            Map<String, Object> values = variables.of(rule.oldSelfIsOptional());
            Expression.Outcome outcome = test.compiled.expression().evaluate(values, Limits.PER_CALL);
            if (outcome.cost() > budget) {
                spent(test.place, test.type);
                return;
            }
            budget -= outcome.cost();
            switch (outcome) {
                case Expression.Outcome.Value(Object result, long cost) -> {
                    if (!Boolean.TRUE.equals(result)) failed(test, values);
                }
                case Expression.Outcome.Failed(String message, long cost) ->
                    errors.add(FieldError.invalid(test.place, test.type, failure(message, rule)));
                case Expression.Outcome.TooExpensive(long cost) -> {
                    errors.add(FieldError.invalid(
                            test.place,
                            test.type,
                            "'operation cancelled: actual cost limit exceeded': no further validation rules will be run"
                                    + " due to call cost exceeds limit for rule: " + rule.words()));
                    budget = -1;
                }
            }
        }

        private static String failure(String message, Rule rule) {
            if (!message.startsWith("no such overload")) return message + " evaluating rule: " + rule.words();
            return "'" + message + "': call arguments did not match a supported operator, function or macro signature"
                    + " for rule: " + rule.words();
        }

        private void spent(String place, String type) {
            errors.add(FieldError.invalid(
                    place,
                    type,
                    "validation failed due to running out of cost budget, no further validation rules will be run"));
            budget = -1;
        }

        private void failed(Case test, Map<String, Object> values) {
            Rule rule = test.compiled.rule();
            String detail = message(test, values);
            if (budget < 0) return;
            FieldError error = RuleErrors.of(test.at, test.value, detail, rule);
            if (!test.compiled.usesOldSelf() && test.touch.untouched()) warnings.accept(error.toString());
            else errors.add(error);
        }

        private String message(Case test, Map<String, Object> values) {
            Rule rule = test.compiled.rule();
            if (test.compiled.message() == null) return rule.failure();
            Expression.Outcome outcome = test.compiled.message().evaluate(values, Limits.PER_CALL);
            String source = io.k8j.model.validation.GoText.quote(rule.messageExpression());
            if (outcome.cost() > budget) {
                return exhausted(
                        test,
                        "messageExpression evaluation failed due to running out of cost budget, no further"
                                + " validation rules will be run");
            }
            if (outcome instanceof Expression.Outcome.TooExpensive) {
                return exhausted(
                        test,
                        "no further validation rules will be run due to call cost exceeds limit for"
                                + " messageExpression: " + source);
            }
            budget -= outcome.cost();
            boolean usable = outcome instanceof Expression.Outcome.Value(Object value, long cost)
                    && value instanceof String text
                    && RuleErrors.isMessage(text);
            // Upstream logs why it cannot be used, and falls back to the fixed words.
            return usable ? ((String) ((Expression.Outcome.Value) outcome).value()).strip() : rule.failure();
        }

        private String exhausted(Case test, String detail) {
            errors.add(FieldError.invalid(test.place, test.type, detail));
            budget = -1;
            return detail;
        }
    }
}
