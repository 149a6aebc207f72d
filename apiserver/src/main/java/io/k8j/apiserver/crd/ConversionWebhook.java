package io.k8j.apiserver.crd;

import io.k8j.apiserver.admission.WebhookClient;
import io.k8j.apiserver.resource.VersionConverter;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Conversion {@code Webhook}: somebody outside translates between versions. Blocks until that has answered. */
final class ConversionWebhook implements VersionConverter {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Place config;
    private final WebhookClient client;
    private final GroupVersionKind served;
    private final GroupVersionKind stored;

    /** @param clientConfig {@code spec.conversion.webhook.clientConfig} */
    ConversionWebhook(
            Map<String, Object> clientConfig, WebhookClient client, GroupVersionKind served, GroupVersionKind stored) {
        this.config = Place.of(clientConfig);
        this.client = client;
        this.served = served;
        this.stored = stored;
    }

    @Override
    public Map<String, Object> toStored(Map<String, Object> object) {
        return convert(object, stored);
    }

    @Override
    public Map<String, Object> fromStored(Map<String, Object> object) {
        return convert(object, served);
    }

    private Map<String, Object> convert(Map<String, Object> object, GroupVersionKind wanted) {
        GroupVersionKind from = GroupVersionKind.of(String.valueOf(object.get("apiVersion")), served.kind());
        if (from.equals(wanted)) return object;
        String who = "conversion webhook for %s, Kind=%s ".formatted(from.apiVersion(), from.kind());
        String uid = UUID.randomUUID().toString();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("uid", uid);
        request.put("desiredAPIVersion", wanted.apiVersion());
        request.put("objects", List.of(object));
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "ConversionReview");
        review.put("apiVersion", "apiextensions.k8s.io/v1");
        review.put("request", request);
        Map<String, Object> answer;
        try {
            answer = Trees.map(client.post(config, review, TIMEOUT), "response");
        } catch (IOException e) {
            throw failed(who + "failed: " + e.getMessage());
        }
        if (answer.isEmpty()) throw failed(who + "failed: no response provided");
        if (!uid.equals(answer.get("uid"))) {
            throw failed(who + "failed: expected response.uid=\"%s\", got \"%s\"".formatted(uid, answer.get("uid")));
        }
        if (!"Success".equals(Trees.string(answer, "result", "status"))) {
            String message = Trees.string(answer, "result", "message");
            throw failed(who + "failed: " + (message == null || message.isEmpty() ? unsuccessful(answer) : message));
        }
        List<Object> converted = Trees.list(answer, "convertedObjects");
        if (converted.size() != 1) {
            throw failed(who + "returned %d objects, expected 1".formatted(converted.size()));
        }
        return checked(who, object, converted.getFirst(), wanted);
    }

    private static String unsuccessful(Map<String, Object> answer) {
        return "response.result.status was '%s', not 'Success'".formatted(Trees.string(answer, "result", "status"));
    }

    private static Map<String, Object> checked(
            String who, Map<String, Object> original, Object converted, GroupVersionKind wanted) {
        String invalid = who + "returned invalid object at index 0: ";
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
        Map<String, Object> object = Trees.asMap((Map<?, ?>) converted);
        // Only labels and annotations may change on the way.
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(original, "metadata"));
        for (String field : List.of("labels", "annotations")) {
            Object value = Trees.get(object, "metadata", field);
            if (value == null) metadata.remove(field);
            else metadata.put(field, value);
        }
        object.put("metadata", metadata);
        return object;
    }

    private static ApiException failed(String message) {
        return new ApiException(500, "", message, null);
    }
}
