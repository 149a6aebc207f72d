package io.k8j.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One named type while it is put together; mutable, used by the generator's single thread. */
final class TypeDef {
    /** Shape of a named type. The ordinal is written to the file. */
    enum Shape {
        OBJECT,
        STRING,
        QUANTITY,
        INT_OR_STRING,
        ANY,
        /** A list of strings that protobuf wraps into a message. */
        STRING_LIST
    }

    final String name;
    final Shape shape;
    final String format;
    final List<FieldDef> fields = new ArrayList<>();
    String description = "";
    boolean atomic;
    /** JSON fields of the model that no protobuf field has; inlined messages must bring them. */
    Set<String> unmatched = Set.of();

    TypeDef(String name, Shape shape, String format) {
        this.name = name;
        this.shape = shape;
        this.format = format;
    }

    FieldDef field(String fieldName) {
        return fields.stream().filter(f -> f.name.equals(fieldName)).findFirst().orElse(null);
    }

    /** Type of a value: a named type, a list or map of values, or a scalar. */
    sealed interface Ref {
        record Named(String type) implements Ref {}

        record ListOf(Ref items) implements Ref {}

        record MapOf(Ref items) implements Ref {}

        /** The ordinal is written to the file. */
        enum Scalar implements Ref {
            STRING,
            BYTES,
            INT32,
            INT64,
            DOUBLE,
            BOOLEAN
        }

        /** Whether JSON's empty value is a scalar, list or map and not an object. */
        default boolean plain() {
            return !(this instanceof Named);
        }
    }

    /** What upstream writes for an absent or empty field. The ordinal is written to the file. */
    enum Presence {
        KEEP,
        OMIT,
        ALWAYS,
        NULL
    }

    /** One field; see {@code Schema.Field} for the meaning of the values. */
    static final class FieldDef {
        String name;
        final int number;
        Ref type;
        boolean required;
        String description = "";
        Presence presence;
        String listType = "";
        List<String> listMapKeys = List.of();
        List<String> strategy = List.of();
        String mergeKey = "";
        boolean atomic;
        String publishedDefault = "";
        String filledDefault = "";
        String named = "";
        boolean inline;

        FieldDef(String name, int number, Ref type) {
            this.name = name;
            this.number = number;
            this.type = type;
        }

        FieldDef withNumber(int newNumber) {
            FieldDef copy = new FieldDef(name, newNumber, type);
            copy.required = required;
            copy.description = description;
            copy.presence = presence;
            copy.listType = listType;
            copy.listMapKeys = listMapKeys;
            copy.strategy = strategy;
            copy.mergeKey = mergeKey;
            copy.atomic = atomic;
            copy.publishedDefault = publishedDefault;
            copy.filledDefault = filledDefault;
            copy.named = named;
            return copy;
        }
    }
}
