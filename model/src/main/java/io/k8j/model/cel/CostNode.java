package io.k8j.model.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import java.util.List;

/**
 * An expression as the estimate of its cost sees it.
 *
 * @param path the fields from a variable to the value, with {@code @items}, {@code @keys} and {@code @values}; null if the
 *     value comes from elsewhere
 * @param expr null for the items of a list
 * @param size what is known of its size from the expression alone; null if nothing is
 */
record CostNode(List<String> path, CelType type, CelExpr expr, Estimate size) {
    Estimate sizeOrUnknown(Sizes sizes) {
        if (size != null) return size;
        Estimate known = path == null || path.isEmpty() ? null : sizes.of(path);
        return known == null ? Estimate.UNKNOWN : known;
    }
}
