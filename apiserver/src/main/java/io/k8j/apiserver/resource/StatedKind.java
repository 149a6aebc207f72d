package io.k8j.apiserver.resource;

import java.util.List;
import java.util.Map;

/** What an object says it is: upstream looks at {@code apiVersion} and {@code kind} before it decodes the rest. */
public final class StatedKind {
    private StatedKind() {}

    /** Why that cannot be read at all; null if it can. */
    public static String fault(Map<String, Object> object) {
        for (Map.Entry<String, Object> field : object.entrySet()) {
            String name = field.getKey();
            if (!name.equals("kind") && !name.equals("apiVersion")) continue;
            if (field.getValue() != null && !(field.getValue() instanceof String)) {
                return "couldn't get version/kind; json parse error: json: cannot unmarshal %s into Go struct field .%s of type string"
                        .formatted(goType(field.getValue()), name);
            }
        }
        String version = text(object, "apiVersion");
        return version.chars().filter(c -> c == '/').count() > 1 ? "unexpected GroupVersion string: " + version : null;
    }

    private static String text(Map<String, Object> object, String field) {
        return object.get(field) instanceof String s ? s : "";
    }

    private static String goType(Object value) {
        return switch (value) {
            case List<?> _ -> "array";
            case Map<?, ?> _ -> "object";
            case Boolean _ -> "bool";
            default -> "number";
        };
    }
}
