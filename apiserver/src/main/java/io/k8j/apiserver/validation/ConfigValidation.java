package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.validation.Names;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Checks ConfigMaps and Secrets. */
public final class ConfigValidation {
    private static final int MAX_SIZE = 1024 * 1024;
    private static final String LOCKED = "field is immutable when `immutable` is set";
    private static final String REDACTED = "<secret contents redacted>";

    private ConfigValidation() {}

    public static List<FieldError> configMap(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        long size = 0;
        for (Map.Entry<String, Object> e : Meta.sorted(p.field("data")).entrySet()) {
            Place at = p.field("data").key(e.getKey());
            f.invalid(at, e.getKey(), Names.configMapKey(e.getKey()));
            if (p.field("binaryData").map().containsKey(e.getKey())) {
                f.invalid(at, e.getKey(), "duplicate of key present in binaryData");
            }
            size += at.text().getBytes(StandardCharsets.UTF_8).length;
        }
        for (Map.Entry<String, Object> e : Meta.sorted(p.field("binaryData")).entrySet()) {
            Place at = p.field("binaryData").key(e.getKey());
            f.invalid(at, e.getKey(), Names.configMapKey(e.getKey()));
            size += decodedSize(at.text());
        }
        if (size > MAX_SIZE) {
            f.add(FieldError.tooLong("[]", MAX_SIZE)); // as upstream prints a path without a name
        }
        return f.list();
    }

    private static long decodedSize(String base64) {
        long padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() / 4L * 3 - padding;
    }

    public static List<FieldError> configMapUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        locked(f, Place.of(object), Place.of(old), List.of("data", "binaryData"));
        configMap(object).forEach(f::add);
        return f.list();
    }

    private static void locked(Findings f, Place now, Place before, List<String> fields) {
        if (!before.isTrue("immutable")) {
            return;
        }
        if (!now.isTrue("immutable")) {
            f.forbidden(now.field("immutable"), LOCKED);
        }
        for (String field : fields) {
            if (!Meta.identical(now.field(field), before.field(field))) {
                f.forbidden(now.field(field), LOCKED);
            }
        }
    }

    public static List<FieldError> secret(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place data = p.field("data");
        long size = 0;
        for (String key : Meta.sorted(data).keySet()) {
            f.invalid(data.key(key), key, Names.configMapKey(key));
            size += decodedSize(data.key(key).text());
        }
        if (size > MAX_SIZE) {
            f.tooLong(data, MAX_SIZE);
        }
        switch (p.text("type")) {
            case "kubernetes.io/service-account-token" -> {
                Place name = p.at("metadata", "annotations").key("kubernetes.io/service-account.name");
                if (name.text().isEmpty()) {
                    f.required(name);
                }
            }
            case "kubernetes.io/dockercfg" -> json(f, data.key(".dockercfg"));
            case "kubernetes.io/dockerconfigjson" -> json(f, data.key(".dockerconfigjson"));
            case "kubernetes.io/basic-auth" -> {
                if (data.key("username").absent() && data.key("password").absent()) {
                    f.required(data.key("username"));
                    f.required(data.key("password"));
                }
            }
            case "kubernetes.io/ssh-auth" -> {
                if (data.key("ssh-privatekey").isEmpty()) {
                    f.required(data.key("ssh-privatekey"));
                }
            }
            case "kubernetes.io/tls" -> {
                for (String key : List.of("tls.crt", "tls.key")) {
                    if (data.key(key).absent()) {
                        f.required(data.key(key));
                    }
                }
            }
            default -> {}
        }
        return f.list();
    }

    private static void json(Findings f, Place entry) {
        if (entry.absent()) {
            f.required(entry);
            return;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(entry.text());
            Object value = Json.parse(bytes);
            if (value != null && !(value instanceof Map)) {
                f.invalid(
                        entry,
                        REDACTED,
                        "json: cannot unmarshal " + kind(value) + " into Go value of type map[string]interface {}");
            }
        } catch (JsonException | IllegalArgumentException e) {
            f.invalid(entry, REDACTED, String.valueOf(e.getMessage()));
        }
    }

    private static String kind(Object value) {
        return switch (value) {
            case List<?> list -> "array";
            case String text -> "string";
            case Boolean bool -> "bool";
            default -> "number";
        };
    }

    public static List<FieldError> secretUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place now = Place.of(object);
        Place before = Place.of(old);
        if (!now.text("type").equals(before.text("type"))) {
            f.invalid(now.field("type"), now.text("type"), Meta.IMMUTABLE);
        }
        locked(f, now, before, List.of("data"));
        secret(object).forEach(f::add);
        return f.list();
    }
}
