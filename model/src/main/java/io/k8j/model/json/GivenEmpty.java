package io.k8j.model.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An empty list or map that a client spelled out where the stored object has none. Upstream's Go has an empty value of
 * it until the object is stored: most comparisons take both for the same ({@link Trees#deepEquals}), some do not
 * ({@link Trees#identical}), and messages show it. What is put into it makes it like any other.
 */
public sealed interface GivenEmpty {
    /** Whether a value is one and still empty. */
    static boolean is(Object value) {
        return value instanceof GivenEmpty given && given.isEmpty();
    }

    /** The same value as one that is marked so; any that is no empty list or map as it is. */
    static Object of(Object value) {
        return switch (value) {
            case GivenEmpty given -> given;
            case Map<?, ?> map when map.isEmpty() -> new OfMap();
            case List<?> list when list.isEmpty() -> new OfList();
            case null, default -> value;
        };
    }

    boolean isEmpty();

    /** A map of that kind. */
    @SuppressWarnings("serial") // never serialized
    final class OfMap extends LinkedHashMap<String, Object> implements GivenEmpty {}

    /** A list of that kind. */
    @SuppressWarnings("serial") // never serialized
    final class OfList extends ArrayList<Object> implements GivenEmpty {}
}
