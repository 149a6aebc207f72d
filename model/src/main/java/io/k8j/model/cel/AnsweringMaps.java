package io.k8j.model.cel;

import dev.cel.common.CelOptions;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.RuntimeEquality;
import dev.cel.runtime.RuntimeHelpers;
import dev.cel.runtime.standard.InOperator.InOverload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An {@code in} that asks an {@link AnsweringMap} which keys it has. */
final class AnsweringMaps implements CelRuntimeLibrary {
    private final CelOptions options;
    private final RuntimeEquality standard;

    AnsweringMaps(CelOptions options) {
        this.options = options;
        this.standard = RuntimeEquality.create(RuntimeHelpers.create(), options);
    }

    @Override
    @SuppressWarnings("Immutable") // the standard's equality has no state
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        builder.setStandardFunctions(CelStandardFunctions.newBuilder()
                .excludeFunctions(StandardFunction.IN)
                .build());
        List<CelFunctionBinding> bindings = new ArrayList<>();
        for (InOverload overload : InOverload.values()) {
            CelFunctionBinding binding = overload.newFunctionBinding(options, standard);
            bindings.add(
                    overload == InOverload.IN_MAP
                            ? CelFunctionBinding.from(
                                    binding.getOverloadId(), Object.class, Map.class, (key, map) -> isIn(key, map))
                            : binding);
        }
        builder.addFunctionBindings(CelFunctionBinding.fromOverloads("@in", bindings));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private boolean isIn(Object key, Map map) {
        return map instanceof AnsweringMap ? map.containsKey(key) : standard.inMap(map, key);
    }
}
