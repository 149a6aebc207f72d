package io.k8j.apiserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse.ApiList;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists, pages, versions, selectors and watches. */
class ReadsTest {
    private static final String CONFIG_MAPS = "v1/configmaps";

    private final TestServer server = new TestServer();

    @BeforeEach
    void fill() {
        for (int i = 0; i < 6; i++) {
            server.create(
                    CONFIG_MAPS, "{'metadata':{'name':'l%d','labels':{'i':'%d','odd':'%d'}}}".formatted(i, i, i % 2));
        }
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void pagesShowTheStateOfTheFirstOne() {
        ApiList first = server.list(CONFIG_MAPS, "limit=2");
        assertThat(first.remainingItemCount()).isEqualTo(4);
        server.create(CONFIG_MAPS, "{'metadata':{'name':'l1b'}}");
        server.delete(CONFIG_MAPS, "l3", "");
        ApiList second = server.list(CONFIG_MAPS, "limit=2&continue=" + first.continueToken());
        assertThat(second.items().stream().map(ApiObject::name)).containsExactly("l2", "l3");
        assertThat(second.resourceVersion()).isEqualTo(first.resourceVersion());
        ApiList third = server.list(CONFIG_MAPS, "limit=2&continue=" + second.continueToken());
        assertThat(third.items().stream().map(ApiObject::name)).containsExactly("l4", "l5");
        assertThat(third.continueToken()).isEmpty();
    }

    @Test
    void versionsAreHonoured() {
        String before = server.list(CONFIG_MAPS, "").resourceVersion();
        server.delete(CONFIG_MAPS, "l0", "");
        assertThat(server.names(CONFIG_MAPS, "resourceVersion=" + before + "&resourceVersionMatch=Exact"))
                .contains("l0");
        assertThat(server.names(CONFIG_MAPS, "resourceVersion=" + before + "&resourceVersionMatch=NotOlderThan"))
                .doesNotContain("l0");
        assertThat(server.names(CONFIG_MAPS, "resourceVersion=1&resourceVersionMatch=Exact"))
                .isEmpty();
        assertThat(TestServer.refusal(() -> server.list(CONFIG_MAPS, "resourceVersionMatch=Exact"))
                        .getMessage())
                .isEqualTo("ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden:"
                        + " resourceVersionMatch is forbidden unless resourceVersion is provided");
        assertThat(TestServer.refusal(() -> server.list(CONFIG_MAPS, "limit=2&continue=zzz"))
                        .getMessage())
                .startsWith("invalid continue token: continue key is not valid: ");
    }

    /** Such a page was begun before a backup was put back, for example: the client is told to begin anew or to go on. */
    @Test
    void aPageOfTheFutureHasExpired() {
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"v\":\"meta.k8s.io/v1\",\"rv\":99999999,\"start\":\"l4\"}".getBytes(UTF_8));
        ApiException refusal = TestServer.refusal(() -> server.list(CONFIG_MAPS, "limit=2&continue=" + token));
        assertThat(refusal.code()).isEqualTo(410);
        String next = Trees.string(refusal.toStatus(), "metadata", "continue");
        assertThat(server.names(CONFIG_MAPS, "limit=2&continue=" + next)).containsExactly("l4", "l5");
    }

    @Test
    void aVersionOfTheFutureTimesOut() {
        ApiException refusal = TestServer.refusal(
                () -> server.send(Verb.GET, CONFIG_MAPS, "l1", "", "resourceVersion=99999999", null, null));
        assertThat(refusal.code()).isEqualTo(504);
        assertThat(refusal.getMessage())
                .isEqualTo("Timeout: Too large resource version: 99999999, current: " + server.core.revision());
    }

    @Test
    void selectorsSelect() {
        assertThat(server.names(CONFIG_MAPS, "labelSelector=i in (1,2),odd=1")).containsExactly("l1");
        assertThat(server.names(CONFIG_MAPS, "fieldSelector=metadata.name=l1")).containsExactly("l1");
        assertThat(server.names(CONFIG_MAPS, "fieldSelector=metadata.name!=l1")).hasSize(5);
        assertThat(TestServer.refusal(() -> server.list(CONFIG_MAPS, "fieldSelector=data.a=b"))
                        .getMessage())
                .isEqualTo("\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    @Test
    void aWatchThroughASelectorSeesObjectsComeAndGo() {
        List<String> seen = new CopyOnWriteArrayList<>();
        String from = server.list(CONFIG_MAPS, "").resourceVersion();
        try (ApiTransport.Watch watch = watch(Map.of("labelSelector", "odd=1", "resourceVersion", from), seen)) {
            server.patch(CONFIG_MAPS, "l0", "merge", "{'metadata':{'labels':{'odd':'1'}}}");
            server.patch(CONFIG_MAPS, "l0", "merge", "{'data':{'a':'b'}}");
            server.patch(CONFIG_MAPS, "l0", "merge", "{'metadata':{'labels':{'odd':'0'}}}");
            server.patch(CONFIG_MAPS, "l0", "merge", "{'data':{'a':'c'}}");
            server.delete(CONFIG_MAPS, "l1", "");
            Awaitility.await().until(() -> seen.size() == 4);
        }
        assertThat(List.copyOf(seen).subList(0, 4))
                .containsExactly("ADDED l0", "MODIFIED l0", "DELETED l0", "DELETED l1");
    }

    @Test
    void aWatchListEndsItsFirstPartWithABookmark() {
        List<String> seen = new CopyOnWriteArrayList<>();
        Map<String, String> query = Map.of(
                "sendInitialEvents", "true",
                "resourceVersionMatch", "NotOlderThan",
                "allowWatchBookmarks", "true",
                "labelSelector", "odd=1");
        try (ApiTransport.Watch watch = watch(query, seen)) {
            Awaitility.await().until(() -> seen.size() == 4);
        }
        assertThat(List.copyOf(seen).subList(0, 4))
                .containsExactly("ADDED l1", "ADDED l3", "ADDED l5", "BOOKMARK true@" + server.core.revision());
    }

    @Test
    void bookmarksLookLikeGosEmptyObjects() {
        List<String> seen = new CopyOnWriteArrayList<>();
        ApiCall call = new ApiCall(
                Verb.WATCH,
                TestServer.gvr("apps/v1/deployments"),
                "",
                "",
                "",
                Map.of(
                        "sendInitialEvents", "true",
                        "resourceVersionMatch", "NotOlderThan",
                        "allowWatchBookmarks", "true"),
                null,
                null);
        WatchListener listener = new WatchListener() {
            @Override
            public void event(EventType type, ApiObject object) {
                seen.add(new String(object.json(), java.nio.charset.StandardCharsets.UTF_8));
            }

            @Override
            public void closed(RuntimeException cause) {}
        };
        try (ApiTransport.Watch watch = server.core.watch(TestServer.ADMIN, "test", call, listener)) {
            Awaitility.await().until(() -> !seen.isEmpty());
        }
        assertThat(seen.getFirst())
                .isEqualTo(
                        "{\"kind\":\"Deployment\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"resourceVersion\":\""
                                + server.core.revision()
                                + "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}},\"spec\":{\"selector\":null,"
                                + "\"template\":{\"metadata\":{},\"spec\":{\"containers\":null}},\"strategy\":{}},\"status\":{}}");
    }

    @Test
    void aWatchFromAForgottenVersionIsRefused() {
        CoreConfig small = new CoreConfig(
                "10.0.0.0/24",
                30000,
                30100,
                "127.0.0.1",
                1,
                10,
                new io.k8j.apiserver.resource.StoredResource.CacheLimits(2, 1 << 20),
                false,
                io.k8j.apiserver.resource.ServedApis.DEFAULTS);
        try (TestServer other = new TestServer(small, ApiServerCore.Parts.open())) {
            for (int i = 0; i < 5; i++) other.create(CONFIG_MAPS, "{'metadata':{'name':'x" + i + "'}}");
            ApiException refusal = TestServer.refusal(() -> other.core.watch(
                    TestServer.ADMIN,
                    "t",
                    new ApiCall(
                            Verb.WATCH,
                            TestServer.gvr(CONFIG_MAPS),
                            "rec",
                            "",
                            "",
                            Map.of("resourceVersion", "2"),
                            null,
                            null),
                    VerbsTest.listener(new CopyOnWriteArrayList<>())));
            assertThat(refusal.code()).isEqualTo(410);
            assertThat(refusal.getMessage()).startsWith("too old resource version: 2 (");
        }
    }

    private ApiTransport.Watch watch(Map<String, String> query, List<String> seen) {
        return server.core.watch(
                TestServer.ADMIN,
                "t",
                new ApiCall(Verb.WATCH, TestServer.gvr(CONFIG_MAPS), "rec", "", "", query, null, null),
                new WatchListener() {
                    @Override
                    public void event(EventType type, ApiObject object) {
                        String name = type == EventType.BOOKMARK
                                ? Trees.string(
                                                Json.parse(object.json()),
                                                "metadata",
                                                "annotations",
                                                "k8s.io/initial-events-end")
                                        + "@" + object.resourceVersion()
                                : object.name();
                        seen.add(type + " " + name);
                    }

                    @Override
                    public void closed(RuntimeException cause) {
                        seen.add("closed");
                    }
                });
    }
}
