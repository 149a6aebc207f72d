package io.k8j.model.schema;

import io.k8j.model.json.FrozenTree;
import io.k8j.model.json.GivenEmpty;
import io.k8j.model.json.RawJson;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Schema.Presence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes an object of a built-in kind as upstream would: fields in upstream's order, empty values left out or always
 * there as {@link Schema.Presence} says. Applied last, before an object is encoded. Objects of custom resources need
 * none of it.
 */
@SuppressWarnings("ReferenceEquality") // the same value says "unchanged"
public final class Canonical {
    private static final Canonical STORED = new Canonical(false);
    private static final Canonical SENT = new Canonical(true);

    /** Whether an empty list or map stays, as {@link GivenEmpty}. */
    private final boolean keepsEmpty;

    private Canonical(boolean keepsEmpty) {
        this.keepsEmpty = keepsEmpty;
    }

    /**
     * The tree in canonical form: the very same one if it is in that form already, otherwise a new one. What is right
     * already is shared with the input.
     */
    public static Map<String, Object> of(Schema schema, Map<String, Object> tree) {
        return STORED.tree(schema, tree);
    }

    /**
     * The same before the object is stored: the form in which upstream checks it and counts who owns what. An empty list
     * or map that was sent is still there, as {@link GivenEmpty}.
     */
    public static Map<String, Object> sent(Schema schema, Map<String, Object> tree) {
        return SENT.tree(schema, tree);
    }

    private Map<String, Object> tree(Schema schema, Map<String, Object> tree) {
        Schema.Field[] order = schema.order();
        Object[] values = new Object[order.length];
        boolean same = true;
        int last = -1;
        for (Map.Entry<String, Object> entry : tree.entrySet()) {
            Schema.Field field = schema.field(entry.getKey());
            Object given = entry.getValue();
            if (field == null) {
                same = false;
                continue;
            }
            same &= field.position() > last;
            last = field.position();
            Object value = given == null ? null : value(field.schema(), given);
            values[last] = value;
            if (keepsEmpty && isGiven(field, value)) values[last] = value = GivenEmpty.of(value);
            same &= value == given && isKept(field, value);
        }
        same &= !lacksAny(order, values, tree);
        return same ? tree : inOrder(order, values, tree.size());
    }

    /** An object without any value in canonical form. Nobody may change it. */
    public static Map<String, Object> nothing(Schema schema) {
        return schema.nothing();
    }

    /** The same as a new map. */
    static Map<String, Object> nothing(Schema.Field[] order) {
        return STORED.inOrder(order, new Object[order.length], 0);
    }

    /** Whether a field that was given is written as it was given. */
    private boolean isKept(Schema.Field field, Object value) {
        return switch (field.presence()) {
            case KEEP -> value != null;
            case NULL -> true;
            case OMIT -> value != null && (!isEmpty(value) || isRaw(field) || staysEmpty(value));
            case ALWAYS ->
                value == null
                        ? empty(field.schema()) == null
                        : !isEmpty(value) || isPlainEmpty(field, value) || staysEmpty(value);
        };
    }

    /** Whether a value is kept as it was written, whatever it is. */
    private static boolean isRaw(Schema.Field field) {
        return field.schema().type() == Schema.Type.ANY;
    }

    private boolean staysEmpty(Object value) {
        return keepsEmpty && GivenEmpty.is(value);
    }

    /** Whether a field's value is an empty list or map of which nothing will be left. */
    private static boolean isGiven(Schema.Field field, Object value) {
        return switch (field.schema().type()) {
            case LIST, MAP -> value != null && field.presence() != Presence.KEEP && isEmpty(value);
            default -> false;
        };
    }

    /** Whether an empty value is the one that is always written. */
    private static boolean isPlainEmpty(Schema.Field field, Object value) {
        Object empty = empty(field.schema());
        return value.equals(empty) && value.getClass() == empty.getClass();
    }

    private static boolean lacksAny(Schema.Field[] order, Object[] values, Map<String, Object> tree) {
        for (int i = 0; i < order.length; i++) {
            if (values[i] != null) continue;
            Presence presence = order[i].presence();
            boolean always = presence == Presence.ALWAYS || presence == Presence.NULL;
            if (always && !tree.containsKey(order[i].name())) return true;
        }
        return false;
    }

    private Map<String, Object> inOrder(Schema.Field[] order, Object[] values, int size) {
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(size + 2);
        for (int i = 0; i < order.length; i++) {
            Schema.Field field = order[i];
            Object value = values[i];
            Presence presence = field.presence();
            if (value == null) {
                if (presence == Presence.ALWAYS) out.put(field.name(), empty(field.schema()));
                else if (presence == Presence.NULL) out.put(field.name(), null);
            } else if (presence == Presence.KEEP || presence == Presence.NULL || isRaw(field) || !isEmpty(value)) {
                out.put(field.name(), value);
            } else if (staysEmpty(value)) {
                out.put(field.name(), value);
            } else if (presence == Presence.ALWAYS) {
                out.put(field.name(), empty(field.schema()));
            }
        }
        return out;
    }

    private Object value(Schema schema, Object value) {
        if (value instanceof RawJson) return value; // of stored bytes, which are in this form
        if (value instanceof FrozenTree) return value; // made of what is in this form
        return switch (schema.type()) {
            case OBJECT -> tree(schema, cast(value));
            case LIST -> holdsObjects(schema) ? list(schema.items(), cast((List<?>) value)) : value;
            case MAP -> sorted(holdsObjects(schema) ? map(schema.items(), cast(value)) : cast(value));
            case ANY -> schemaOr(schema.typeName(), value);
            default -> value;
        };
    }

    /** A schema inside a definition's schema, in whose place something else may stand. */
    private Object schemaOr(String type, Object value) {
        if (type == null || !type.contains(".JSONSchemaPropsOr")) return value;
        Schema props = Schemas.type(type.substring(0, type.lastIndexOf("Or")));
        if (value instanceof Map<?, ?>) return tree(props, cast(value));
        return type.endsWith("OrArray") && value instanceof List<?> list ? list(props, cast(list)) : value;
    }

    private static boolean holdsObjects(Schema schema) {
        return switch (schema.items().type()) {
            case OBJECT, LIST, MAP -> true;
            default -> false;
        };
    }

    private List<Object> list(Schema items, List<Object> in) {
        List<Object> out = null;
        for (int i = 0; i < in.size(); i++) {
            Object item = in.get(i);
            Object value = item == null ? empty(items) : value(items, item);
            if (out == null && value != item) out = new ArrayList<>(in.subList(0, i));
            if (out != null) out.add(value);
        }
        return out == null ? in : out;
    }

    private Map<String, Object> map(Schema items, Map<String, Object> in) {
        boolean same = true;
        Map<String, Object> out = LinkedHashMap.newLinkedHashMap(in.size());
        for (Map.Entry<String, Object> entry : in.entrySet()) {
            Object item = entry.getValue();
            Object value = item == null ? empty(items) : value(items, item);
            same &= value == item;
            out.put(entry.getKey(), value);
        }
        return same ? in : out;
    }

    /** Upstream writes maps in the order of their keys. */
    private static Map<String, Object> sorted(Map<String, Object> map) {
        String last = null;
        for (String key : map.keySet()) {
            if (last != null && Trees.compareKeys(last, key) > 0) {
                Map<String, Object> sorted = new TreeMap<>(Trees::compareKeys);
                sorted.putAll(map);
                return new LinkedHashMap<>(sorted);
            }
            last = key;
        }
        return map;
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Long number -> number == 0;
            case Integer number -> number == 0;
            case Double number -> number == 0;
            case Boolean flag -> !flag;
            case Map<?, ?> map -> map.isEmpty();
            case List<?> list -> list.isEmpty();
            default -> false;
        };
    }

    /** The same for a text, number or flag; null for anything else. */
    public static Object emptyScalar(Schema schema) {
        return switch (schema.type()) {
            case STRING, INTEGER, NUMBER, BOOLEAN -> empty(schema);
            default -> null;
        };
    }

    /** The value upstream writes where nothing was given; null for lists, maps, times and free values. */
    static Object empty(Schema schema) {
        return switch (schema.type()) {
            case OBJECT -> nothing(schema.order());
            case STRING -> schema.format() == null ? "" : null;
            case INTEGER, INT_OR_STRING -> 0L;
            case NUMBER -> 0.0;
            case BOOLEAN -> false;
            case QUANTITY -> "0";
            case LIST, MAP, ANY -> null;
        };
    }

    @SuppressWarnings("unchecked") // JSON trees have string keys
    private static Map<String, Object> cast(Object map) {
        return (Map<String, Object>) map;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> cast(List<?> list) {
        return (List<Object>) list;
    }
}
