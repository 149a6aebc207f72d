package io.k8j.apiserver.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A value within an object, and the path that error messages give it. Immutable; reading is safe whatever the shape: an
 * absent or oddly typed value reads as empty. A path is put together when somebody asks for it, because nearly all
 * objects are valid and nobody does.
 */
public final class Place {
    private static final int WHOLE = -1;
    private static final int FIELD = -2;
    private static final int KEY = -3;

    private final Object value;
    private final Place parent; // null if the name is the whole path
    private final String name;
    private final int step; // WHOLE, FIELD, KEY or the index of an item

    /**
     * @param value the value; null if absent
     * @param path such as {@code spec.containers[0].name}; empty for the object itself
     */
    public Place(Object value, String path) {
        this(value, null, path, WHOLE);
    }

    private Place(Object value, Place parent, String name, int step) {
        this.value = value;
        this.parent = parent;
        this.name = name;
        this.step = step;
    }

    public static Place of(Object object) {
        return new Place(object, "");
    }

    /** The value; null if absent. */
    public Object value() {
        return value;
    }

    /** Such as {@code spec.containers[0].name}; empty for the object itself. */
    public String path() {
        if (parent == null) {
            return name;
        }
        StringBuilder path = new StringBuilder(64);
        print(path);
        return path.toString();
    }

    private void print(StringBuilder path) {
        if (parent != null) {
            parent.print(path);
        }
        switch (step) {
            case WHOLE -> path.append(name);
            case FIELD -> path.append(path.isEmpty() ? "" : ".").append(name);
            case KEY -> path.append('[').append(name).append(']');
            default -> path.append('[').append(step).append(']');
        }
    }

    /** The field of an object. */
    public Place field(String field) {
        return new Place(child(field), this, field, FIELD);
    }

    /** A field some levels below. */
    public Place at(String... names) {
        Place place = this;
        for (String field : names) {
            place = place.field(field);
        }
        return place;
    }

    /** The entry of a map: {@code data[key]}. */
    public Place key(String key) {
        return new Place(child(key), this, key, KEY);
    }

    /** An item of a list; absent if it has no such item. */
    public Place index(int i) {
        if (i < 0) {
            return new Place(null, path() + "[" + i + "]");
        }
        Object child = value instanceof List<?> list && i < list.size() ? list.get(i) : null;
        return new Place(child, this, null, i);
    }

    /** The items of a list with their paths; empty if this is no list. */
    public List<Place> items() {
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            return List.of();
        }
        List<Place> items = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            items.add(new Place(list.get(i), this, null, i));
        }
        return items;
    }

    /** The same path with another value. */
    public Place with(Object other) {
        return new Place(other, parent, name, step);
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
    public String text(String field) {
        return child(field) instanceof String s ? s : "";
    }

    private Object child(String field) {
        return value instanceof Map<?, ?> map ? map.get(field) : null;
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
    public long number(String field) {
        return field(field).number(0);
    }

    public boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    public boolean isTrue(String field) {
        return Boolean.TRUE.equals(child(field));
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
        List<Object> list = list();
        if (list.isEmpty()) {
            return List.of();
        }
        return list.stream()
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
