package io.k8j.scheduler.plugins;

import io.k8j.model.api.ApiObject;
import io.k8j.model.api.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a plugin's arguments; what does not fit is refused with the field's name. */
record PluginArgs(String plugin, Map<String, Object> values) {
    int number(String name, int otherwise) {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number number) {
            return number.intValue();
        }
        throw wrong(name, "want a number");
    }

    boolean flag(String name, boolean otherwise) {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "want true or false");
    }

    String text(String name, String otherwise) {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof String text) {
            return text;
        }
        throw wrong(name, "want a string");
    }

    /** A duration as Go writes it, such as {@code 10s}; not negative. */
    Duration duration(String name, Duration otherwise) {
        String given = text(name, null);
        if (given == null) {
            return otherwise;
        }
        try {
            Duration duration = GoDuration.parse(given);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            // says the same as a negative one
        }
        throw wrong(name, "want a duration such as 10s");
    }

    Set<String> texts(String name) {
        Set<String> texts = new LinkedHashSet<>();
        for (Object value : list(name)) {
            texts.add(String.valueOf(value));
        }
        return texts;
    }

    private List<?> list(String name) {
        Object value = values.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrong(name, "want a list");
    }

    /** Empty if absent. */
    List<PluginArgs> objects(String name) {
        List<PluginArgs> objects = new ArrayList<>();
        for (Object value : list(name)) {
            objects.add(new PluginArgs(plugin, asMap(name, value)));
        }
        return objects;
    }

    /** Without values if absent. */
    PluginArgs object(String name) {
        Object value = values.get(name);
        return new PluginArgs(plugin, value == null ? Map.of() : asMap(name, value));
    }

    /** Null if absent. */
    <T> T as(String name, Class<T> type) {
        Object value = values.get(name);
        if (value == null) {
            return null;
        }
        return decode(asMap(name, value), type);
    }

    <T> List<T> listOf(String name, Class<T> type) {
        List<T> decoded = new ArrayList<>();
        for (Object value : list(name)) {
            decoded.add(decode(asMap(name, value), type));
        }
        return decoded;
    }

    private static <T> T decode(Map<String, Object> tree, Class<T> type) {
        return ApiObject.ofTree(tree).as(type);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> asMap(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw wrong(name, "want an object");
    }

    IllegalArgumentException wrong(String name, String wanted) {
        return new IllegalArgumentException(
                "pluginConfig of %s: %s: %s, found %s".formatted(plugin, name, wanted, values.get(name)));
    }
}
