package io.k8j.model.cel;

import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import java.util.List;
import java.util.Map;

/**
 * What expressions know of a place in a schema.
 *
 * @param type how CEL types it
 * @param minSize bytes of the smallest value as JSON, at least 1
 * @param maxElements characters, items or entries at most; 0 for values of one fixed size
 * @param fields of an object, by the name expressions use; empty for others
 * @param element of a list or map, or null
 */
public record DeclaredType(
        CelType type, long minSize, long maxElements, Map<String, DeclaredType> fields, DeclaredType element) {
    /** The bounds of what lies below a variable of this type. */
    public Sizes sizes() {
        return this::sizeAt;
    }

    // The first step is the variable itself. A value of unknown origin has only its own last step, and upstream takes
    // it
    // for as large as the whole variable.
    private Estimate sizeAt(List<String> path) {
        DeclaredType at = this;
        for (String step : path.subList(1, path.size())) {
            switch (step) {
                case "@items", "@values" -> at = at.element;
                case "@keys" -> {
                    return at.type.kind() == CelKind.MAP ? Estimate.ZERO : null; // upstream gives keys no size
                }
                default -> at = at.fields.get(step);
            }
            if (at == null) return null;
        }
        return new Estimate(0, at.maxElements);
    }
}
