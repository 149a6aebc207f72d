package io.k8j.model.cel;

import dev.cel.common.CelOptions;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelListsExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelRuntimeLibrary;
import io.k8j.model.cel.functions.AddressFunctions;
import io.k8j.model.cel.functions.FormatFunctions;
import io.k8j.model.cel.functions.ListFunctions;
import io.k8j.model.cel.functions.QuantityFunctions;
import io.k8j.model.cel.functions.RegexFunctions;
import io.k8j.model.cel.functions.SemverFunctions;
import io.k8j.model.cel.functions.StringFormat;
import io.k8j.model.cel.functions.UrlFunctions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * CEL's functions as Kubernetes 1.36 has them: the standard ones, upstream's extensions and own libraries, and what a
 * component adds. Immutable; safe for all threads. A language is heavy: keep it, on first use, in a static field.
 */
public final class Language {
    private static final CelOptions OPTIONS = options();

    private final CelCompiler compiler;
    private final CelRuntime runtime;

    private Language(List<FunctionLibrary> more, List<CelCompilerLibrary> macros, List<CelRuntimeLibrary> operators) {
        List<FunctionLibrary> own = new ArrayList<>(own());
        own.addAll(more);
        compiler = compiler(own, macros);
        runtime = runtime(own, operators);
    }

    /** Made on first use: many clusters have no expressions at all. */
    private static final class Plain {
        private static final Language LANGUAGE = new Language(List.of(), List.of(), List.of());
    }

    /** Without anything of a component's own. */
    public static Language plain() {
        return Plain.LANGUAGE;
    }

    /** With functions of a component's own. */
    public static Language with(FunctionLibrary... more) {
        return new Language(List.of(more), List.of(), List.of());
    }

    /** With functions of a component's own, and operators that know {@link KeyedList}s. */
    public static Language withListTypes(FunctionLibrary... more) {
        return new Language(List.of(more), List.of(), List.of(new ListSemantics(OPTIONS)));
    }

    /** With {@code cel.bind}, which names a part of an expression, and with {@link AnsweringMap}s. */
    public static Language withBindings() {
        return new Language(List.of(), List.of(CelExtensions.bindings()), List.of(new AnsweringMaps(OPTIONS)));
    }

    CelCompiler compiler() {
        return compiler;
    }

    CelRuntime runtime() {
        return runtime;
    }

    private static CelOptions options() {
        return CelOptions.current().enableHeterogeneousNumericComparisons(true).build();
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
                new StringFormat());
    }

    private static CelCompiler compiler(List<FunctionLibrary> own, List<CelCompilerLibrary> macros) {
        List<CelCompilerLibrary> libraries = new ArrayList<>(List.of(
                CelExtensions.optional(),
                strings(),
                CelExtensions.sets(OPTIONS),
                CelExtensions.comprehensions(),
                lists()));
        libraries.addAll(own);
        libraries.addAll(macros);
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(libraries)
                .build();
    }

    private static CelRuntime runtime(List<FunctionLibrary> own, List<CelRuntimeLibrary> operators) {
        List<CelRuntimeLibrary> libraries = new ArrayList<>(List.of(
                CelExtensions.optional(),
                strings(),
                CelExtensions.sets(OPTIONS),
                CelExtensions.comprehensions(),
                lists()));
        libraries.addAll(own);
        libraries.addAll(operators);
        CelRuntimeBuilder builder = CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS);
        return builder.addLibraries(libraries).build();
    }
}
