package io.k8j.model.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Refuses literals that no run could read: upstream validates durations, timestamps and patterns when it compiles. */
final class LiteralChecks {
    private LiteralChecks() {}

    static List<CelIssue> check(CelAbstractSyntaxTree ast) {
        List<CelIssue> issues = new ArrayList<>();
        CelNavigableAst.fromAst(ast).getRoot().allNodes().forEach(node -> {
            CelExpr expr = node.expr();
            if (expr.exprKind().getKind() != Kind.CALL) return;
            String function = expr.call().function();
            boolean pattern = List.of("matches", "find", "findAll").contains(function);
            int at = pattern && expr.call().target().isEmpty() ? 1 : 0;
            if (expr.call().args().size() <= at) return;
            CelExpr argument = expr.call().args().get(at);
            boolean text = argument.exprKind().getKind() == Kind.CONSTANT
                    && argument.constant().getKind() == CelConstant.Kind.STRING_VALUE;
            if (!text) return;
            String wrong = wrong(function, argument.constant().stringValue());
            if (wrong == null) return;
            issues.add(CelIssue.formatError(argument.id(), location(ast, argument), wrong));
        });
        MixedLiterals.check(ast, issues);
        return issues;
    }

    private static String wrong(String function, String literal) {
        return switch (function) {
            case "duration" -> Failures.isGoDuration(literal) ? null : "invalid duration argument";
            case "timestamp" -> isTimestamp(literal) ? null : "invalid timestamp argument";
            case "matches" -> isPattern(literal) ? null : "invalid matches argument";
            default -> null;
        };
    }

    private static boolean isTimestamp(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isPattern(String text) {
        try {
            Pattern.compile(text);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /** Where an expression stands; a negative number begins with its sign. */
    static CelSourceLocation location(CelAbstractSyntaxTree ast, CelExpr expr) {
        Integer offset = ast.getSource().getPositionsMap().get(expr.id());
        if (offset == null) return CelSourceLocation.NONE;
        if (expr.exprKind().getKind() == Kind.CONSTANT && offset > 0) {
            String before = ast.getSource().getContent().toString();
            int at = before.offsetByCodePoints(0, offset) - 1;
            boolean number = Character.isDigit(before.codePointAt(at + 1)) || before.charAt(at + 1) == '.';
            if (number && isNegative(expr.constant()) && before.charAt(at) == '-') offset--;
        }
        return ast.getSource().getOffsetLocation(offset).orElse(CelSourceLocation.NONE);
    }

    private static boolean isNegative(CelConstant constant) {
        return switch (constant.getKind()) {
            case INT64_VALUE -> constant.int64Value() < 0;
            case DOUBLE_VALUE -> constant.doubleValue() < 0;
            default -> false;
        };
    }
}
