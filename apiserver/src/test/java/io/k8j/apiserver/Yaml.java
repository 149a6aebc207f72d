package io.k8j.apiserver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Lets tests write objects shortly, in YAML's flow style. */
public final class Yaml {
    private Yaml() {}

    /** A fresh tree that the test may change. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> tree(String text) {
        return (Map<String, Object>) canonical(new Load(LoadSettings.builder().build()).loadFromString(text));
    }

    private static Object canonical(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> out = new LinkedHashMap<>();
                map.forEach((k, v) -> out.put(k.toString(), canonical(v)));
                yield out;
            }
            case List<?> list -> {
                List<Object> out = new ArrayList<>();
                list.forEach(v -> out.add(canonical(v)));
                yield out;
            }
            case Integer n -> n.longValue();
            case null, default -> value;
        };
    }
}
