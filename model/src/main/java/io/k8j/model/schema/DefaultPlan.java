package io.k8j.model.schema;

import io.k8j.model.schema.Schema.Type;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What defaulting has to look at in an object of one schema, found once: most fields have no default, and nothing below
 * them has.
 *
 * @param filled fields that have a default
 * @param rule of the type; null if it has none
 * @param entered fields below which something may be filled
 */
record DefaultPlan(List<Schema.Field> filled, DefaultRules.Rule rule, List<Schema.Field> entered) {
    /** Whether anything below a built-in type may be filled; asked once for each type. */
    private static final Map<String, Boolean> FILLED = new ConcurrentHashMap<>();

    static DefaultPlan of(Schema schema) {
        List<Schema.Field> fields = List.of(schema.order());
        return new DefaultPlan(
                fields.stream().filter(field -> field.defaultValue() != null).toList(),
                DefaultRules.of(schema.typeName()),
                fields.stream().filter(field -> mayFill(field.schema())).toList());
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
