package io.k8j.model.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Describes the values one place of an object may hold. Built-in kinds and custom resources share it: defaulting,
 * pruning, validation, OpenAPI, strategic merge, server-side apply and protobuf all read this one description.
 *
 * <p>Immutable once built and safe to share. Types refer to each other lazily ({@link Field#schema()}), because some of
 * them are recursive. Values are plain Java trees: {@code Map<String, Object>}, {@code List<Object>}, {@code String},
 * {@code Long}, {@code Double}, {@code Boolean} and {@code null}.
 */
public final class Schema {
    /** The shape of a value. */
    public enum Type {
        /** A map with known fields. */
        OBJECT,
        /** A map from any string to values of {@link #items()}. */
        MAP,
        /** A list of {@link #items()}. */
        LIST,
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN,
        /** A whole number or a string, such as a port. */
        INT_OR_STRING,
        /** A {@code resource.Quantity}: a string or a number on input, a canonical string when stored. */
        QUANTITY,
        /** Anything at all. */
        ANY
    }

    /** How two versions of a list are merged and owned: as a whole, as a set of scalars, or by key fields. */
    public enum ListType {
        ATOMIC,
        SET,
        MAP
    }

    /** What upstream writes for a field that is absent or empty; it follows from the type its server keeps objects in. */
    public enum Presence {
        /** Nothing if absent; the value if present, even an empty one. */
        KEEP,
        /** Nothing if absent or empty. */
        OMIT,
        /** Always a value: {@code ""}, 0, false, an object with its own such fields, or null for lists, maps, times. */
        ALWAYS,
        /** A null if absent. */
        NULL
    }

    /**
     * One field of an {@link Type#OBJECT}.
     *
     * @param name its JSON name
     * @param type its schema, resolved on demand
     * @param required whether OpenAPI lists it as required
     * @param description upstream's documentation, empty if none. Built-in kinds have theirs in {@link Descriptions}
     * @param protoNumber number in upstream's protobuf message; 0 if it has none. For a field that stands in an inlined
     *     message it is a path: the lowest 10 bits are its own number, the next 10 that of the message around it
     * @param patchStrategy words of strategic merge patch: {@code merge}, {@code replace}, {@code retainKeys}; empty if
     *     none
     * @param patchMergeKey key field for strategic merge of a list; null if none
     * @param defaultValue value that fills an absent field; null if none. A tree that callers must copy, not change
     * @param publishedDefault whether OpenAPI shows the default
     * @param presence what is written for an absent or empty value
     * @param position among the fields of its schema, which sets it, in their order
     */
    public record Field(
            String name,
            Supplier<Schema> type,
            boolean required,
            String description,
            int protoNumber,
            List<String> patchStrategy,
            String patchMergeKey,
            Object defaultValue,
            boolean publishedDefault,
            Presence presence,
            int position) {
        /** Numbers above belong to fields of an inlined message. */
        static final int INLINED = 1 << 10;

        /** Describes a field that is to become part of a schema. */
        public Field(
                String name,
                Supplier<Schema> type,
                boolean required,
                String description,
                int protoNumber,
                List<String> patchStrategy,
                String patchMergeKey,
                Object defaultValue,
                boolean publishedDefault,
                Presence presence) {
            this(
                    name,
                    type,
                    required,
                    description,
                    protoNumber,
                    patchStrategy,
                    patchMergeKey,
                    defaultValue,
                    publishedDefault,
                    presence,
                    0);
        }

        /** Describes a field of a custom resource: its default is published and its value written as it is. */
        public Field(
                String name,
                Supplier<Schema> type,
                boolean required,
                String description,
                int protoNumber,
                List<String> patchStrategy,
                String patchMergeKey,
                Object defaultValue) {
            this(
                    name,
                    type,
                    required,
                    description,
                    protoNumber,
                    patchStrategy,
                    patchMergeKey,
                    defaultValue,
                    true,
                    Presence.KEEP);
        }

        private Field at(int place) {
            return new Field(
                    name,
                    type,
                    required,
                    description,
                    protoNumber,
                    patchStrategy,
                    patchMergeKey,
                    defaultValue,
                    publishedDefault,
                    presence,
                    place);
        }

        /** Resolves the schema of the field's value. */
        public Schema schema() {
            return type.get();
        }
    }

    private final Builder data;
    private final Map<String, Field> fields;
    private final Map<String, Field> publicFields;
    private final Field[] order;
    private volatile Map<String, Object> nothing; // found when asked for first; the same for all threads
    private DefaultPlan defaults; // found when asked for first; safe without volatile, as all of it is final

    private Schema(Builder data) {
        this.data = data;
        this.fields = new LinkedHashMap<>(data.fields);
        this.publicFields = Collections.unmodifiableMap(fields);
        this.order = fields.values().toArray(Field[]::new);
    }

    public static Builder builder(Type type) {
        return new Builder(type);
    }

    public Type type() {
        return data.type;
    }

    /** The OpenAPI definition's name ({@code io.k8s.api.core.v1.PodSpec}); null for anonymous places. */
    public String typeName() {
        return data.typeName;
    }

    /** OpenAPI format such as {@code int32}, {@code int64}, {@code byte}, {@code date-time}; null if none. */
    public String format() {
        return data.format;
    }

    /** The name that upstream's decoding errors give a value's type, such as {@code v1.RestartPolicy}; null if plain. */
    public String errorName() {
        return data.errorName;
    }

    /** Upstream's documentation of the type; empty if none. */
    public String description() {
        return data.description;
    }

    /** Fields by JSON name in upstream's order; empty unless {@link Type#OBJECT}. */
    public Map<String, Field> fields() {
        return publicFields;
    }

    /** The fields by position; nobody changes the array. */
    Field[] order() {
        return order;
    }

    /** An object without any value in canonical form; nobody changes it. */
    Map<String, Object> nothing() {
        Map<String, Object> found = nothing;
        if (found == null) {
            found = Canonical.nothing(order);
            nothing = found;
        }
        return found;
    }

    /** What defaulting has to do for an object of this schema. */
    DefaultPlan defaults() {
        DefaultPlan found = defaults;
        if (found == null) {
            found = DefaultPlan.of(this);
            defaults = found;
        }
        return found;
    }

    /** The field of that name, or null if the schema does not know it. */
    public Field field(String name) {
        return fields.get(name);
    }

    /** Schema of a list's or map's values; null for other types. */
    public Schema items() {
        return data.items == null ? null : data.items.get();
    }

    /** Merge semantics of a list; {@link ListType#ATOMIC} for lists that say nothing. */
    public ListType listType() {
        return data.listType;
    }

    /** Key fields of a {@link ListType#MAP} list; empty otherwise. */
    public List<String> listMapKeys() {
        return data.listMapKeys;
    }

    /** Whether server-side apply owns this map or object as a whole. */
    public boolean atomic() {
        return data.atomic;
    }

    /** Whether fields that the schema does not know are kept. */
    public boolean preserveUnknownFields() {
        return data.preserveUnknownFields;
    }

    /** Whether an explicit null is a value here and not an absent field. */
    public boolean nullable() {
        return data.nullable;
    }

    /** Whether this is a whole embedded object with apiVersion, kind and metadata. */
    public boolean embeddedResource() {
        return data.embeddedResource;
    }

    /** Value rules of a custom resource's schema (pattern, bounds, enum, CEL, …); null if none. */
    public Object constraints() {
        return data.constraints;
    }

    /** Collects a schema; not safe for use by several threads. */
    public static final class Builder {
        private final Type type;
        private String typeName;
        private String format;
        private String errorName;
        private String description = "";
        private final Map<String, Field> fields = new LinkedHashMap<>();
        private Supplier<Schema> items;
        private ListType listType = ListType.ATOMIC;
        private List<String> listMapKeys = List.of();
        private boolean atomic;
        private boolean preserveUnknownFields;
        private boolean nullable;
        private boolean embeddedResource;
        private Object constraints;

        private Builder(Type type) {
            this.type = type;
        }

        public Builder typeName(String value) {
            typeName = value;
            return this;
        }

        public Builder format(String value) {
            format = value;
            return this;
        }

        public Builder errorName(String value) {
            errorName = value;
            return this;
        }

        public Builder description(String value) {
            description = value;
            return this;
        }

        public Builder field(Field field) {
            Field before = fields.get(field.name());
            fields.put(field.name(), field.at(before == null ? fields.size() : before.position()));
            return this;
        }

        public Builder items(Supplier<Schema> value) {
            items = value;
            return this;
        }

        public Builder listType(ListType value, List<String> keys) {
            listType = value;
            listMapKeys = List.copyOf(keys);
            return this;
        }

        public Builder atomic(boolean value) {
            atomic = value;
            return this;
        }

        public Builder preserveUnknownFields(boolean value) {
            preserveUnknownFields = value;
            return this;
        }

        public Builder nullable(boolean value) {
            nullable = value;
            return this;
        }

        public Builder embeddedResource(boolean value) {
            embeddedResource = value;
            return this;
        }

        public Builder constraints(Object value) {
            constraints = value;
            return this;
        }

        /** Builds the schema; the builder must not be used afterwards. */
        public Schema build() {
            return new Schema(this);
        }
    }
}
