package io.k8j.apiserver.validation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows objects as upstream's internal types look in messages: all fields, capital first letters. */
public final class GoStruct {
    private GoStruct() {}

    /**
     * The given fields in order, absent ones with their zero value.
     *
     * @param fields JSON names; {@code name=} has an empty string, {@code name=0} zero as zero value, others null
     */
    public static Map<String, Object> of(Place object, String... fields) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (String field : fields) {
            int equals = field.indexOf('=');
            String name = equals < 0 ? field : field.substring(0, equals);
            Object zero = equals < 0 ? null : field.endsWith("=") ? "" : (Object) 0L;
            Object value = object.field(name).value();
            out.put(capital(name), value == null ? zero : shown(value));
        }
        return out;
    }

    private static Object shown(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> out = new LinkedHashMap<>();
            map.forEach((k, v) -> out.put(capital(String.valueOf(k)), shown(v)));
            return out;
        }
        return value instanceof List<?> list
                ? list.stream().map(GoStruct::shown).toList()
                : value;
    }

    private static String capital(String name) {
        if (name.startsWith("api")) return "API" + name.substring("api".length());
        if (name.startsWith("seLinux")) return "SELinux" + name.substring("seLinux".length());
        return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
