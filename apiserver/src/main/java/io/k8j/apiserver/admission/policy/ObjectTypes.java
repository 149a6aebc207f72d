package io.k8j.apiserver.admission.policy;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.k8j.model.schema.Schema;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes the types of expressions from the schema of a kind, so that a misspelled field is found before it is asked for. */
final class ObjectTypes {
    private final Map<String, CelType> structs = new LinkedHashMap<>();

    /** The type of a kind's objects; the structs that it is made of are added to {@link #structs}. */
    CelType of(Schema schema, String name) {
        return type(schema, name);
    }

    /** All structs so far by name. */
    Map<String, CelType> structs() {
        return structs;
    }

    private CelType type(Schema schema, String name) {
        if (schema == null) return SimpleType.DYN;
        return switch (schema.type()) {
            case OBJECT -> schema.fields().isEmpty() ? SimpleType.DYN : struct(schema, name);
            case MAP -> MapType.create(SimpleType.STRING, type(schema.items(), name + ".@elem"));
            case LIST -> ListType.create(type(schema.items(), name + ".@idx"));
            case STRING ->
                switch (schema.format() == null ? "" : schema.format()) {
                    case "byte" -> SimpleType.BYTES;
                    case "date", "date-time" -> SimpleType.TIMESTAMP;
                    case "duration" -> SimpleType.DURATION;
                    default -> SimpleType.STRING;
                };
            case INTEGER -> SimpleType.INT;
            case NUMBER -> SimpleType.DOUBLE;
            case BOOLEAN -> SimpleType.BOOL;
            case QUANTITY -> SimpleType.STRING;
            case INT_OR_STRING, ANY -> SimpleType.DYN;
        };
    }

    @SuppressWarnings("Immutable") // filled before anybody asks, then left alone
    private CelType struct(Schema schema, String path) {
        // Types with a name of their own may contain themselves.
        String name = schema.typeName() == null ? path : schema.typeName();
        CelType known = structs.get(name);
        if (known != null) return known;
        Map<String, CelType> fields = new HashMap<>();
        StructType struct = StructType.create(
                name, ImmutableSet.copyOf(schema.fields().keySet()), field -> Optional.ofNullable(fields.get(field)));
        structs.put(name, struct);
        schema.fields().forEach((field, f) -> fields.put(field, type(f.schema(), name + "." + field)));
        return struct;
    }
}
