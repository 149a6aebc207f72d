package io.k8j.apiserver.validation;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles and runs the CEL expressions of admission policies and match conditions. All variables are dynamic: an
 * expression that asks for a field of a wrong type fails when it runs, not when it is compiled. Safe for all threads;
 * compiled expressions are kept.
 */
public final class PolicyExpressions {
    private static final int MAX_ITERATIONS = 100_000; // bounds the time of one expression
    private static final int MAX_PROGRAMS = 10_000;
    private static final List<String> VARIABLES =
            List.of("object", "oldObject", "request", "params", "namespaceObject", "variables", "authorizer");
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .build();

    /** Made on first use: many clusters have no policy at all. */
    private static final class Engine {
        private static final CelCompiler COMPILER = compiler();
        private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .addLibraries(CelExtensions.strings(), CelExtensions.sets(OPTIONS), CelExtensions.optional())
                .build();

        private static CelCompiler compiler() {
            CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                    .addLibraries(CelExtensions.strings(), CelExtensions.sets(OPTIONS), CelExtensions.optional());
            VARIABLES.forEach(name -> builder.addVar(name, SimpleType.DYN));
            return builder.build();
        }
    }

    private static final Map<String, CelRuntime.Program> PROGRAMS = new ConcurrentHashMap<>();

    private PolicyExpressions() {}

    /** An expression gave no value; the message says why. */
    public static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** What is wrong with an expression; null if it can be compiled. */
    public static String fault(String expression) {
        try {
            program(expression);
            return null;
        } catch (CelValidationException | CelEvaluationException e) {
            return "compilation failed: " + e.getMessage();
        }
    }

    /**
     * Runs an expression.
     *
     * @param variables by name; null values are null to the expression
     * @throws FailedException if it cannot be compiled or fails while it runs, for example for a missing field
     */
    public static Object evaluate(String expression, Map<String, Object> variables) throws FailedException {
        try {
            Map<String, Object> all = new LinkedHashMap<>();
            for (String name : VARIABLES) {
                Object value = variables.get(name);
                all.put(name, value == null ? com.google.protobuf.NullValue.NULL_VALUE : value);
            }
            return program(expression).eval(all);
        } catch (CelValidationException e) {
            throw new FailedException("compilation error: compilation failed: " + e.getMessage(), e);
        } catch (CelEvaluationException e) {
            throw new FailedException(
                    "expression '" + expression.strip() + "' resulted in error: " + e.getMessage(), e);
        }
    }

    /** A copy without null fields: to upstream's expressions they are absent. */
    public static Object withoutNulls(Object tree) {
        if (tree instanceof Map<?, ?> map) {
            Map<String, Object> out = new LinkedHashMap<>();
            Trees.asMap(map).forEach((key, value) -> {
                if (value != null) {
                    out.put(key, withoutNulls(value));
                }
            });
            return out;
        }
        if (tree instanceof List<?> list) {
            List<Object> out = new ArrayList<>(list.size());
            for (Object item : list) {
                out.add(item == null ? com.google.protobuf.NullValue.NULL_VALUE : withoutNulls(item));
            }
            return out;
        }
        return tree;
    }

    private static CelRuntime.Program program(String expression) throws CelValidationException, CelEvaluationException {
        CelRuntime.Program known = PROGRAMS.get(expression);
        if (known != null) {
            return known;
        }
        if (PROGRAMS.size() > MAX_PROGRAMS) {
            PROGRAMS.clear(); // expressions of policies that are gone
        }
        CelRuntime.Program made =
                Engine.RUNTIME.createProgram(Engine.COMPILER.compile(expression).getAst());
        PROGRAMS.put(expression, made);
        return made;
    }
}
