package io.k8j.model.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.values.CelValueProvider;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CEL as Kubernetes 1.36 speaks it: the standard functions, upstream's extensions and own libraries, with some variables.
 * Immutable; safe for all threads.
 */
public final class Environment {
    private final Language language;
    private final CelCompiler compiler;
    private final Sizes sizes;
    /** Named types of an environment in which expressions make objects; null for others. */
    private final Map<String, CelType> made;
    /** How they are made; null if {@link #made} is. */
    private final Maker maker;

    /** What came of compiling a text. */
    public sealed interface Compiled {
        /** It can be run. */
        record Ready(Expression expression) implements Compiled {}

        /** It is wrong; {@code message} is upstream's, with the places in the text. */
        record Fault(String message) implements Compiled {}
    }

    /** Objects that expressions may make with {@code Name{…}}. Immutable; safe for all threads. */
    public interface Maker {
        /** The functions that go with them. */
        FunctionLibrary functions();

        /** The types that a parsed text makes objects of, by name. */
        Map<String, CelType> types(CelAbstractSyntaxTree parsed);

        /** Makes the values. */
        CelValueProvider values();
    }

    private Environment(Language language, CelCompiler compiler, Sizes sizes, Map<String, CelType> made, Maker maker) {
        this.language = language;
        this.compiler = compiler;
        this.sizes = sizes;
        this.made = made;
        this.maker = maker;
    }

    /**
     * An environment with variables.
     *
     * @param language its functions
     * @param variables by name, with their types
     * @param types the structs that the variables' types name, by full name
     * @param sizes bounds for the estimates of cost
     */
    public static Environment of(
            Language language, Map<String, CelType> variables, Map<String, ? extends CelType> types, Sizes sizes) {
        CelCompilerBuilder builder = language.compiler().toCompilerBuilder();
        if (!types.isEmpty()) builder.setTypeProvider(new NamedTypes(Map.copyOf(types)));
        variables.forEach(builder::addVar);
        return new Environment(language, builder.build(), sizes, null, null);
    }

    /** The same environment in which expressions may make objects. */
    public static Environment making(
            Language language, Map<String, CelType> variables, Map<String, ? extends CelType> types, Maker maker) {
        CelCompilerBuilder builder = language.compiler().toCompilerBuilder();
        builder.addLibraries(maker.functions());
        variables.forEach(builder::addVar);
        return new Environment(language, builder.build(), Sizes.UNKNOWN, Map.copyOf(types), maker);
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
            CelRuntime runtime = language.runtime();
            if (made != null) {
                CelValidationResult parsed = compiler.parse(text);
                if (parsed.hasError())
                    return new Compiled.Fault(IssueWords.of(compiler, parsed.getErrors(), parsed.getSource()));
                Map<String, CelType> all = new LinkedHashMap<>(made);
                all.putAll(maker.types(parsed.getAst()));
                NamedTypes types = new NamedTypes(Map.copyOf(all));
                compiler = compiler.toCompilerBuilder().setTypeProvider(types).build();
                runtime = runtime.toRuntimeBuilder()
                        .addLibraries(maker.functions())
                        .setTypeProvider(types)
                        .setValueProvider(maker.values())
                        .build();
            }
            CelValidationResult result = compiler.compile(text);
            if (result.hasError())
                return new Compiled.Fault(IssueWords.of(compiler, result.getErrors(), result.getSource()));
            CelAbstractSyntaxTree ast = result.getAst();
            List<CelIssue> literals = LiteralChecks.check(ast);
            if (!literals.isEmpty()) return new Compiled.Fault(IssueWords.of(compiler, literals, ast.getSource()));
            CelRuntime.Program program = (CelRuntime.Program) runtime.createProgram(ast);
            return new Compiled.Ready(new Expression(ast, program, StaticCost.of(ast, sizes)));
        } catch (CelValidationException e) {
            return new Compiled.Fault(IssueWords.of(compiler, e.getErrors(), e.getSource()));
        } catch (CelEvaluationException e) {
            return new Compiled.Fault(Failures.words(e));
        } catch (StackOverflowError e) {
            return new Compiled.Fault("expression recursion limit exceeded: 250");
        }
    }
}
