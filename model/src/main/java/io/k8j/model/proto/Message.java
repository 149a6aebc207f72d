package io.k8j.model.proto;

import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a type lies in protobuf: its fields by number, those of inlined messages below the number of the message they are
 * in. Made from the schema once for each type; immutable.
 */
final class Message {
    private static final int NUMBER_BITS = 10;
    private static final int NUMBER_MASK = (1 << NUMBER_BITS) - 1;
    private static final Map<String, Message> BY_TYPE = new ConcurrentHashMap<>();

    /**
     * A number's meaning.
     *
     * @param name JSON field; null if {@code inline} is set
     * @param schema of the field's value
     * @param inline the message whose fields stand in place of this number
     */
    record Entry(int number, String name, Schema schema, Message inline) {}

    private final String name;
    private final Entry[] ascending;
    private final Entry[] byNumber;

    private Message(String name, List<Entry> entries) {
        this.name = name;
        ascending = entries.toArray(Entry[]::new);
        byNumber = new Entry[ascending.length == 0 ? 0 : ascending[ascending.length - 1].number() + 1];
        for (Entry entry : ascending) byNumber[entry.number()] = entry;
    }

    static Message of(Schema schema) {
        if (schema.typeName() == null || Schemas.type(schema.typeName()) == null)
            throw new ProtobufException("type " + schema.typeName() + " has no protobuf form");
        // No computeIfAbsent: making one may lead to another. A race makes two equal ones.
        Message found = BY_TYPE.get(schema.typeName());
        if (found == null) {
            found = make(schema);
            BY_TYPE.put(schema.typeName(), found);
        }
        return found;
    }

    /** The type's name without its package; empty for a part that stands in place. */
    String name() {
        return name;
    }

    /** Entries by rising number. */
    Entry[] entries() {
        return ascending;
    }

    /** The entry with that number, or null. */
    Entry entry(int number) {
        return number > 0 && number < byNumber.length ? byNumber[number] : null;
    }

    private static Message make(Schema schema) {
        Map<Integer, Object> tree = new TreeMap<>();
        for (Schema.Field field : schema.fields().values()) if (field.protoNumber() > 0) place(tree, field);
        return make(schema.typeName().substring(schema.typeName().lastIndexOf('.') + 1), tree);
    }

    private static void place(Map<Integer, Object> tree, Schema.Field field) {
        int path = field.protoNumber();
        Map<Integer, Object> at = tree;
        for (int shift = 2 * NUMBER_BITS; shift > 0; shift -= NUMBER_BITS) {
            int number = path >>> shift & NUMBER_MASK;
            if (number == 0) continue;
            @SuppressWarnings("unchecked") // a number is either a field's or an inlined message's, never both
            Map<Integer, Object> inner = (Map<Integer, Object>) at.computeIfAbsent(number, n -> new TreeMap<>());
            at = inner;
        }
        at.put(path & NUMBER_MASK, field);
    }

    private static Message make(String name, Map<Integer, Object> tree) {
        List<Entry> entries = new ArrayList<>(tree.size());
        tree.forEach((number, value) -> {
            if (value instanceof Schema.Field field) {
                entries.add(new Entry(number, field.name(), field.schema(), null));
            } else {
                @SuppressWarnings("unchecked") // see place()
                Map<Integer, Object> inner = (Map<Integer, Object>) value;
                entries.add(new Entry(number, null, null, make("", inner)));
            }
        });
        return new Message(name, entries);
    }
}
