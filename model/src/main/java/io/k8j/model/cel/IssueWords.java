package io.k8j.model.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.compiler.CelCompiler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with an expression, in upstream's words and order. */
final class IssueWords {
    private static final Pattern CANDIDATES = Pattern.compile(" \\(candidates: .*\\)$", Pattern.DOTALL);
    private static final Pattern SYNTAX =
            Pattern.compile("^(mismatched input|no viable alternative|extraneous input|missing |token recognition).*");
    private static final Pattern ANY_OF_MANY =
            Pattern.compile("^(mismatched input .* expecting )\\{.*'=='.*}$", Pattern.DOTALL);
    private static final Pattern TYPE_VARIABLE = Pattern.compile("%[a-zA-Z]+(\\d+)");
    private static final Pattern LOGICAL = Pattern.compile(
            "^found no matching overload for '(_&&_|_\\|\\|_)' applied to '\\((.*)\\)'$", Pattern.DOTALL);
    private static final Pattern NO_FIELDS =
            Pattern.compile("^type '(kubernetes\\.[^']*)' does not support field selection$");
    private static final String BAD_HAS = "invalid argument to has() macro";
    private static final List<String> FITS_BOOL = List.of("bool", "dyn", "!error!", "any", "wrapper(bool)");

    private final CelCompiler compiler;
    private final CelSource source;
    private final String text;
    private final List<CelIssue> shown = new ArrayList<>();
    private boolean recovered; // whether a syntax error was found before

    private IssueWords(CelCompiler compiler, CelSource source) {
        this.compiler = compiler;
        this.source = source;
        this.text = source.getContent().toString();
    }

    static String of(CelCompiler compiler, List<CelIssue> issues, CelSource source) {
        IssueWords words = new IssueWords(compiler, source);
        issues.forEach(words::add);
        return words.all();
    }

    private String all() {
        shown.sort(Comparator.comparing(
                CelIssue::getSourceLocation,
                Comparator.comparingInt(CelSourceLocation::getLine).thenComparingInt(CelSourceLocation::getColumn)));
        Map<String, CelIssue> plain = new LinkedHashMap<>();
        for (CelIssue issue : shown) {
            String line = text.isEmpty() // nothing to point at
                    ? "ERROR: <input>:1:0: " + issue.getMessage()
                    : issue.toDisplayString(source);
            plain.putIfAbsent(line, issue);
        }
        return String.join("\n", plain.keySet());
    }

    private void add(CelIssue issue) {
        String message = CANDIDATES
                .matcher(issue.getMessage())
                .replaceFirst("")
                .replace("*error*", "!error!")
                .replace("google.protobuf.Duration", "duration")
                .replace("google.protobuf.Timestamp", "timestamp");
        if (message.startsWith("Message type resolution failure")) return; // that the type is unknown has been said
        if (message.startsWith("For input string: ")) {
            message = literal(issue);
        } else if (message.equals(BAD_HAS)) {
            show(issue, hasArgument(issue.getSourceLocation()), message);
            return;
        } else if (SYNTAX.matcher(message).matches()) {
            message = "Syntax error: " + expected(message, issue).replace("%%", "%");
        }
        message = NO_FIELDS.matcher(message).replaceFirst("unexpected failed resolution of '$1'");
        Matcher logical = LOGICAL.matcher(message);
        if (logical.matches() && operands(issue, logical)) return;
        show(issue, issue.getSourceLocation(), variables(message));
    }

    private void show(CelIssue issue, CelSourceLocation location, String message) {
        shown.add(CelIssue.formatError(issue.getExprId(), location, message));
    }

    /** Types that nothing is known of have no name as arguments, and a number where one is missed. */
    private static String variables(String message) {
        boolean call = message.startsWith("found no matching overload");
        return TYPE_VARIABLE.matcher(message).replaceAll(call ? "dyn" : "_var$1");
    }

    private String literal(CelIssue issue) {
        int at = offset(issue.getSourceLocation());
        int end = at;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '.')) end++;
        String literal = text.substring(Math.min(at, end), end);
        boolean unsigned = literal.endsWith("u") || literal.endsWith("U");
        return unsigned ? "invalid uint literal" : "invalid int literal";
    }

    private String expected(String message, CelIssue issue) {
        boolean first = !recovered;
        recovered |= !message.startsWith("token recognition");
        Matcher many = ANY_OF_MANY.matcher(message);
        if (!many.matches()) return message;
        // Whoever is past an error waits for the end of everything.
        String next = first ? OpenBrackets.closing(text, offset(issue.getSourceLocation())) : "<EOF>";
        return many.group(1) + next;
    }

    private int offset(CelSourceLocation location) {
        int at = 0;
        for (int line = 1; line < location.getLine(); line++) at = text.indexOf('\n', at) + 1;
        int rest = text.codePointCount(at, text.length());
        return text.offsetByCodePoints(at, Math.max(0, Math.min(location.getColumn(), rest)));
    }

    /** Upstream asks each operand of a logical operator to be a bool. */
    private boolean operands(CelIssue issue, Matcher logical) {
        CelAbstractSyntaxTree ast = parsed(text);
        if (ast == null) return false;
        CelExpr call = CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(node -> node.expr())
                .filter(e -> e.id() == issue.getExprId() && e.exprKind().getKind() == Kind.CALL)
                .findFirst()
                .orElse(null);
        List<String> types = split(logical.group(2));
        if (call == null || call.call().args().size() != types.size()) return false;
        for (int i = 0; i < types.size(); i++) {
            String type = types.get(i);
            if (FITS_BOOL.contains(type) || type.matches(TYPE_VARIABLE.pattern())) continue;
            String message = variables("expected type 'bool' but found '" + type + "'");
            show(issue, LiteralChecks.location(ast, call.call().args().get(i)), message);
        }
        return true;
    }

    private static List<String> split(String types) {
        List<String> all = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < types.length(); i++) {
            char c = types.charAt(i);
            if (c == '(') depth++;
            if (c == ')') depth--;
            if (c != ',' || depth > 0) continue;
            all.add(types.substring(start, i).strip());
            start = i + 1;
        }
        all.add(types.substring(start).strip());
        return all;
    }

    /** Upstream points at the argument that is no field, not at the bracket before it. */
    private CelSourceLocation hasArgument(CelSourceLocation bracket) {
        int start = offset(bracket) + 1;
        for (int end = text.indexOf(')', start); end >= 0; end = text.indexOf(')', end + 1)) {
            CelAbstractSyntaxTree ast = parsed(text.substring(start, end));
            if (ast == null) continue;
            CelSourceLocation inner = LiteralChecks.location(ast, ast.getExpr());
            boolean sameLine = inner.getLine() == 1;
            return CelSourceLocation.of(
                    bracket.getLine() + inner.getLine() - 1,
                    sameLine ? bracket.getColumn() + 1 + inner.getColumn() : inner.getColumn());
        }
        return bracket;
    }

    private CelAbstractSyntaxTree parsed(String part) {
        try {
            CelValidationResult result = compiler.parse(part);
            return result.hasError() ? null : result.getAst();
        } catch (CelValidationException e) {
            return null; // only what can be parsed has places to point at
        }
    }
}
