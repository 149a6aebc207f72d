package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.schema.Schema.Presence;
import io.k8j.model.schema.Schema.Type;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fills absent fields of an object: what the schema gives, then the rules of {@link DefaultRules} for the built-in type,
 * then its children. Safe for use by several threads on different objects.
 */
public final class Defaulter {
    private Defaulter() {}

    /**
     * Fills defaults in place. Works for built-in kinds and for custom resources; twice does the same as once.
     *
     * @param object a tree that fits the schema as {@link StrictDecoder} leaves it; changed
     */
    public static void apply(Schema schema, Map<String, Object> object) {
        DefaultPlan plan = schema.defaults();
        for (Schema.Field field : plan.filled()) {
            Object value = object.get(field.name());
            boolean explicitNull = value == null
                    && object.containsKey(field.name())
                    && field.schema().nullable();
            if (!explicitNull && (value == null || isUnset(field, value)))
                object.put(field.name(), Trees.deepCopy(field.defaultValue()));
        }
        if (plan.rule() != null) plan.rule().fill(object);
        for (Schema.Field field : plan.entered()) child(field, object);
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
}
