package io.k8j.apiserver.crd;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import io.k8j.apiserver.cel.ServerLanguage;
import io.k8j.model.cel.DeclaredType;
import io.k8j.model.cel.Environment;
import io.k8j.model.cel.Expression;
import io.k8j.model.cel.Limits;
import io.k8j.model.cel.SchemaTypes;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Compiles the rules of one place in a schema over {@code self} and {@code oldSelf}, which have that place's type. */
final class RuleCompiler {
    // Nobody shall rely on the name of the type, so it is different each time, as upstream's.
    private static final AtomicInteger NAMES = new AtomicInteger();

    /**
     * What came of one rule.
     *
     * @param expression null if it is blank or wrong
     * @param fault what is wrong with it, or null
     * @param message the expression that words its failures, or null
     * @param messageFault what is wrong with that, or null
     * @param usesOldSelf whether it compares with the former value
     */
    record Compiled(
            Rule rule,
            Expression expression,
            String fault,
            Expression message,
            String messageFault,
            boolean usesOldSelf) {}

    /** The rules of a place. {@code cardinality} is how often it may occur at most if nothing bounds it. */
    record Rules(List<Compiled> all, long cardinality) {}

    private RuleCompiler() {}

    /** @param whole whether the place holds whole objects; empty if expressions cannot see values of the place */
    static Optional<Rules> compile(Map<String, Object> schema, boolean whole) {
        String name = "selfType" + NAMES.incrementAndGet();
        Optional<SchemaTypes.Declared> declared = SchemaTypes.of(schema, name, whole);
        if (declared.isEmpty()) return Optional.empty();
        DeclaredType type = declared.get().type();
        List<Compiled> all = new ArrayList<>();
        Environment plain = null;
        Environment optional = null;
        for (Object tree : Trees.list(schema, "x-kubernetes-validations")) {
            Rule rule = Rule.of(tree);
            if (rule.oldSelfIsOptional()) {
                if (optional == null) optional = environment(declared.get(), OptionalType.create(type.type()));
                all.add(compile(rule, optional));
            } else {
                if (plain == null) plain = environment(declared.get(), type.type());
                all.add(compile(rule, plain));
            }
        }
        return Optional.of(new Rules(all, Limits.MAX_REQUEST_SIZE / (type.minSize() + 1)));
    }

    private static Environment environment(SchemaTypes.Declared declared, CelType old) {
        return Environment.of(
                ServerLanguage.get(),
                Map.of("self", declared.type().type(), "oldSelf", old),
                declared.structs(),
                declared.type().sizes());
    }

    private static Compiled compile(Rule rule, Environment environment) {
        if (rule.rule().isBlank()) return new Compiled(rule, null, null, null, null, false);
        Expression expression;
        switch (environment.compile(rule.rule())) {
            case Environment.Compiled.Fault(String message) -> {
                return new Compiled(rule, null, "compilation failed: " + message, null, null, false);
            }
            case Environment.Compiled.Ready(Expression ready) -> expression = ready;
        }
        boolean usesOldSelf = expression.uses("oldSelf");
        if (!expression.type().equals(SimpleType.BOOL)) {
            return new Compiled(rule, null, "cel expression must evaluate to a bool", null, null, false);
        }
        if (rule.messageExpression().isEmpty()) return new Compiled(rule, expression, null, null, null, usesOldSelf);
        return switch (environment.compile(rule.messageExpression())) {
            case Environment.Compiled.Fault(String message) ->
                new Compiled(
                        rule, expression, null, null, "messageExpression compilation failed: " + message, usesOldSelf);
            case Environment.Compiled.Ready(Expression ready) ->
                ready.type().equals(SimpleType.STRING)
                        ? new Compiled(rule, expression, null, ready, null, usesOldSelf)
                        : new Compiled(
                                rule,
                                expression,
                                null,
                                null,
                                "messageExpression must evaluate to a string",
                                usesOldSelf);
        };
    }
}
