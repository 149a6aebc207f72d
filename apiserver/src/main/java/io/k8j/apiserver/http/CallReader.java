package io.k8j.apiserver.http;

import io.k8j.apiserver.verb.RequestBody;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns an HTTP request for a resource into an {@link ApiCall}. */
final class CallReader {
    private static final List<String> PATCH_TYPES = List.of(
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
            "application/apply-patch+yaml",
            "application/apply-patch+cbor");

    private CallReader() {}

    /** The verb of the request; null if the method does not fit the path. */
    static Verb verb(Exchange exchange, RequestPath path) {
        boolean collection = path.name().isEmpty();
        return switch (exchange.method()) {
            case "GET", "HEAD" -> {
                if (path.watch() || isTrue(exchange.query("watch"))) {
                    yield path.subresource().isEmpty() ? Verb.WATCH : Verb.GET;
                }
                yield collection ? Verb.LIST : Verb.GET;
            }
            case "POST" -> Verb.CREATE;
            case "PUT" -> collection ? null : Verb.UPDATE;
            case "PATCH" -> collection ? null : Verb.PATCH;
            case "DELETE" -> collection ? Verb.DELETECOLLECTION : Verb.DELETE;
            default -> null;
        };
    }

    static boolean isTrue(String flag) {
        return "true".equalsIgnoreCase(flag) || "1".equals(flag);
    }

    /**
     * Reads query and body.
     *
     * @throws ApiException 400, 413 or 415 for what cannot be read
     */
    static ApiCall read(Exchange exchange, RequestPath path, Verb verb) {
        if (exchange.bodyTooLarge()) {
            throw ApiException.tooLarge("Request entity too large: limit is 3145728");
        }
        Map<String, String> query = new LinkedHashMap<>();
        exchange.query().forEach((name, values) -> query.put(name, values.isEmpty() ? "" : values.getFirst()));
        String contentType = MediaTypes.contentType(exchange.header("Content-Type"));
        Object body = switch (verb) {
            case GET, LIST, WATCH -> null;
            case PATCH -> patch(exchange, contentType);
            case CREATE, UPDATE -> object(exchange, contentType);
            case DELETE, DELETECOLLECTION -> exchange.body().length == 0 ? null : object(exchange, contentType);
        };
        return new ApiCall(
                verb,
                path.resource(),
                path.namespace(),
                path.name(),
                path.subresource(),
                query,
                verb == Verb.PATCH ? contentType : null,
                body);
    }

    private static Object patch(Exchange exchange, String contentType) {
        if (!PATCH_TYPES.contains(contentType) || contentType.endsWith("cbor")) {
            throw ApiException.unsupportedMediaType(PATCH_TYPES.subList(0, 4));
        }
        return contentType.endsWith("yaml") ? yaml(exchange.body()) : json(exchange.body());
    }

    private static Object object(Exchange exchange, String contentType) {
        return switch (contentType) {
            case "", MediaTypes.JSON -> exchange.body().length == 0 ? noBody() : json(exchange.body());
            case MediaTypes.YAML -> yaml(exchange.body());
            case MediaTypes.PROTOBUF -> ProtobufBodies.read(exchange.body());
            default -> throw ApiException.unsupportedMediaType(MediaTypes.SUPPORTED);
        };
    }

    private static Object noBody() {
        throw ApiException.badRequest("the body of the request is empty: an object is required");
    }

    private static RequestBody json(byte[] text) {
        List<String> duplicates = new ArrayList<>();
        try {
            return new RequestBody(Json.parse(text, duplicates::add), duplicates);
        } catch (JsonException e) {
            throw ApiException.badRequest("couldn't get version/kind; json parse error: " + e.getMessage());
        }
    }

    private static RequestBody yaml(byte[] text) {
        List<String> duplicates = new ArrayList<>();
        try {
            return new RequestBody(Yaml.parse(text, duplicates::add), duplicates);
        } catch (JsonException e) {
            throw ApiException.badRequest("error decoding YAML: " + e.getMessage());
        }
    }
}
