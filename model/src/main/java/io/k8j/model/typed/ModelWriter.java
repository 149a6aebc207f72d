package io.k8j.model.typed;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns objects of plain model classes into trees, as Jackson's data binding would. Safe for all threads. */
final class ModelWriter {
    private ModelWriter() {}

    /** @throws NotPlainException if only data binding can do it */
    static Map<String, Object> tree(Object model, ModelType type) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = 0; i < type.names.length; i++) {
            Object value = type.access.get(model, i);
            if (value != null && !(type.leftOutIfEmpty[i] && isEmpty(value))) {
                tree.put(type.names[i], value(value, type.shapes[i]));
            }
        }
        Map<String, Object> others = type.access.others(model);
        if (others != null && !others.isEmpty()) others.forEach((name, value) -> tree.put(name, other(value)));
        return tree;
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case List<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case String text -> text.isEmpty();
            default -> false;
        };
    }

    private static Object value(Object value, ModelShape shape) {
        if (value == null) return null;
        return switch (shape.form) {
            case 's', 'b', 'i', 'l', 'd' -> value;
            case 'm' -> {
                ModelType type = shape.type();
                yield tree(value, type);
            }
            case '[' -> {
                List<Object> list = new ArrayList<>(((List<?>) value).size());
                for (Object item : (List<?>) value) list.add(value(item, shape.item));
                yield list;
            }
            case '{' -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    if (entry.getKey() == null) throw NotPlainException.INSTANCE;
                    map.put((String) entry.getKey(), value(entry.getValue(), shape.item));
                }
                yield map;
            }
            case 'q' -> {
                Quantity quantity = (Quantity) value;
                String amount = quantity.getAmount();
                String format = quantity.getFormat();
                yield (amount == null ? "" : amount) + (format == null ? "" : format);
            }
            case 'n' -> ((IntOrString) value).getValue();
            case 't' -> {
                String time = ((MicroTime) value).getTime();
                if (time == null) throw NotPlainException.INSTANCE;
                yield time;
            }
            case 'z' -> Microseconds.format((ZonedDateTime) value);
            default -> throw NotPlainException.INSTANCE;
        };
    }

    /** What a class does not know has come from JSON and is made of its values. */
    private static Object other(Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean flag -> flag;
            case Integer number -> number;
            case Long number -> number;
            case Double number -> number;
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((key, item) -> {
                    if (!(key instanceof String name)) throw NotPlainException.INSTANCE;
                    copy.put(name, item == null ? null : other(item));
                });
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) copy.add(item == null ? null : other(item));
                yield copy;
            }
            case null, default -> throw NotPlainException.INSTANCE;
        };
    }
}
