package io.k8j.apiserver.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSource;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelListsExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelRuntimeLibrary;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * CEL as Kubernetes 1.36 speaks it: the standard functions, upstream's extensions and own libraries, with some variables.
 * Immutable; safe for all threads.
 */
public final class Environment {
    private static final Pattern CANDIDATES = Pattern.compile(" \\(candidates: .*\\)$", Pattern.DOTALL);
    private static final Pattern SYNTAX =
            Pattern.compile("^(mismatched input|no viable alternative|extraneous input|missing |token recognition).*");

    private final CelCompiler compiler;
    private final Sizes sizes;
    /** Named types of an environment in which expressions make objects; null for others. */
    private final Map<String, CelType> made;

    /** What came of compiling a text. */
    public sealed interface Compiled {
        /** It can be run. */
        record Ready(Expression expression) implements Compiled {}

        /** It is wrong; {@code message} is upstream's, with the places in the text. */
        record Fault(String message) implements Compiled {}
    }

    /** Made on first use: many clusters have no expressions at all. */
    private static final class Engine {
        private static final CelOptions OPTIONS = options();
        private static final CelCompiler COMPILER = compiler();
        private static final CelRuntime RUNTIME = runtime();

        // The checker, not a later pass, has to name mixed literals: its words are upstream's.
        @SuppressWarnings("deprecation")
        private static CelOptions options() {
            return CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .enableHomogeneousLiterals(true)
                    .build();
        }

        private static CelStringExtensions strings() {
            return CelExtensions.strings(EnumSet.complementOf(EnumSet.of(CelStringExtensions.Function.REVERSE)));
        }

        private static CelListsExtensions lists() {
            return CelExtensions.lists(EnumSet.complementOf(EnumSet.of(CelListsExtensions.Function.RANGE)));
        }

        private static List<FunctionLibrary> own() {
            return List.of(
                    new ListFunctions(),
                    new RegexFunctions(),
                    new UrlFunctions(),
                    new QuantityFunctions(),
                    new AddressFunctions(),
                    new FormatFunctions(),
                    new SemverFunctions(),
                    new StringFormat(),
                    new AuthorizerFunctions());
        }

        private static CelCompiler compiler() {
            List<CelCompilerLibrary> libraries = new ArrayList<>(List.of(
                    CelExtensions.optional(),
                    strings(),
                    CelExtensions.sets(OPTIONS),
                    CelExtensions.comprehensions(),
                    lists()));
            libraries.addAll(own());
            return CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                    .addLibraries(libraries)
                    .build();
        }

        private static CelRuntime runtime() {
            List<CelRuntimeLibrary> libraries = new ArrayList<>(List.of(
                    CelExtensions.optional(),
                    strings(),
                    CelExtensions.sets(OPTIONS),
                    CelExtensions.comprehensions(),
                    lists()));
            libraries.addAll(own());
            CelRuntimeBuilder builder =
                    CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS);
            return builder.addLibraries(libraries).build();
        }
    }

    private Environment(CelCompiler compiler, Sizes sizes, Map<String, CelType> made) {
        this.compiler = compiler;
        this.sizes = sizes;
        this.made = made;
    }

    /**
     * An environment with variables.
     *
     * @param variables by name, with their types
     * @param types the structs that the variables' types name, by full name
     * @param sizes bounds for the estimates of cost
     */
    public static Environment of(Map<String, CelType> variables, Map<String, ? extends CelType> types, Sizes sizes) {
        CelCompilerBuilder builder = Engine.COMPILER.toCompilerBuilder();
        if (!types.isEmpty()) builder.setTypeProvider(new NamedTypes(Map.copyOf(types)));
        variables.forEach(builder::addVar);
        return new Environment(builder.build(), sizes, null);
    }

    /** The same environment in which expressions may make objects and patches, see {@link MadeObject}. */
    public static Environment making(Map<String, CelType> variables, Map<String, ? extends CelType> types) {
        CelCompilerBuilder builder = Engine.COMPILER.toCompilerBuilder();
        builder.addLibraries(new PatchFunctions());
        variables.forEach(builder::addVar);
        return new Environment(builder.build(), Sizes.UNKNOWN, Map.copyOf(types));
    }

    @SuppressWarnings("Immutable") // the map is a copy
    private record NamedTypes(Map<String, CelType> byName) implements CelTypeProvider {
        @Override
        public ImmutableCollection<CelType> types() {
            return ImmutableList.copyOf(byName.values());
        }

        @Override
        public Optional<CelType> findType(String name) {
            return Optional.ofNullable(byName.get(name));
        }
    }

    /** Parses, checks and plans a text. */
    public Compiled compile(String text) {
        try {
            CelCompiler compiler = this.compiler;
            CelRuntime runtime = Engine.RUNTIME;
            if (made != null) {
                CelValidationResult parsed = compiler.parse(text);
                if (parsed.hasError()) return new Compiled.Fault(words(parsed.getErrors(), parsed.getSource()));
                Map<String, CelType> all = new LinkedHashMap<>(made);
                all.putAll(MadeTypes.of(parsed.getAst()));
                NamedTypes types = new NamedTypes(Map.copyOf(all));
                compiler = compiler.toCompilerBuilder().setTypeProvider(types).build();
                runtime = runtime.toRuntimeBuilder()
                        .addLibraries(new PatchFunctions())
                        .setTypeProvider(types)
                        .setValueProvider(MadeTypes.VALUES)
                        .build();
            }
            CelValidationResult result = compiler.compile(text);
            if (result.hasError()) return new Compiled.Fault(words(result.getErrors(), result.getSource()));
            CelAbstractSyntaxTree ast = result.getAst();
            List<CelIssue> literals = LiteralChecks.check(ast);
            if (!literals.isEmpty()) return new Compiled.Fault(words(literals, ast.getSource()));
            CelRuntime.Program program = (CelRuntime.Program) runtime.createProgram(ast);
            return new Compiled.Ready(new Expression(ast, program, StaticCost.of(ast, sizes)));
        } catch (CelValidationException e) {
            return new Compiled.Fault(words(e.getErrors(), e.getSource()));
        } catch (CelEvaluationException e) {
            return new Compiled.Fault(Failures.words(e));
        } catch (StackOverflowError e) {
            return new Compiled.Fault("expression recursion limit exceeded: 250");
        }
    }

    private static String words(List<CelIssue> issues, CelSource source) {
        Map<String, CelIssue> plain = new LinkedHashMap<>();
        for (CelIssue issue : issues) {
            String message = CANDIDATES.matcher(issue.getMessage()).replaceFirst("");
            if (SYNTAX.matcher(message).matches()) message = "Syntax error: " + message;
            CelIssue shown = CelIssue.formatError(issue.getExprId(), issue.getSourceLocation(), message);
            plain.putIfAbsent(shown.toDisplayString(source), shown);
        }
        return String.join("\n", plain.keySet());
    }
}
