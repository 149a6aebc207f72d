package io.k8j.kubelet.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.testing.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Static Pods that a web server has. */
class ManifestUrlTest {
    private static final String POD =
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\"},\"spec\":{\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"c\",\"image\":\"busybox:1\"}]}}";

    @TempDir
    Path dir;

    private HttpServer server;
    private volatile int code = 503;
    private volatile String text = "";
    private volatile String token = "";

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/pods", exchange -> {
            token = String.valueOf(exchange.getRequestHeaders().getFirst("X-Token"));
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private KubeletOptions options() {
        URI url = URI.create(
                "http://127.0.0.1:%d/pods".formatted(server.getAddress().getPort()));
        return KubeletOptions.DEFAULTS.withManifests(
                ManifestConfig.NONE.withUrl(url, Map.of("X-Token", List.of("secret")), Duration.ofMillis(50)));
    }

    private void answer(int newCode, String newText) {
        text = newText;
        code = newCode;
    }

    @Test
    void itsPodsRunAndChangeWithItsAnswers() throws Exception {
        try (TestNode node = TestNode.simulated(dir, options())) {
            answer(200, POD.formatted("one"));
            assertThat(node.awaitPhase("one-node-1", "Running").getMetadata().getAnnotations())
                    .containsEntry("kubernetes.io/config.source", "http");
            assertThat(token).isEqualTo("secret");
            answer(
                    200,
                    "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[%s,%s]}"
                            .formatted(POD.formatted("one"), POD.formatted("two")));
            node.awaitPhase("two-node-1", "Running");
            node.awaitPhase("one-node-1", "Running");
            answer(500, "");
            answer(200, "not even YAML: [");
            answer(200, POD.formatted("two"));
            node.awaitGone("one-node-1");
            node.awaitPhase("two-node-1", "Running");
        }
    }

    @Test
    void whatTheServerDoesNotSayIsNotGone() throws Exception {
        answer(200, POD.formatted("one"));
        try (TestNode node = TestNode.simulated(dir, options())) {
            node.awaitPhase("one-node-1", "Running");
            answer(404, "gone");
            token = "";
            Awaitility.await("asked again").until(() -> token.equals("secret"));
            token = "";
            Awaitility.await("and again").until(() -> token.equals("secret"));
            assertThat(node.kubelet().pods().evictable()).hasSize(1);
            answer(200, ""); // which does say that there is none
            node.awaitGone("one-node-1");
        }
    }
}
