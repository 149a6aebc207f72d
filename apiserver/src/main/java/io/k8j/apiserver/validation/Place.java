package io.k8j.apiserver.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A value within an object, and the path that error messages give it. Immutable; reading is safe whatever the shape: an
 * absent or oddly typed value reads as empty.
 *
 * @param value the value; null if absent
 * @param path such as {@code spec.containers[0].name}; empty for the object itself
 */
public record Place(Object value, String path) {
    public static Place of(Object object) {
        return new Place(object, "");
    }

    /** The field of an object. */
    public Place field(String name) {
        Object child = value instanceof Map<?, ?> map ? map.get(name) : null;
        return new Place(child, path.isEmpty() ? name : path + "." + name);
    }

    /** A field some levels below. */
    public Place at(String... names) {
        Place place = this;
        for (String name : names) {
            place = place.field(name);
        }
        return place;
    }

    /** The entry of a map: {@code data[key]}. */
    public Place key(String key) {
        Object child = value instanceof Map<?, ?> map ? map.get(key) : null;
        return new Place(child, path + "[" + key + "]");
    }

    /** An item of a list. */
    public Place index(int i) {
        Object child = value instanceof List<?> list && i >= 0 && i < list.size() ? list.get(i) : null;
        return new Place(child, path + "[" + i + "]");
    }

    /** The items of a list with their paths; empty if this is no list. */
    public List<Place> items() {
        if (!(value instanceof List<?> list)) {
            return List.of();
        }
        List<Place> items = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            items.add(new Place(list.get(i), path + "[" + i + "]"));
        }
        return items;
    }

    /** The same path with another value. */
    public Place with(Object other) {
        return new Place(other, path);
    }

    public boolean present() {
        return value != null;
    }

    public boolean absent() {
        return value == null;
    }

    /** Whether this is absent, or an empty string, list or map. */
    public boolean isEmpty() {
        return switch (value) {
            case null -> true;
            case String s -> s.isEmpty();
            case List<?> l -> l.isEmpty();
            case Map<?, ?> m -> m.isEmpty();
            default -> false;
        };
    }

    /** The string; empty if it is none. */
    public String text() {
        return value instanceof String s ? s : "";
    }

    /** The string of a field. */
    public String text(String name) {
        return field(name).text();
    }

    /** The whole number; null if it is none. */
    public Long number() {
        return switch (value) {
            case Long n -> n;
            case Integer n -> n.longValue();
            case null, default -> null;
        };
    }

    /** The whole number, or {@code fallback} if it is none. */
    public long number(long fallback) {
        Long n = number();
        return n == null ? fallback : n;
    }

    /** The number of a field; 0 if it has none. */
    public long number(String name) {
        return field(name).number(0);
    }

    public boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    public boolean isTrue(String name) {
        return field(name).isTrue();
    }

    /** The map, not a copy; empty if it is none. */
    @SuppressWarnings("unchecked")
    public Map<String, Object> map() {
        return value instanceof Map<?, ?> m ? (Map<String, Object>) m : Map.of();
    }

    /** The list, not a copy; empty if it is none. */
    @SuppressWarnings("unchecked")
    public List<Object> list() {
        return value instanceof List<?> l ? (List<Object>) l : List.of();
    }

    /** The strings of a list; others are left out. */
    public List<String> texts() {
        return list().stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    /** How many items or entries there are. */
    public int size() {
        return switch (value) {
            case List<?> l -> l.size();
            case Map<?, ?> m -> m.size();
            case null, default -> 0;
        };
    }
}
