package io.k8j.apiserver.cel;

import com.google.common.collect.ImmutableSet;
import com.google.protobuf.NullValue;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.StructValue;
import io.k8j.model.cel.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What an expression made with {@code Object{…}} or {@code JSONPatch{…}}. Immutable. */
@SuppressWarnings("Immutable") // the map is a copy that is never handed out
public final class MadeObject extends StructValue<String, Object> {
    private final String type;
    private final Map<String, Object> fields;

    MadeObject(String type, Map<String, Object> fields) {
        this.type = type;
        this.fields = new LinkedHashMap<>(fields);
    }

    /** {@code Object}, {@code Object.spec}, {@code JSONPatch} and so on. */
    public String type() {
        return type;
    }

    /** A field's CEL value; null if it was not given. */
    public Object field(String name) {
        return fields.get(name);
    }

    @Override
    public Object select(String field) {
        return find(field).orElseThrow(() -> Values.error("no such key: " + field));
    }

    @Override
    public Optional<Object> find(String field) {
        return Optional.ofNullable(fields.get(field));
    }

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return fields.isEmpty();
    }

    @Override
    public CelType celType() {
        return StructType.create(type, ImmutableSet.copyOf(fields.keySet()), field -> Optional.of(SimpleType.DYN));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MadeObject o && type.equals(o.type) && fields.equals(o.fields);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, fields);
    }

    /**
     * What is wrong with the names of the types within: each must be the path of its field. Empty if nothing is.
     *
     * @param path the name that this object should have
     */
    public List<String> misnamed(String path) {
        List<String> faults = new ArrayList<>();
        misnamed(this, path, faults);
        return faults;
    }

    private static void misnamed(Object value, String path, List<String> faults) {
        switch (value) {
            case MadeObject made -> {
                if (!made.type.equals(path)) {
                    faults.add(
                            "unexpected type name \"%s\", expected \"%s\", which matches field name path from root Object type"
                                    .formatted(made.type, path));
                }
                made.fields.forEach((name, field) -> misnamed(field, path + "." + name, faults));
            }
            case List<?> list -> list.forEach(item -> misnamed(item, path, faults));
            case Map<?, ?> map -> map.values().forEach(item -> misnamed(item, path, faults));
            case null, default -> {}
        }
    }

    /** Whether a CEL value is null, in whichever form the runtime has it. */
    public static boolean isNull(Object value) {
        return value == null || value instanceof NullValue || value instanceof dev.cel.common.values.NullValue;
    }

    /**
     * A CEL value as JSON tree.
     *
     * @throws IllegalArgumentException if there is no JSON for it
     */
    public static Object tree(Object value) {
        return switch (value) {
            case null -> null;
            case Object o when isNull(o) -> null;
            case MadeObject made -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                made.fields.forEach((name, field) -> tree.put(name, tree(field)));
                yield tree;
            }
            case Map<?, ?> map -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                map.forEach((key, item) -> {
                    if (!(key instanceof String name)) {
                        throw new IllegalArgumentException("map key %s is not string".formatted(key));
                    }
                    tree.put(name, tree(item));
                });
                yield tree;
            }
            case List<?> list -> {
                List<Object> tree = new ArrayList<>();
                list.forEach(item -> tree.add(tree(item)));
                yield tree;
            }
            case Optional<?> optional -> tree(optional.orElse(null));
            case CelByteString bytes -> Base64.getEncoder().encodeToString(bytes.toByteArray());
            case Instant instant -> instant.toString();
            case Duration duration -> duration.toSeconds() + "s";
            case com.google.common.primitives.UnsignedLong number -> number.bigIntegerValue();
            case String s -> s;
            case Boolean b -> b;
            case Long n -> n;
            case Double d -> d == Math.rint(d) && Math.abs(d) < 1e15 ? (Object) d.longValue() : d;
            default ->
                throw new IllegalArgumentException(
                        "unsupported type " + value.getClass().getSimpleName());
        };
    }
}
