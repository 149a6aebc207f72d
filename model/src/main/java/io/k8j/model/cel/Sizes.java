package io.k8j.model.cel;

import java.util.List;

/** What a variable's fields may measure at most, by their schema. Safe for all threads. */
@FunctionalInterface
public interface Sizes {
    /** Nothing is known of any field. */
    Sizes UNKNOWN = path -> null;

    /**
     * The size of the value at a path.
     *
     * @param path the variable, then fields, {@code @items}, {@code @keys} and {@code @values}; not empty
     * @return null if nobody knows
     */
    Estimate of(List<String> path);
}
