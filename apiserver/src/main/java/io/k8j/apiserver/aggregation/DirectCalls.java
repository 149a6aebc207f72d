package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.spi.ForeignCalls;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Carries reads of this process's components to the servers behind this one, such as the autoscaler's of custom metrics.
 * Components write nothing there.
 */
final class DirectCalls implements ForeignCalls {
    private static final String JSON = "application/json";

    private final ServiceIndex index;
    private final RemoteClient client;

    DirectCalls(ServiceIndex index, RemoteClient client) {
        this.index = index;
        this.client = client;
    }

    @Override
    public Optional<ApiResponse> answer(UserInfo user, ApiCall call) {
        RemoteService service =
                index.of(call.resource().group(), call.resource().version());
        if (service == null) return Optional.empty();
        if (call.verb() != Verb.GET && call.verb() != Verb.LIST) throw ApiException.methodNotAllowed();
        if (!service.available()) throw unavailable();
        RemoteClient.Answer answer;
        try {
            answer = client.get(service, path(service, call), JSON, user);
        } catch (IOException | ApiException e) {
            throw unavailable(); // as over HTTPS, the cause is told by the APIService's condition
        }
        Map<String, Object> tree = tree(answer);
        if (answer.status() >= 300) throw refusal(answer.status(), tree);
        return Optional.of(
                call.verb() == Verb.LIST
                        ? new ApiResponse(answer.status(), null, list(tree), List.of())
                        : new ApiResponse(answer.status(), ApiObject.ofTree(tree), null, List.of()));
    }

    static String path(RemoteService service, ApiCall call) {
        StringBuilder path = new StringBuilder(service.path());
        if (!call.namespace().isEmpty()) path.append("/namespaces/").append(encode(call.namespace()));
        path.append('/').append(encode(call.resource().resource()));
        if (!call.name().isEmpty()) path.append('/').append(encode(call.name()));
        if (!call.subresource().isEmpty()) path.append('/').append(encode(call.subresource()));
        if (call.query().isEmpty()) return path.toString();
        StringJoiner query = new StringJoiner("&", "?", "");
        call.query().forEach((key, value) -> query.add(encode(key) + "=" + encode(value)));
        return path.append(query).toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Map<String, Object> tree(RemoteClient.Answer answer) {
        try {
            return Json.parseObject(answer.body());
        } catch (JsonException e) {
            return Map.of(); // a server that answers in words
        }
    }

    private static ApiException refusal(int status, Map<String, Object> tree) {
        if ("Status".equals(tree.get("kind"))) return ApiException.fromStatus(status, tree);
        return switch (status) {
            case 404 ->
                new ApiException(
                        404, "NotFound", "the server could not find the requested resource", new LinkedHashMap<>());
            case 503 -> unavailable();
            default -> ApiException.internal("an error on the server has prevented the request from succeeding");
        };
    }

    private static ApiException unavailable() {
        return new ApiException(
                503,
                "ServiceUnavailable",
                "the server is currently unable to handle the request",
                new LinkedHashMap<>());
    }

    private static ApiResponse.ApiList list(Map<String, Object> tree) {
        List<ApiObject> items = new ArrayList<>();
        for (Object item : Trees.list(tree, "items")) {
            if (item instanceof Map<?, ?> map) items.add(ApiObject.ofTree(Trees.asMap(map)));
        }
        String version = Trees.string(tree, "metadata", "resourceVersion");
        String next = Trees.string(tree, "metadata", "continue");
        return new ApiResponse.ApiList(items, version == null ? "" : version, next == null ? "" : next, null);
    }
}
