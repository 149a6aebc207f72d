package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.time.SystemTime;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A second server over the same store. */
class RestartTest {
    private static final UserInfo ADMIN = TestServer.ADMIN;
    private static final CoreConfig CONFIG = CoreConfig.DEFAULTS.withServiceRange("10.97.0.0/24");

    private static ApiObject send(ApiServerCore core, Verb verb, String resource, String name, String json) {
        Object body = json == null ? null : Json.parse(json.replace('\'', '"'));
        boolean namespaced = core.table().get(TestServer.gvr(resource)).info().namespaced();
        return core.call(
                        ADMIN,
                        "t",
                        new ApiCall(
                                verb,
                                TestServer.gvr(resource),
                                namespaced ? "default" : "",
                                name,
                                "",
                                Map.of(),
                                null,
                                body))
                .object();
    }

    @Test
    void whatWasStoredIsServedAndAllocationsGoOn() {
        try (SystemTime time = new SystemTime();
                Store store = MemoryStore.open(StoreConfig.DEFAULTS)) {
            String address;
            try (ApiServerCore core = ApiServerCore.open(store, CONFIG, time, ApiServerCore.Parts.open())) {
                ApiObject service = send(
                        core,
                        Verb.CREATE,
                        "v1/services",
                        "",
                        "{'metadata':{'name':'s'},'spec':{'ports':[{'port':80}]}}");
                address = Trees.string(Json.parse(service.json()), "spec", "clusterIP");
                send(
                        core,
                        Verb.CREATE,
                        "apiextensions.k8s.io/v1/customresourcedefinitions",
                        "",
                        "{'metadata':{'name':'xs.a.b'},'spec':{'group':'a.b','scope':'Namespaced','names':{'plural':'xs',"
                                + "'kind':'X'},'versions':[{'name':'v1','served':true,'storage':true,'schema':{"
                                + "'openAPIV3Schema':{'type':'object'}}}]}}");
                Awaitility.await().until(() -> core.table().get(TestServer.gvr("a.b/v1/xs")) != null);
                send(core, Verb.CREATE, "a.b/v1/xs", "", "{'metadata':{'name':'x'}}");
            }
            try (ApiServerCore core = ApiServerCore.open(store, CONFIG, time, ApiServerCore.Parts.open())) {
                assertThat(send(core, Verb.GET, "a.b/v1/xs", "x", null).name()).isEqualTo("x");
                assertThat(send(core, Verb.GET, "v1/services", "s", null).name())
                        .isEqualTo("s");
                ApiException taken = TestServer.refusal(() -> send(
                        core,
                        Verb.CREATE,
                        "v1/services",
                        "",
                        "{'metadata':{'name':'t'},'spec':{'clusterIP':'" + address + "','ports':[{'port':80}]}}"));
                assertThat(taken.getMessage()).contains("provided IP is already allocated");
            }
        }
    }
}
