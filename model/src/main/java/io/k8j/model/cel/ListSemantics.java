package io.k8j.model.cel;

import dev.cel.common.CelOptions;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntimeBuilder;
import dev.cel.runtime.CelRuntimeLibrary;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.RuntimeEquality;
import dev.cel.runtime.RuntimeHelpers;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Equality and {@code +} that know {@link KeyedList}s; the left side decides, as upstream's does. */
final class ListSemantics implements CelRuntimeLibrary {
    private final CelOptions options;
    private final RuntimeEquality standard;

    ListSemantics(CelOptions options) {
        this.options = options;
        this.standard = RuntimeEquality.create(RuntimeHelpers.create(), options);
    }

    @Override
    @SuppressWarnings("Immutable") // what the functions use has no state
    public void setRuntimeOptions(CelRuntimeBuilder builder) {
        builder.setStandardFunctions(CelStandardFunctions.newBuilder()
                .excludeFunctions(StandardFunction.EQUALS, StandardFunction.NOT_EQUALS, StandardFunction.ADD)
                .build());
        builder.addFunctionBindings(CelFunctionBinding.fromOverloads(
                "_==_",
                List.of(CelFunctionBinding.from("equals", Object.class, Object.class, (x, y) -> isEqual(x, y)))));
        builder.addFunctionBindings(CelFunctionBinding.fromOverloads(
                "_!=_",
                List.of(CelFunctionBinding.from("not_equals", Object.class, Object.class, (x, y) -> !isEqual(x, y)))));
        List<CelFunctionBinding> sums = new ArrayList<>();
        for (AddOverload overload : AddOverload.values()) {
            CelFunctionBinding binding = overload.newFunctionBinding(options, standard);
            sums.add(
                    overload == AddOverload.ADD_LIST
                            ? CelFunctionBinding.from(
                                    binding.getOverloadId(), List.class, List.class, (x, y) -> joined(x, y))
                            : binding);
        }
        builder.addFunctionBindings(CelFunctionBinding.fromOverloads("_+_", sums));
    }

    private static List<Object> joined(List<?> x, List<?> y) {
        if (x instanceof KeyedList keyed) return keyed.plus(y);
        List<Object> all = new ArrayList<>(x.size() + y.size());
        all.addAll(x);
        all.addAll(y);
        return all;
    }

    boolean isEqual(Object x, Object y) {
        if (x instanceof KeyedList keyed) return y instanceof List<?> other && keyed.isEqual(other, this);
        if (x instanceof List<?> one && y instanceof List<?> other) return areEqual(one, other);
        if (x instanceof Map<?, ?> one && y instanceof Map<?, ?> other) return areEqual(one, other);
        return standard.objectEquals(x, y);
    }

    private boolean areEqual(List<?> x, List<?> y) {
        if (x.size() != y.size()) return false;
        Iterator<?> others = y.iterator();
        for (Object item : x) {
            if (!isEqual(item, others.next())) return false;
        }
        return true;
    }

    // Keys may be numbers of different types, which only the standard's look-up finds.
    private boolean areEqual(Map<?, ?> x, Map<?, ?> y) {
        if (x.size() != y.size()) return false;
        for (Map.Entry<?, ?> entry : x.entrySet()) {
            Object other = standard.findInMap(y, entry.getKey()).orElse(null);
            if (other == null || !isEqual(entry.getValue(), other)) return false;
        }
        return true;
    }
}
