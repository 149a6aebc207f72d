package io.k8j.model.apply;

import io.k8j.model.apply.FieldPath.Collected;
import io.k8j.model.schema.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the set of fields that a tree says something about: what an applier owns. */
final class AppliedFields {
    private final FieldPath path = new FieldPath();
    private final Collected found = path.newSet();

    private AppliedFields() {}

    static Map<String, Object> of(Object tree, Schema schema) {
        AppliedFields walk = new AppliedFields();
        walk.value(tree, schema);
        return walk.found.set();
    }

    private void value(Object value, Schema schema) {
        switch (Shapes.of(schema, value)) {
            case LEAF -> found.add();
            case MAP -> maps(Shapes.map(value), schema);
            case LIST -> lists(Shapes.list(value), schema);
        }
    }

    private void maps(Map<?, ?> map, Schema schema) {
        for (Map.Entry<?, ?> e : map.entrySet()) {
            String name = (String) e.getKey();
            Object value = e.getValue();
            path.enterField(name);
            value(value, Shapes.field(schema, name));
            boolean empty = value == null || (value instanceof Map<?, ?> m && m.isEmpty());
            if (empty || !Shapes.declares(schema, name)) found.add();
            path.leave();
        }
    }

    private void lists(List<?> list, Schema schema) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new HashSet<>();
        for (Object item : list) {
            String element = PathElements.item(schema, item);
            if (element == null) {
                found.add(); // items without identity: the list is owned as a whole
                return;
            }
            if (!seen.add(element)) repeated.add(element);
        }
        for (Object item : list) {
            String element = PathElements.item(schema, item);
            path.enterItem(element);
            if (!repeated.contains(element)) value(item, schema.items());
            found.add();
            path.leave();
        }
    }
}
