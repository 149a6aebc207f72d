package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Watches as Table say with a row where their initial events end, in every kind. */
class BookmarkTableTest {
    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> watchable() {
        List<String> roots = new ArrayList<>(List.of("/api/v1"));
        for (Object group : Trees.list(server.json("/apis"), "groups")) {
            for (Object version : Trees.list(Trees.asMap((Map<?, ?>) group), "versions")) {
                roots.add("/apis/" + ((Map<?, ?>) version).get("groupVersion"));
            }
        }
        List<String> paths = new ArrayList<>();
        for (String root : roots) {
            for (Object each : Trees.list(server.json(root), "resources")) {
                Map<String, Object> resource = Trees.asMap((Map<?, ?>) each);
                if (Trees.list(resource, "verbs").contains("watch")) paths.add(root + "/" + resource.get("name"));
            }
        }
        return paths;
    }

    /** The object of the first bookmark. */
    private static Map<String, Object> bookmark(String path, String include) throws IOException, InterruptedException {
        String query = "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
                + "&includeObject=" + include;
        HttpResponse<InputStream> answer = server.client.send(
                server.request(path + query, "root")
                        .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Map<String, Object> event = Json.parseObject(line);
                if ("BOOKMARK".equals(event.get("type"))) return Trees.map(event, "object");
                assertThat(event).as(path).containsEntry("type", "ADDED");
            }
        }
        throw new AssertionError("no bookmark of " + path);
    }

    @Test
    void theEndOfTheFirstPartIsARowOfAnyKind() throws Exception {
        List<String> paths = watchable();
        assertThat(paths).contains("/api/v1/pods", "/apis/apps/v1/deployments").hasSizeGreaterThan(40);
        for (String path : paths) {
            Map<String, Object> table = bookmark(path, "None");
            List<Object> rows = Trees.list(table, "rows");
            assertThat(rows).as(path).hasSize(1);
            Map<String, Object> object = Trees.map(Trees.asMap((Map<?, ?>) rows.getFirst()), "object");
            assertThat(Trees.map(Trees.map(object, "metadata"), "annotations"))
                    .as(path)
                    .containsEntry("k8s.io/initial-events-end", "true");
        }
    }
}
