package io.k8j.apiserver.crd;

import io.k8j.apiserver.admission.WebhookClient;
import io.k8j.apiserver.resource.VersionConverter;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Conversion {@code Webhook}: somebody outside translates between versions. Blocks until that has answered. */
final class ConversionWebhook implements VersionConverter {
    private static final String[][] IDENTITY = {{"name", "name"}, {"namespace", "namespace"}, {"uid", "UID"}};
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Place config;
    private final WebhookClient client;
    private final String review;
    private final GroupVersionKind served;
    private final GroupVersionKind stored;

    /** @param webhook {@code spec.conversion.webhook} */
    ConversionWebhook(
            Map<String, Object> webhook, WebhookClient client, GroupVersionKind served, GroupVersionKind stored) {
        this.config = Place.of(Trees.map(webhook, "clientConfig"));
        // The first version of reviews that both ends know.
        this.review = Trees.list(webhook, "conversionReviewVersions").stream()
                .filter(v -> v.equals("v1") || v.equals("v1beta1"))
                .findFirst()
                .map(String::valueOf)
                .orElse("v1");
        this.client = client;
        this.served = served;
        this.stored = stored;
    }

    @Override
    public boolean movesFields() {
        return true;
    }

    @Override
    public Map<String, Object> toStored(Map<String, Object> object) {
        return convert(object, stored);
    }

    @Override
    public Map<String, Object> fromStored(Map<String, Object> object) {
        return convert(object, served);
    }

    @Override
    public Map<String, Object> to(String apiVersion, Map<String, Object> object) {
        return convert(object, GroupVersionKind.of(apiVersion, served.kind()));
    }

    @Override
    public List<Map<String, Object>> allFromStored(List<Map<String, Object>> objects) {
        List<Map<String, Object>> others =
                objects.stream().filter(object -> !isIn(object, served)).toList();
        if (others.isEmpty()) return objects;
        String who = "conversion webhook for %s, Kind=%sList "
                .formatted(others.getFirst().get("apiVersion"), served.kind());
        List<Object> converted = ask(who, others, served);
        List<Map<String, Object>> all = new ArrayList<>(objects.size());
        int next = 0;
        for (Map<String, Object> object : objects) {
            if (isIn(object, served)) {
                all.add(object);
                continue;
            }
            String invalid = who + "returned invalid converted object at index " + next + ": ";
            all.add(checked(who, invalid, invalid, object, converted.get(next++), served));
        }
        return all;
    }

    private static boolean isIn(Map<String, Object> object, GroupVersionKind kind) {
        return kind.apiVersion().equals(object.get("apiVersion"));
    }

    private Map<String, Object> convert(Map<String, Object> object, GroupVersionKind wanted) {
        GroupVersionKind from = GroupVersionKind.of(String.valueOf(object.get("apiVersion")), served.kind());
        if (from.equals(wanted)) return object;
        String who = "conversion webhook for %s, Kind=%s ".formatted(from.apiVersion(), from.kind());
        Object converted = ask(who, List.of(object), wanted).getFirst();
        return checked(
                who,
                who + "returned invalid object at index 0: ",
                who + "returned invalid object: ",
                object,
                converted,
                wanted);
    }

    /** As many objects as were given. */
    private List<Object> ask(String who, List<Map<String, Object>> objects, GroupVersionKind wanted) {
        String uid = UUID.randomUUID().toString();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("uid", uid);
        request.put("desiredAPIVersion", wanted.apiVersion());
        request.put("objects", objects);
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "ConversionReview");
        review.put("apiVersion", "apiextensions.k8s.io/" + this.review);
        review.put("request", request);
        Map<String, Object> answer;
        try {
            answer = Trees.map(client.post(config, review, TIMEOUT), "response");
        } catch (IOException e) {
            throw failed(who + "failed: " + e.getMessage());
        }
        if (answer.isEmpty()) throw failed(who + "failed: no response provided");
        // The older reviews were never checked for it.
        if (this.review.equals("v1") && !uid.equals(answer.get("uid"))) {
            throw failed(who + "failed: expected response.uid=\"%s\", got \"%s\"".formatted(uid, answer.get("uid")));
        }
        if (!"Success".equals(Trees.string(answer, "result", "status"))) {
            String message = Trees.string(answer, "result", "message");
            throw failed(who + "failed: " + (message == null || message.isEmpty() ? unsuccessful(answer) : message));
        }
        List<Object> converted = Trees.list(answer, "convertedObjects");
        if (converted.size() != objects.size()) {
            throw failed(who + "returned %d objects, expected %d".formatted(converted.size(), objects.size()));
        }
        return converted;
    }

    private static String unsuccessful(Map<String, Object> answer) {
        return "response.result.status was '%s', not 'Success'".formatted(Trees.string(answer, "result", "status"));
    }

    /**
     * @param invalid begin of a refusal of what is no such object
     * @param changed begin of a refusal of what is another object
     */
    private static Map<String, Object> checked(
            String who,
            String invalid,
            String changed,
            Map<String, Object> original,
            Object converted,
            GroupVersionKind wanted) {
        if (!wanted.apiVersion().equals(Trees.string(converted, "apiVersion"))) {
            throw failed(invalid
                    + "invalid groupVersion (expected %s, received %s)"
                            .formatted(wanted.apiVersion(), Trees.string(converted, "apiVersion")));
        }
        if (!wanted.kind().equals(Trees.string(converted, "kind"))) {
            throw failed(invalid
                    + "invalid kind (expected %s, received %s)"
                            .formatted(wanted.kind(), Trees.string(converted, "kind")));
        }
        for (String[] field : IDENTITY) {
            String before = text(Trees.string(original, "metadata", field[0]));
            String after = text(Trees.string(converted, "metadata", field[0]));
            if (before.equals(after)) continue;
            throw failed(changed + "must have the same %s: %s != %s".formatted(field[1], before, after));
        }
        Map<String, Object> object = Trees.asMap((Map<?, ?>) converted);
        object.put("metadata", metadata(who, original, object));
        return object;
    }

    // Only labels and annotations may change on the way.
    private static Map<String, Object> metadata(
            String who, Map<String, Object> original, Map<String, Object> converted) {
        if (!(converted.get("metadata") instanceof Map)) {
            throw failed(who + "returned invalid metadata: missing metadata in converted object");
        }
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(original, "metadata"));
        for (String field : List.of("labels", "annotations")) {
            Object value = Trees.get(converted, "metadata", field);
            if (value == null) {
                metadata.remove(field);
                continue;
            }
            if (!(value instanceof Map<?, ?> map)) {
                throw failed(who + "returned invalid metadata: invalid metadata." + field + " of type " + goType(value)
                        + " in converted object");
            }
            map.forEach((key, text) -> {
                if (text instanceof String) return;
                throw failed(who
                        + "returned invalid metadata: metadata.%s[%s] must be a string, but is %s in converted object"
                                .formatted(field, key, goType(text)));
            });
            metadata.put(field, value);
        }
        return metadata;
    }

    /** The name of a decoded value's type in upstream's words. */
    static String goType(Object value) {
        return switch (value) {
            case null -> "<nil>";
            case String s -> "string";
            case Boolean b -> "bool";
            case Long n -> "int64";
            case Number n -> "float64";
            case List<?> l -> "[]interface {}";
            default -> "map[string]interface {}";
        };
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    private static ApiException failed(String message) {
        return new ApiException(500, "", message, null);
    }
}
