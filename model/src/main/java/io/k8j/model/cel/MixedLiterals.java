package io.k8j.model.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.OptionalType;
import java.util.List;
import java.util.Optional;

/**
 * Refuses lists and maps whose members have several types, as upstream does with an expression that is right otherwise.
 * What {@code format} writes may be mixed.
 */
final class MixedLiterals {
    private MixedLiterals() {}

    static void check(CelAbstractSyntaxTree ast, List<CelIssue> issues) {
        CelNavigableAst.fromAst(ast).getRoot().allNodes().forEach(node -> {
            switch (node.expr().exprKind().getKind()) {
                case LIST -> {
                    if (!isFormatted(node)) list(ast, node.expr(), issues);
                }
                case MAP -> {
                    if (!isFormatted(node)) map(ast, node.expr(), issues);
                }
                default -> {}
            }
        });
    }

    private static boolean isFormatted(CelNavigableExpr node) {
        for (Optional<CelNavigableExpr> up = node.parent();
                up.isPresent();
                up = up.get().parent()) {
            CelExpr expr = up.get().expr();
            if (expr.exprKind().getKind() == CelExpr.ExprKind.Kind.CALL
                    && expr.call().function().equals("format")) {
                return true;
            }
        }
        return false;
    }

    private static void list(CelAbstractSyntaxTree ast, CelExpr list, List<CelIssue> issues) {
        CelType first = null;
        List<CelExpr> elements = list.list().elements();
        for (int i = 0; i < elements.size(); i++) {
            CelExpr element = elements.get(i);
            CelType type = type(ast, element, list.list().optionalIndices().contains(i));
            if (first == null) first = type;
            if (!mixed(ast, first, type, element, issues)) continue;
            return;
        }
    }

    private static void map(CelAbstractSyntaxTree ast, CelExpr map, List<CelIssue> issues) {
        CelType key = null;
        CelType value = null;
        for (CelExpr.CelMap.Entry entry : map.map().entries()) {
            CelType nextKey = type(ast, entry.key(), false);
            CelType nextValue = type(ast, entry.value(), entry.optionalEntry());
            if (key == null) {
                key = nextKey;
                value = nextValue;
                continue;
            }
            if (mixed(ast, key, nextKey, entry.key(), issues)) return;
            if (mixed(ast, value, nextValue, entry.value(), issues)) return;
        }
    }

    private static CelType type(CelAbstractSyntaxTree ast, CelExpr expr, boolean optional) {
        CelType type = ast.getTypeOrThrow(expr.id());
        return optional && type instanceof OptionalType ? type.parameters().getFirst() : type;
    }

    private static boolean mixed(
            CelAbstractSyntaxTree ast, CelType first, CelType type, CelExpr at, List<CelIssue> issues) {
        if (first.equals(type)) return false;
        String message = "expected type '%s' but found '%s'".formatted(CelTypes.format(first), CelTypes.format(type));
        issues.add(CelIssue.formatError(at.id(), LiteralChecks.location(ast, at), message));
        return true;
    }
}
