package io.k8j.apiserver.authn.jwt;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.k8j.apiserver.cel.ServerLanguage;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.cel.Environment;
import io.k8j.model.cel.Expression;
import io.k8j.model.cel.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A compiled expression over the claims of a token or over the user that was made of them. Safe for all threads. */
final class ClaimExpression {
    static final String CLAIMS = "claims";
    static final String USER = "user";

    private static final String USER_TYPE = "kubernetes.UserInfo";

    /** Made on first use: most clusters have no such expressions. */
    private static final class Environments {
        private static final StructType USER_INFO = StructType.create(
                USER_TYPE,
                com.google.common.collect.ImmutableSet.of("username", "uid", "groups", "extra"),
                name -> Optional.ofNullable(
                        switch (name) {
                            case "username", "uid" -> SimpleType.STRING;
                            case "groups" -> ListType.create(SimpleType.STRING);
                            case "extra" -> MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING));
                            default -> null;
                        }));
        private static final Environment OF_CLAIMS = Environment.of(
                ServerLanguage.get(),
                Map.of(CLAIMS, MapType.create(SimpleType.STRING, SimpleType.DYN)),
                Map.of(),
                path -> null);
        private static final Environment OF_USER = Environment.of(
                ServerLanguage.get(), Map.of(USER, USER_INFO), Map.of(USER_TYPE, USER_INFO), path -> null);
    }

    private final String text;
    private final String variable;
    private final Expression expression;

    private ClaimExpression(String text, String variable, Expression expression) {
        this.text = text;
        this.variable = variable;
        this.expression = expression;
    }

    /** An expression of any type over the claims; null if it is wrong, which is noted. */
    static ClaimExpression value(Findings f, Place at) {
        return compile(f, at, CLAIMS);
    }

    /** An expression that must be true or false; null if it is wrong, which is noted. */
    static ClaimExpression condition(Findings f, Place at, String variable) {
        ClaimExpression compiled = compile(f, at, variable);
        if (compiled != null && !compiled.expression.type().equals(SimpleType.BOOL)) {
            f.invalid(at, at.text(), "must evaluate to bool");
            return null;
        }
        return compiled;
    }

    private static ClaimExpression compile(Findings f, Place at, String variable) {
        Environment environment = variable.equals(CLAIMS) ? Environments.OF_CLAIMS : Environments.OF_USER;
        return switch (environment.compile(at.text())) {
            case Environment.Compiled.Ready(Expression made) -> new ClaimExpression(at.text(), variable, made);
            case Environment.Compiled.Fault(String message) -> {
                f.invalid(at, at.text(), "compilation failed: " + message);
                yield null;
            }
        };
    }

    String text() {
        return text;
    }

    /** Whether a field of the claims is asked for, as {@code claims.x} or {@code claims.?x}. */
    boolean selects(String field) {
        return CelNavigableAst.fromAst(expression.ast())
                .getRoot()
                .allNodes()
                .map(node -> node.expr())
                .anyMatch(expr -> isSelection(expr, field));
    }

    private static boolean isSelection(CelExpr expr, String field) {
        return switch (expr.exprKind().getKind()) {
            case SELECT ->
                isClaims(expr.select().operand()) && expr.select().field().equals(field);
            case CALL ->
                Set.of("_?._", "_[_]", "_[?_]").contains(expr.call().function())
                        && expr.call().args().size() == 2
                        && isClaims(expr.call().args().getFirst())
                        && isText(expr.call().args().get(1), field);
            default -> false;
        };
    }

    private static boolean isClaims(CelExpr expr) {
        return expr.exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT
                && expr.ident().name().equals(CLAIMS);
    }

    private static boolean isText(CelExpr expr, String text) {
        return expr.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expr.constant().equals(dev.cel.common.ast.CelConstant.ofValue(text));
    }

    /**
     * Runs the expression.
     *
     * @param input the claims or the user as CEL values
     * @throws JwtException if it fails
     */
    Object evaluate(Map<String, ?> input) throws JwtException {
        return switch (expression.evaluate(Map.of(variable, input), Limits.PER_CALL)) {
            case Expression.Outcome.Value value -> value.value();
            case Expression.Outcome.Failed failed ->
                throw new JwtException("expression '%s' resulted in error: %s".formatted(text, failed.message()));
            case Expression.Outcome.TooExpensive costs ->
                throw new JwtException(
                        "expression '%s' resulted in error: operation cancelled: actual cost limit exceeded"
                                .formatted(text));
        };
    }

    /** Runs a condition for each rule and refuses if one does not hold. */
    static void check(List<IssuerConfig.Rule> rules, Map<String, ?> input) throws JwtException {
        for (IssuerConfig.Rule rule : rules) {
            Object value = rule.expression().evaluate(input);
            if (!Boolean.TRUE.equals(value)) {
                throw new JwtException(
                        value instanceof Boolean
                                ? "validation expression '%s' failed: %s"
                                        .formatted(rule.expression().text(), rule.message())
                                : "validation expression must return a boolean");
            }
        }
    }
}
