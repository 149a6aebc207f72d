package io.k8j.scheduler;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Extenders over real HTTP, as upstream's scheduler calls them. */
class ExtendersTest {
    private final List<Map<String, Object>> asked = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        cluster = new TestCluster();
    }

    @AfterEach
    void stop() {
        cluster.close();
        server.stop(0);
    }

    private void answer(String verb, Function<Map<String, Object>, Object> answer) {
        server.createContext("/s/" + verb, exchange -> {
            Map<String, Object> request =
                    Json.parseObject(exchange.getRequestBody().readAllBytes());
            asked.add(request);
            byte[] body = Json.write(answer.apply(request));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private SchedulerConfig config(String... fields) {
        return SchedulerConfig.parse("""
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            podInitialBackoffSeconds: 1
            extenders:
            - urlPrefix: http://127.0.0.1:%d/s/
              %s
            """.formatted(server.getAddress().getPort(), String.join("\n  ", fields))
                .getBytes(UTF_8));
    }

    private static Map<String, Object> nodeNames(String... names) {
        return Map.of("NodeNames", List.of(names), "Error", "");
    }

    @Test
    void narrowsTheNodesByName() {
        answer("filter", request -> nodeNames("b"));
        cluster.node("a", 4, 4);
        cluster.node("b", 4, 4);
        cluster.start(config("filterVerb: filter", "nodeCacheCapable: true"));

        cluster.create(TestCluster.pod("p", "1"));

        assertThat(cluster.nodeOf("p")).isEqualTo("b");
        assertThat(Trees.list(asked.getFirst(), "NodeNames")).containsExactlyInAnyOrder("a", "b");
        assertThat(Trees.string(asked.getFirst(), "Pod", "metadata", "name")).isEqualTo("p");
    }

    @Test
    void narrowsTheNodesWithWholeNodes() {
        answer("filter", request -> {
            List<Object> items = Trees.list(request, "Nodes", "items");
            return Map.of(
                    "Nodes",
                    Map.of(
                            "items",
                            items.stream()
                                    .filter(node -> "a".equals(Trees.string(node, "metadata", "name")))
                                    .toList()));
        });
        cluster.node("a", 4, 4);
        cluster.node("b", 4, 4);
        cluster.start(config("filterVerb: filter"));

        cluster.create(TestCluster.pod("p", "1"));

        assertThat(cluster.nodeOf("p")).isEqualTo("a");
    }

    @Test
    void saysWhyNoNodeIsLeft() {
        answer(
                "filter",
                request -> Map.of(
                        "NodeNames", List.of(),
                        "FailedNodes", Map.of("a", "no licence"),
                        "FailedAndUnresolvableNodes", Map.of("b", "no dongle")));
        cluster.node("a", 4, 4);
        cluster.node("b", 4, 4);
        cluster.start(config("filterVerb: filter", "nodeCacheCapable: true"));

        cluster.create(TestCluster.pod("p", "1"));

        assertThat(cluster.refusal("p").getMessage()).startsWith("0/2 nodes are available: 1 no dongle, 1 no licence.");
    }

    @Test
    void addsItsScores() {
        answer(
                "prioritize",
                request -> List.of(
                        Map.of("Host", "a", "Score", 0L),
                        Map.of("Host", "b", "Score", 0L),
                        Map.of("Host", "c", "Score", 10L)));
        cluster.node("a", 8, 8);
        cluster.node("b", 8, 8);
        cluster.node("c", 1, 8); // the worst one by itself
        cluster.start(config("prioritizeVerb: prioritize", "weight: 100", "nodeCacheCapable: true"));

        cluster.create(TestCluster.pod("p", "900m"));

        assertThat(cluster.nodeOf("p")).isEqualTo("c");
    }

    @Test
    void bindsByItself() {
        answer("bind", request -> {
            cluster.pods()
                    .createSubresource(
                            new io.k8j.client.ObjectKey(
                                    Trees.string(request, "PodNamespace"), Trees.string(request, "PodName")),
                            "binding",
                            Map.of(
                                    "apiVersion",
                                    "v1",
                                    "kind",
                                    "Binding",
                                    "metadata",
                                    Map.of("name", Trees.string(request, "PodName")),
                                    "target",
                                    Map.of("kind", "Node", "name", Trees.string(request, "Node"))));
            return Map.of("Error", "");
        });
        cluster.node("a", 4, 4);
        cluster.start(config("bindVerb: bind"));

        cluster.create(TestCluster.pod("p", "1"));

        assertThat(cluster.nodeOf("p")).isEqualTo("a");
        assertThat(asked).hasSize(1);
    }

    @Test
    void isAskedOnlyAboutItsResourcesAndMayIgnoreThem() {
        answer("filter", request -> nodeNames("a"));
        cluster.node("a", 4, 4); // has no such resource, and the scheduler does not look
        cluster.start(config(
                "filterVerb: filter",
                "nodeCacheCapable: true",
                "managedResources: [{name: example.com/foo, ignoredByScheduler: true}]"));

        cluster.create(TestCluster.pod("plain", "1"));
        cluster.nodeOf("plain");
        assertThat(asked).isEmpty();
        var special = TestCluster.pod("special", "1");
        special.editSpec()
                .editFirstContainer()
                .editResources()
                .addToRequests("example.com/foo", new Quantity("1"))
                .addToLimits("example.com/foo", new Quantity("1"))
                .endResources()
                .endContainer()
                .endSpec();
        cluster.create(special);

        assertThat(cluster.nodeOf("special")).isEqualTo("a");
        assertThat(asked).hasSize(1);
    }

    @Test
    void failuresCountUnlessTheyMayBeIgnored() {
        answer("filter", request -> Map.of("Error", "out of order"));
        cluster.node("a", 4, 4);
        cluster.start(config("filterVerb: filter", "nodeCacheCapable: true"));
        cluster.create(TestCluster.pod("p", "1"));
        assertThat(cluster.refusal("p").getMessage()).isEqualTo("out of order");

        cluster.scheduler.close();
        cluster.start(config("filterVerb: filter", "nodeCacheCapable: true", "ignorable: true"));
        assertThat(cluster.nodeOf("p")).isEqualTo("a");
    }

    @Test
    void choosesTheVictims() {
        answer("preempt", request -> {
            Map<String, Object> left = new LinkedHashMap<>(Trees.map(request, "NodeNameToMetaVictims"));
            left.remove("a");
            return Map.of("NodeNameToMetaVictims", left);
        });
        cluster.node("a", 1, 4);
        cluster.node("b", 1, 4);
        cluster.start(config("preemptVerb: preempt", "nodeCacheCapable: true"));
        for (String name : List.of("low-1", "low-2")) {
            cluster.create(TestCluster.pod(name, "1"));
            cluster.nodeOf(name);
        }
        String onB = List.of("low-1", "low-2").stream()
                .filter(name -> cluster.nodeOf(name).equals("b"))
                .findFirst()
                .orElseThrow();
        var high = TestCluster.pod("high", "1");
        high.editSpec().withPriority(1000).endSpec();
        cluster.create(high);

        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(cluster.pods().find(new io.k8j.client.ObjectKey("default", onB)))
                        .satisfiesAnyOf(
                                gone -> assertThat(gone).isEmpty(),
                                leaving -> assertThat(leaving.orElseThrow()
                                                .getMetadata()
                                                .getDeletionTimestamp())
                                        .isNotNull()));
        assertThat(asked).isNotEmpty();
    }

    @Test
    void refusesWrongConfigurations() {
        assertThatThrownBy(() -> config("prioritizeVerb: p"))
                .hasMessage("extenders[0].weight: Invalid value: 0: must have a positive weight applied to it");
        assertThatThrownBy(() -> config("filterVerb: f", "httpTimeout: 5parsecs"))
                .hasMessage("extenders: httpTimeout: time: unknown unit \"parsecs\" in duration \"5parsecs\"");
        assertThatThrownBy(() -> config("managedResources: [{name: cpu}]"))
                .hasMessageContaining("managedResources[].name");
    }
}
