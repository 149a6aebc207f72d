package io.k8j.apiserver.http;

import io.k8j.model.api.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes of a connection's query the object that admission sees, with typed fields, as upstream converts it. */
final class ConnectOptions {
    private static final List<String> FLAGS = List.of("stdin", "stdout", "stderr", "tty");

    private ConnectOptions() {}

    /**
     * The object of that kind. What the kind does not know is left out, and so is a flag that is not set.
     *
     * @throws ApiException 400 if a port is no number
     */
    static Map<String, Object> of(String kind, Map<String, List<String>> query) {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("kind", kind);
        options.put("apiVersion", "v1");
        switch (kind) {
            case "PodExecOptions", "PodAttachOptions" -> {
                for (String flag : FLAGS) if (isSet(query.get(flag))) options.put(flag, true);
                text("container", query, options);
                if (kind.equals("PodExecOptions") && query.containsKey("command"))
                    options.put("command", List.copyOf(query.get("command")));
            }
            case "PodPortForwardOptions" -> {
                if (query.containsKey("ports")) options.put("ports", ports(query.get("ports")));
            }
            default -> text("path", query, options);
        }
        return options;
    }

    private static void text(String name, Map<String, List<String>> query, Map<String, Object> options) {
        if (query.containsKey(name)) options.put(name, query.get(name).getFirst());
    }

    /** A name without a value sets a flag. */
    private static boolean isSet(List<String> values) {
        if (values == null || values.isEmpty()) return false;
        String value = values.getFirst().toLowerCase(Locale.ROOT);
        return !value.equals("false") && !value.equals("0");
    }

    private static List<Object> ports(List<String> values) {
        List<Object> ports = new ArrayList<>();
        for (String value : values) {
            for (String port : value.split(",", -1)) {
                if (!port.matches("[0-9]{1,9}"))
                    throw ApiException.badRequest(
                            "cannot convert to []int32: strconv.ParseUint: parsing \"%s\": invalid syntax"
                                    .formatted(port));
                ports.add(Long.parseLong(port));
            }
        }
        return ports;
    }
}
