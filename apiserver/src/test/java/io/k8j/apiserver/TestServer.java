package io.k8j.apiserver;

import io.k8j.apiserver.resource.ServedApis;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** An API server over memory with short words for requests, in namespace {@code rec}. */
final class TestServer implements AutoCloseable {
    static final UserInfo ADMIN = UserInfo.of("admin", "system:masters", "system:authenticated");

    final Store store;
    final SystemTime time = new SystemTime();
    final ApiServerCore core;

    TestServer() {
        this(CoreConfig.DEFAULTS.withBootstrap(false), ApiServerCore.Parts.open());
    }

    /** One that serves what is off by default, too, with all features on. */
    static TestServer ofEverything() {
        ServedApis apis =
                ServedApis.of(Map.of("AllAlpha", "true", "StorageVersionMigrator", "true"), Map.of("api/all", "true"));
        return new TestServer(CoreConfig.DEFAULTS.withBootstrap(false).withApis(apis), ApiServerCore.Parts.open());
    }

    TestServer(CoreConfig config, ApiServerCore.Parts parts) {
        store = MemoryStore.open(StoreConfig.DEFAULTS);
        core = ApiServerCore.open(store, config, time, parts);
    }

    static GroupVersionResource gvr(String text) {
        String[] parts = text.split("/");
        return parts.length == 2
                ? new GroupVersionResource("", parts[0], parts[1])
                : new GroupVersionResource(parts[0], parts[1], parts[2]);
    }

    ApiResponse send(
            Verb verb, String resource, String name, String subresource, String query, String type, Object body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) parameters.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        GroupVersionResource gvr = gvr(resource);
        boolean namespaced =
                core.table().get(gvr) == null || core.table().get(gvr).info().namespaced();
        return core.call(
                ADMIN,
                "tester/1",
                new ApiCall(verb, gvr, namespaced ? "rec" : "", name, subresource, parameters, type, body));
    }

    Map<String, Object> create(String resource, String json) {
        return create(resource, json, "");
    }

    Map<String, Object> create(String resource, String json, String query) {
        return tree(send(Verb.CREATE, resource, "", "", query, null, Json.parse(json.replace('\'', '"'))));
    }

    Map<String, Object> get(String resource, String name) {
        return tree(send(Verb.GET, resource, name, "", "", null, null));
    }

    Map<String, Object> update(String resource, String name, Map<String, Object> object) {
        return tree(send(Verb.UPDATE, resource, name, "", "", null, object));
    }

    Map<String, Object> patch(String resource, String name, String type, String json) {
        return patch(resource, name, type, json, "");
    }

    Map<String, Object> patch(String resource, String name, String type, String json, String query) {
        String media = type.equals("apply") ? "application/apply-patch+yaml" : "application/" + type + "-patch+json";
        Object body = Json.parse(json.replace('\'', '"'));
        return tree(send(Verb.PATCH, resource, name, "", query, media, body));
    }

    Map<String, Object> delete(String resource, String name, String query) {
        return tree(send(Verb.DELETE, resource, name, "", query, null, null));
    }

    ApiResponse.ApiList list(String resource, String query) {
        return send(Verb.LIST, resource, "", "", query, null, null).list();
    }

    List<String> names(String resource, String query) {
        return list(resource, query).items().stream().map(ApiObject::name).toList();
    }

    static Map<String, Object> tree(ApiResponse response) {
        return Json.parseObject(response.object().json());
    }

    /** What the server refuses with. */
    static ApiException refusal(Runnable request) {
        try {
            request.run();
        } catch (ApiException e) {
            return e;
        }
        return Assertions.fail("the request was not refused");
    }

    @Override
    public void close() {
        core.close();
        store.close();
        time.close();
    }
}
