package io.k8j.model.apply;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.schema.Canonical;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schema.ListType;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One step of a path, in the text form of FieldsV1. */
final class PathElements {
    private PathElements() {}

    static String field(String name) {
        return "f:" + name;
    }

    /** The element that stands for an item of a set or map list; null if the item has no identity. */
    static String item(Schema list, Object item) {
        if (list.listType() == ListType.SET) {
            if (item == null || item instanceof Map || item instanceof List) return null;
            return "v:" + Json.writeString(item);
        }
        if (!(item instanceof Map<?, ?> map)) return null;
        List<String> keys = list.listMapKeys();
        if (keys.size() == 1) {
            Object value = keyValue(list, map, keys.getFirst());
            return value == null ? null : "k:{" + quote(keys.getFirst()) + ":" + quote(value) + "}";
        }
        Map<String, Object> values = new TreeMap<>();
        for (String key : keys) {
            Object value = keyValue(list, map, key);
            if (value != null) values.put(key, value);
        }
        return values.isEmpty() ? null : "k:" + Json.writeString(values);
    }

    private static Object keyValue(Schema list, Map<?, ?> item, String key) {
        Object value = item.get(key);
        if (value != null || item.containsKey(key)) return value;
        Schema.Field field = list.items() == null ? null : list.items().field(key);
        if (field == null || field.defaultValue() != null) return field == null ? null : field.defaultValue();
        // What is always written has the empty value as its published default.
        return field.presence() == Schema.Presence.ALWAYS ? Canonical.emptyScalar(field.schema()) : null;
    }

    private static String quote(Object value) {
        if (value instanceof String s) {
            boolean plain = true;
            for (int i = 0; i < s.length() && plain; i++) {
                char c = s.charAt(i);
                plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
            }
            if (plain) return "\"" + s + "\"";
        }
        return Json.writeString(value);
    }

    /** The element in its one valid spelling; null if it has none. */
    static String canonical(String element) {
        if (element.length() < 2 || element.charAt(1) != ':') return null;
        String rest = element.substring(2);
        try {
            return switch (element.charAt(0)) {
                case 'f' -> element;
                case 'i' -> "i:" + Integer.parseInt(rest);
                case 'v' -> "v:" + Json.writeString(Json.parse(rest));
                case 'k' -> "k:" + Json.writeString(new TreeMap<>(Json.parseObject(rest)));
                default -> null;
            };
        } catch (JsonException | NumberFormatException e) {
            return null; // the caller treats the whole set as unreadable, as upstream does
        }
    }

    /** The element as messages show it: {@code .spec}, {@code [name="a"]}, {@code [="x"]}, {@code [0]}. */
    static String print(String element) {
        String rest = element.substring(2);
        return switch (element.charAt(0)) {
            case 'f' -> "." + rest;
            case 'k' -> {
                List<String> parts = new ArrayList<>();
                new TreeMap<>(Json.parseObject(rest)).forEach((key, value) -> parts.add(key + "=" + text(value)));
                yield "[" + String.join(",", parts) + "]";
            }
            case 'v' -> "[=" + text(Json.parse(rest)) + "]";
            default -> "[" + rest + "]";
        };
    }

    private static String text(Object value) {
        return value instanceof String s ? GoText.quote(s) : Json.writeString(value);
    }

    /** Upstream's order: {@code .}, fields by name, keys by value, values, indexes by number. */
    static int compare(String a, String b) {
        int kind = Integer.compare(rank(a), rank(b));
        if (kind != 0) return kind;
        char c = a.charAt(0);
        boolean numeric = c == 'i' || c == 'v' || c == 'k' && (hasNumber(a) || hasNumber(b));
        if (!numeric) return Trees.compareKeys(a, b);
        if (c != 'k') return compareValues(Json.parse(a.substring(2)), Json.parse(b.substring(2)));
        Iterator<Map.Entry<String, Object>> left =
                Json.parseObject(a.substring(2)).entrySet().iterator();
        Iterator<Map.Entry<String, Object>> right =
                Json.parseObject(b.substring(2)).entrySet().iterator();
        while (left.hasNext() && right.hasNext()) {
            Map.Entry<String, Object> l = left.next();
            Map.Entry<String, Object> r = right.next();
            int order = l.getKey().compareTo(r.getKey());
            if (order == 0) order = compareValues(l.getValue(), r.getValue());
            if (order != 0) return order;
        }
        return Boolean.compare(left.hasNext(), right.hasNext());
    }

    private static int rank(String element) {
        return ".fkvi".indexOf(element.charAt(0));
    }

    private static boolean hasNumber(String key) {
        for (int i = key.indexOf("\":"); i >= 0; i = key.indexOf("\":", i + 2)) {
            if (i + 2 < key.length() && key.charAt(i + 2) != '"') return true;
        }
        return false;
    }

    private static int compareValues(Object a, Object b) {
        if (a instanceof Long x && b instanceof Long y) return Long.compare(x, y);
        if (a instanceof Number x && b instanceof Number y) return Double.compare(x.doubleValue(), y.doubleValue());
        if (a instanceof String x && b instanceof String y) return Trees.compareKeys(x, y);
        return a instanceof Number
                ? -1
                : b instanceof Number ? 1 : String.valueOf(a).compareTo(String.valueOf(b));
    }
}
