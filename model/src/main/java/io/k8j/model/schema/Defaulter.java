package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.schema.Schema.Presence;
import io.k8j.model.schema.Schema.Type;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fills absent fields of an object: what the schema gives, then the rules of {@link DefaultRules} for the built-in type,
 * then its children. Safe for use by several threads on different objects.
 */
public final class Defaulter {
    /** Whether anything below a built-in type may be filled; asked once for each type. */
    private static final Map<String, Boolean> FILLED = new ConcurrentHashMap<>();

    private Defaulter() {}

    /**
     * Fills defaults in place. Works for built-in kinds and for custom resources; twice does the same as once.
     *
     * @param object a tree that fits the schema as {@link StrictDecoder} leaves it; changed
     */
    public static void apply(Schema schema, Map<String, Object> object) {
        for (Schema.Field field : schema.fields().values()) {
            Object standard = field.defaultValue();
            if (standard == null) continue;
            Object value = object.get(field.name());
            boolean explicitNull = value == null
                    && object.containsKey(field.name())
                    && field.schema().nullable();
            if (!explicitNull && (value == null || isUnset(field, value)))
                object.put(field.name(), Trees.deepCopy(standard));
        }
        DefaultRules.Rule rule = DefaultRules.of(schema.typeName());
        if (rule != null) rule.fill(object);
        for (Schema.Field field : schema.fields().values()) child(field, object);
    }

    /** Upstream cannot tell an empty value from an absent one where its type is no pointer. */
    private static boolean isUnset(Schema.Field field, Object value) {
        if (field.presence() == Presence.KEEP || field.presence() == Presence.NULL) return false;
        return (value instanceof String text && text.isEmpty()) || (value instanceof Long number && number == 0);
    }

    private static void child(Schema.Field field, Map<String, Object> object) {
        Object value = object.get(field.name());
        if (value == null && field.presence() != Presence.ALWAYS) return;
        Schema schema = field.schema();
        if (!mayFill(schema)) return;
        if (value != null) {
            inside(schema, value, field, object);
        } else if (schema.type() == Type.OBJECT) {
            Map<String, Object> made = new LinkedHashMap<>();
            apply(schema, made);
            if (!made.isEmpty()) object.put(field.name(), made);
        }
    }

    private static void inside(Schema schema, Object value, Schema.Field field, Map<String, Object> owner) {
        switch (schema.type()) {
            case OBJECT -> {
                if (value instanceof Map<?, ?> map) apply(schema, Trees.asMap(map));
            }
            case LIST -> {
                if (value instanceof List<?> list) for (Object item : list) inside(schema.items(), item, field, owner);
            }
            case MAP -> {
                if (!(value instanceof Map<?, ?> map)) return;
                if (schema.items().type() == Type.QUANTITY) roundUp(Trees.asMap(map));
                else for (Object item : map.values()) inside(schema.items(), item, field, owner);
            }
            default -> {}
        }
    }

    /** Amounts of resources are kept in thousandths; finer ones are rounded up. */
    private static void roundUp(Map<String, Object> resources) {
        for (Map.Entry<String, Object> entry : resources.entrySet()) {
            if (!(entry.getValue() instanceof String text) || !mayBeFine(text)) continue;
            Quantity quantity = Quantity.parse(text);
            if (quantity.amount().scale() <= 3) continue;
            entry.setValue(Quantity.of(quantity.amount().setScale(3, RoundingMode.UP), quantity.format())
                    .toString());
        }
    }

    private static boolean mayBeFine(String text) {
        char last = text.charAt(text.length() - 1);
        return last == 'n' || last == 'u' || text.indexOf('e') >= 0 || text.indexOf('.') >= 0;
    }

    private static boolean mayFill(Schema schema) {
        if (schema.type() == Type.LIST) return mayFill(schema.items());
        if (schema.type() == Type.MAP) return schema.items().type() == Type.QUANTITY || mayFill(schema.items());
        if (schema.type() != Type.OBJECT) return false;
        if (schema.typeName() == null || Schemas.type(schema.typeName()) != schema) return true;
        Boolean known = FILLED.get(schema.typeName());
        if (known != null) return known;
        boolean found = fills(schema, new HashSet<>());
        FILLED.put(schema.typeName(), found);
        return found;
    }

    private static boolean fills(Schema schema, Set<String> seen) {
        return switch (schema.type()) {
            case LIST -> fills(schema.items(), seen);
            case MAP -> schema.items().type() == Type.QUANTITY || fills(schema.items(), seen);
            case OBJECT -> {
                if (schema.typeName() == null) yield true;
                if (DefaultRules.of(schema.typeName()) != null) yield true;
                if (!seen.add(schema.typeName())) yield false;
                yield schema.fields().values().stream()
                        .anyMatch(f -> f.defaultValue() != null || fills(f.schema(), seen));
            }
            default -> false;
        };
    }
}
