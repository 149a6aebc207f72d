package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.net.URI;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Watches over a WebSocket, one message for each event. */
class WatchSocketTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    /** Puts messages together and keeps them. */
    private record Messages(BlockingQueue<String> whole, StringBuilder part) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                whole.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            whole.add("closed " + code);
            return null;
        }

        String next() throws InterruptedException {
            String message = whole.poll(60, TimeUnit.SECONDS);
            assertThat(message).as("next message").isNotNull();
            return message;
        }

        Map<String, Object> event() throws InterruptedException {
            return Json.parseObject(next());
        }
    }

    private static Messages open(HttpTestServer server, String query) {
        Messages messages = new Messages(new LinkedBlockingQueue<>(), new StringBuilder());
        server.client
                .newWebSocketBuilder()
                .header("Authorization", "Bearer root")
                .buildAsync(
                        URI.create("ws"
                                + server.uri(MAPS + "?watch=true&" + query)
                                        .toString()
                                        .substring("http".length())),
                        messages)
                .join();
        return messages;
    }

    @Test
    void everyEventIsAMessage() throws Exception {
        try (HttpTestServer server = new HttpTestServer()) {
            Messages messages = open(server, "fieldSelector=metadata.name%3Dseen");
            server.post(MAPS, "{'metadata':{'name':'other'}}");
            server.post(MAPS, "{'metadata':{'name':'seen'},'data':{'k':'" + "v".repeat(100_000) + "'}}");
            Map<String, Object> added = messages.event();
            assertThat(added).containsEntry("type", "ADDED");
            assertThat(Trees.string(added, "object", "metadata", "name")).isEqualTo("seen");
            assertThat(Trees.string(added, "object", "data", "k")).hasSize(100_000);
            server.send("DELETE", MAPS + "/seen", "");
            assertThat(messages.event()).containsEntry("type", "DELETED");
        }
    }

    @Test
    void aWatchWithAnEndClosesItsSocket() throws Exception {
        try (HttpTestServer server = new HttpTestServer()) {
            Messages messages = open(server, "fieldSelector=metadata.name%3Dnone&timeoutSeconds=1");
            assertThat(messages.next()).startsWith("closed ");
        }
    }
}
