package io.k8j.apiserver.virtual;

import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Handler;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code componentstatuses}, long deprecated: the parts of the control plane, which live and die with this process. */
public final class ComponentStatuses {
    private static final List<String> NAMES = List.of("controller-manager", "etcd-0", "scheduler");
    private static final String DEPRECATED = "v1 ComponentStatus is deprecated in v1.19+";

    /** Upstream names one that is missing by this. */
    private static final GroupVersionResource SINGULAR = new GroupVersionResource("", "v1", "componentstatus");

    private ComponentStatuses() {}

    /** All of them. */
    public static Handler list() {
        return call -> {
            call.context().warn(DEPRECATED);
            List<ApiObject> all = new ArrayList<>();
            for (String name : NAMES) all.add(status(name));
            ApiResponse.ApiList list = new ApiResponse.ApiList(all, "", "", null); // they have no versions
            return new ApiResponse(200, null, list, call.context().warnings());
        };
    }

    /** One of them. */
    public static Handler get() {
        return (Call call) -> {
            call.context().warn(DEPRECATED);
            if (!NAMES.contains(call.name())) throw ApiException.notFound(SINGULAR, call.name());
            return call.answerAsIs(200, status(call.name()));
        };
    }

    private static ApiObject status(String name) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "Healthy");
        condition.put("status", "True");
        condition.put("message", "ok");
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "ComponentStatus");
        tree.put("apiVersion", "v1");
        tree.put("metadata", new LinkedHashMap<>(Map.of("name", name)));
        tree.put("conditions", List.of(condition));
        return ApiObject.ofJson(Json.write(tree));
    }
}
