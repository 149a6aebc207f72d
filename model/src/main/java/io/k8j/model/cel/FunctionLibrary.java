package io.k8j.model.cel;

import dev.cel.checker.CelCheckerBuilder;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.compiler.CelCompilerLibrary;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Functions of one subject: each is declared to the checker and bound for the runtime in one call. */
public abstract class FunctionLibrary implements CelCompilerLibrary, CelRuntimeLibrary {
    private final Map<String, List<CelOverloadDecl>> declared = new LinkedHashMap<>();
    private final Map<String, List<CelFunctionBinding>> bound = new LinkedHashMap<>();

    /** An argument or receiver: what the checker calls it and the class of its values. */
    public record Arg(CelType type, Class<?> values) {}

    /** Adds {@code receiver.name(arguments…)}; {@code arguments} begins with the receiver. */
    protected final void method(
            String name, String overload, CelType result, CelFunctionOverload body, Arg... arguments) {
        add(name, CelOverloadDecl.newMemberOverload(overload, result, types(arguments)), body, arguments);
    }

    /** Adds {@code name(arguments…)}. */
    protected final void function(
            String name, String overload, CelType result, CelFunctionOverload body, Arg... arguments) {
        add(name, CelOverloadDecl.newGlobalOverload(overload, result, types(arguments)), body, arguments);
    }

    private void add(String name, CelOverloadDecl overload, CelFunctionOverload body, Arg... arguments) {
        List<Class<?>> classes = new ArrayList<>();
        for (Arg argument : arguments) classes.add(argument.values());
        declared.computeIfAbsent(name, n -> new ArrayList<>()).add(overload);
        bound.computeIfAbsent(name, n -> new ArrayList<>())
                .add(CelFunctionBinding.from(overload.overloadId(), classes, body));
    }

    private static List<CelType> types(Arg... arguments) {
        List<CelType> types = new ArrayList<>();
        for (Arg argument : arguments) types.add(argument.type());
        return types;
    }

    @Override
    public void setCheckerOptions(CelCheckerBuilder builder) {
        declared.forEach((name, overloads) ->
                builder.addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(name, overloads)));
    }

    @Override
    public void setParserOptions(dev.cel.parser.CelParserBuilder builder) {
        // no macros of its own
    }

    @Override
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        bound.forEach(
                (name, bindings) -> builder.addFunctionBindings(CelFunctionBinding.fromOverloads(name, bindings)));
    }
}
