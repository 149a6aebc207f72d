package io.k8j.apiserver.crd;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles and runs the CEL rules of schemas over {@code self} and {@code oldSelf}. Both are dynamic: a rule that asks
 * for a field of a wrong type fails when it runs, not when it is compiled. Safe for all threads.
 */
final class Expressions {
    private static final int MAX_ITERATIONS = 100_000; // bounds the time of one rule
    private static final int MAX_PROGRAMS = 10_000;
    private static final ListType ANY_LIST = ListType.create(SimpleType.DYN);

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .build();

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .addLibraries(CelExtensions.strings(), CelExtensions.sets(OPTIONS), CelExtensions.optional())
            .addFunctionDeclarations(
                    method("isSorted", "list_is_sorted", SimpleType.BOOL),
                    method("sum", "list_sum", SimpleType.DYN),
                    method("min", "list_min", SimpleType.DYN),
                    method("max", "list_max", SimpleType.DYN),
                    CelFunctionDecl.newFunctionDeclaration(
                            "find",
                            CelOverloadDecl.newMemberOverload(
                                    "string_find", SimpleType.STRING, SimpleType.STRING, SimpleType.STRING)))
            .build();

    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(CelExtensions.strings(), CelExtensions.sets(OPTIONS), CelExtensions.optional())
            .addFunctionBindings(
                    CelFunctionBinding.from("list_is_sorted", List.class, Lists::isSorted),
                    CelFunctionBinding.from("list_sum", List.class, Lists::sum),
                    CelFunctionBinding.from("list_min", List.class, list -> Lists.extreme(list, -1)),
                    CelFunctionBinding.from("list_max", List.class, list -> Lists.extreme(list, 1)),
                    CelFunctionBinding.from("string_find", String.class, String.class, Expressions::find))
            .build();

    private static final Map<String, CelRuntime.Program> PROGRAMS = new ConcurrentHashMap<>();

    private Expressions() {}

    private static CelFunctionDecl method(String name, String overload, CelType result) {
        return CelFunctionDecl.newFunctionDeclaration(
                name, CelOverloadDecl.newMemberOverload(overload, result, ANY_LIST));
    }

    private static String find(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group() : "";
    }

    /** What is wrong with a rule; null if it can be compiled. */
    static String fault(String rule) {
        try {
            program(rule);
            return null;
        } catch (CelValidationException | CelEvaluationException e) {
            return "compilation failed: " + e.getMessage();
        }
    }

    /**
     * Runs a rule.
     *
     * @param variables {@code self} and perhaps {@code oldSelf}
     * @return what the rule gives
     * @throws CelEvaluationException if it fails, for example for a missing field
     */
    static Object evaluate(String rule, Map<String, ?> variables) throws CelEvaluationException {
        try {
            return program(rule).eval(variables);
        } catch (CelValidationException e) {
            throw new CelEvaluationException("compilation failed: " + e.getMessage(), e);
        }
    }

    private static CelRuntime.Program program(String rule) throws CelValidationException, CelEvaluationException {
        CelRuntime.Program known = PROGRAMS.get(rule);
        if (known != null) return known;
        if (PROGRAMS.size() > MAX_PROGRAMS) PROGRAMS.clear(); // rules of definitions that are gone
        CelRuntime.Program made = RUNTIME.createProgram(COMPILER.compile(rule).getAst());
        PROGRAMS.put(rule, made);
        return made;
    }

    /** Kubernetes' own functions of lists. */
    private static final class Lists {
        private Lists() {}

        static boolean isSorted(List<?> list) {
            for (int i = 1; i < list.size(); i++) {
                if (compare(list.get(i - 1), list.get(i)) > 0) return false;
            }
            return true;
        }

        static Object sum(List<?> list) {
            long whole = 0;
            double broken = 0;
            boolean isBroken = false;
            for (Object item : list) {
                if (item instanceof Double d) {
                    isBroken = true;
                    broken += d;
                } else if (item instanceof Number n) {
                    whole += n.longValue();
                }
            }
            return isBroken ? (Object) (broken + whole) : (Object) whole;
        }

        static Object extreme(List<?> list, int sign) {
            if (list.isEmpty()) throw new IllegalArgumentException("min/max called on empty list");
            Object best = list.getFirst();
            for (Object item : list) if (compare(item, best) * sign > 0) best = item;
            return best;
        }

        private static int compare(Object a, Object b) {
            if (a instanceof Number x && b instanceof Number y) return Double.compare(x.doubleValue(), y.doubleValue());
            return String.valueOf(a).compareTo(String.valueOf(b));
        }
    }
}
