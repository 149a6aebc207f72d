package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.apiserver.http.RequestSettings;
import io.k8j.model.json.Trees;
import io.k8j.store.MemoryStore;
import io.k8j.store.Store;
import io.k8j.store.StoreConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Default roles and bindings are brought back in line by the next start. */
class BootstrapRolesTest {
    private static final String ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles/";
    private static final String BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/";
    private static final String EXTRA = "{'apiGroups':['example.com'],'resources':['things'],'verbs':['get']}";

    private static HttpTestServer server(Store store) {
        HttpTestServer server = new HttpTestServer(store, false, Operations.DEFAULTS, RequestSettings.DEFAULTS);
        await().until(() -> server.get("/readyz").statusCode() == 200);
        return server;
    }

    private static List<Object> rules(HttpTestServer server, String role) {
        return Trees.list(server.json(ROLES + role), "rules");
    }

    private static void patch(HttpTestServer server, String path, String json) {
        var answer = server.send(server.request(path)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", java.net.http.HttpRequest.BodyPublishers.ofString(json.replace('\'', '"'))));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void whatIsMissingComesBackAndWhatWasAddedStays() {
        try (Store store = MemoryStore.open(StoreConfig.DEFAULTS)) {
            List<Object> basic;
            try (HttpTestServer server = server(store)) {
                basic = rules(server, "system:basic-user");
                assertThat(basic).isNotEmpty();
                patch(server, ROLES + "system:basic-user", "{'rules':[" + EXTRA + "]}");
                patch(
                        server,
                        ROLES + "system:discovery",
                        "{'rules':[],'metadata':{'annotations':{'rbac.authorization.kubernetes.io/autoupdate':'false'}}}");
                patch(server, BINDINGS + "cluster-admin", "{'subjects':[]}");
                assertThat(server.send("DELETE", ROLES + "view", "").statusCode())
                        .isEqualTo(200);
            }
            try (HttpTestServer server = server(store)) {
                assertThat(rules(server, "system:basic-user"))
                        .containsAll(basic)
                        .hasSize(basic.size() + 1);
                assertThat(rules(server, "system:discovery"))
                        .as("not to be touched")
                        .isEmpty();
                assertThat(Trees.list(server.json(BINDINGS + "cluster-admin"), "subjects"))
                        .hasSize(1);
                assertThat(server.get(ROLES + "view").statusCode()).isEqualTo(200);
            }
        }
    }
}
