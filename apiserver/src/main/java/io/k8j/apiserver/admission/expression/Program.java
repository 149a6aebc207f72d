package io.k8j.apiserver.admission.expression;

import dev.cel.common.types.CelType;
import io.k8j.model.cel.Expression;

/**
 * An expression after compiling. Immutable.
 *
 * @param text as it was written
 * @param expression null if it cannot be run
 * @param fault upstream's words for what is wrong with it; null if nothing is
 */
public record Program(String text, Expression expression, String fault) {
    /** The type of its value; null if it has none. */
    public CelType type() {
        return expression == null ? null : expression.type();
    }
}
