package io.k8j.apiserver.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Json;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSinksTest {
    private static AuditPolicy policy(String text) {
        return AuditPolicyFile.read(
                "p", ("{apiVersion: audit.k8s.io/v1, kind: Policy, " + text + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static AuditLevel level(String rule, Attributes request) {
        return policy("rules: [{level: Metadata, " + rule + "}]")
                .decide(request)
                .level();
    }

    private static Attributes request(String verb, String group, String resource, String sub, String ns, String name) {
        return new Attributes(UserInfo.of("ann", "dev", "all"), verb, group, "v1", resource, sub, ns, name, null);
    }

    @Test
    void eachSelectorOfARuleMustFit() {
        Attributes pod = request("get", "", "pods", "", "a", "p");
        Attributes log = request("get", "", "pods", "log", "a", "p");
        Attributes deploy = request("update", "apps", "deployments", "status", "b", "d");

        assertThat(level("users: [ann]", pod)).isEqualTo(AuditLevel.METADATA);
        assertThat(level("users: [bob]", pod)).isEqualTo(AuditLevel.NONE);
        assertThat(level("userGroups: [x, dev]", pod)).isEqualTo(AuditLevel.METADATA);
        assertThat(level("verbs: [list]", pod)).isEqualTo(AuditLevel.NONE);
        assertThat(level("namespaces: [a]", pod)).isEqualTo(AuditLevel.METADATA);
        assertThat(level("namespaces: ['']", pod)).isEqualTo(AuditLevel.NONE);
        assertThat(level("resources: [{group: ''}]", deploy)).isEqualTo(AuditLevel.NONE);
        assertThat(level("resources: [{group: '*'}]", deploy)).isEqualTo(AuditLevel.METADATA);
        assertThat(level("resources: [{group: '', resources: [pods]}]", log)).isEqualTo(AuditLevel.NONE);
        assertThat(level("resources: [{group: '', resources: [pods/log]}]", log))
                .isEqualTo(AuditLevel.METADATA);
        assertThat(level("resources: [{group: '', resources: ['pods/*']}]", log))
                .isEqualTo(AuditLevel.METADATA);
        assertThat(level("resources: [{group: apps, resources: ['*/status']}]", deploy))
                .isEqualTo(AuditLevel.METADATA);
        assertThat(level("resources: [{group: apps, resources: [deployments/status], resourceNames: [e]}]", deploy))
                .isEqualTo(AuditLevel.NONE);
        assertThat(level("nonResourceURLs: ['/healthz*']", pod)).isEqualTo(AuditLevel.NONE);
    }

    @Test
    void mistakesInAPolicyAreToldInUpstreamsWords() {
        assertThatThrownBy(() -> policy("rules: []")).hasMessage("loaded illegal policy with 0 rules: from file p");
        assertThatThrownBy(() -> policy("rules: [{level: All}]"))
                .hasMessage("rules[0].level: Unsupported value: \"All\": supported values: \"None\", \"Metadata\","
                        + " \"Request\", \"RequestResponse\": from file p");
        assertThatThrownBy(() -> policy("omitStages: [Start], rules: [{level: None}]"))
                .hasMessageContaining("omitStages[0]: Invalid value: \"Start\": allowed stages are RequestReceived,");
        assertThatThrownBy(() -> policy("rules: [{level: None, nonResourceURLs: ['/a*b', x]}]"))
                .hasMessageContaining("wildcards '*' must be the final character")
                .hasMessageContaining("must begin with a '/' character");
        assertThatThrownBy(() -> policy("rules: [{level: None, nonResourceURLs: ['*'], namespaces: [a]}]"))
                .hasMessageContaining("rules cannot apply to both regular resources and non-resource URLs");
    }

    private static Map<String, Object> event(String id) {
        return Map.of("auditID", id, "requestReceivedTimestamp", "t", "stage", "s", "verb", "get", "requestURI", "/");
    }

    @Test
    void aFullFileIsPutAsideAndOldOnesAreRemoved(@TempDir Path directory) throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
        Path file = directory.resolve("audit.log");
        String line = "x".repeat(59);
        try (RotatingFile out =
                new RotatingFile(file, new RotatingFile.Limits(100, 2, Duration.ofDays(3), false), now::get)) {
            for (int i = 0; i < 5; i++) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                now.updateAndGet(at -> at.plus(Duration.ofHours(1)));
            }
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.map(f -> f.getFileName().toString()))
                        .containsExactlyInAnyOrder(
                                "audit.log", "audit-2026-01-01T03-00-00.000.log", "audit-2026-01-01T04-00-00.000.log");
            }
            now.updateAndGet(at -> at.plus(Duration.ofDays(10)));
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).as("too old ones go").hasSize(2);
        }
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    }

    @Test
    void filesPutAsideAreCompressedIfAsked(@TempDir Path directory) throws Exception {
        try (RotatingFile out = new RotatingFile(
                directory.resolve("a.log"),
                new RotatingFile.Limits(10, 0, Duration.ZERO, true),
                () -> Instant.parse("2026-01-01T00:00:00Z"))) {
            out.write("12345678\n".getBytes(StandardCharsets.UTF_8));
            out.write("abcdefgh\n".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> out.write(new byte[11])).hasMessageContaining("exceeds maximum file size");
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("a.log", "a-2026-01-01T00-00-00.000.log.gz");
        }
    }

    @Test
    void logLinesAreJsonOrUpstreamsOlderForm() {
        var out = new java.io.ByteArrayOutputStream();
        new LogSink(out, true, new AuditMetrics()).process(List.of(event("1"), event("2")));
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(2).allMatch(line -> line.startsWith("{"));
        assertThat(LogSink.legacy(event("1")))
                .isEqualTo("t AUDIT: id=\"1\" stage=\"s\" ip=\"<unknown>\" method=\"get\" user=\"<none>\""
                        + " groups=\"<none>\" as=\"<self>\" asgroups=\"<lookup>\" user-agent=\"\""
                        + " namespace=\"<none>\" uri=\"/\" response=\"<deferred>\"");
    }

    @Test
    void theWebhookGetsBatchesAndIsAskedAgainWhenItFails() throws Exception {
        List<Map<String, Object>> bodies = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int code = calls.incrementAndGet() == 1 ? 503 : 200;
            if (code == 200) bodies.add(Json.parseObject(body));
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
        });
        server.start();
        try {
            AuditMetrics metrics = new AuditMetrics();
            BufferedSink sink = new BufferedSink(
                    new WebhookSink(
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/audit"),
                            null,
                            null,
                            Duration.ofMillis(1),
                            metrics),
                    new BufferedSink.Batching(100, 10, Duration.ofSeconds(30), 0, 1),
                    true,
                    metrics);
            for (int i = 0; i < 25; i++) sink.process(List.of(event("e" + i)));
            sink.close();

            assertThat(calls.get()).isEqualTo(4);
            assertThat(bodies)
                    .hasSize(3)
                    .allSatisfy(body -> assertThat(body)
                            .containsEntry("kind", "EventList")
                            .containsEntry("apiVersion", "audit.k8s.io/v1"));
            assertThat(bodies.stream()
                            .mapToInt(body -> ((List<?>) body.get("items")).size())
                            .sum())
                    .isEqualTo(25);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aFullBufferDropsEventsAndCountsThem() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        AuditMetrics metrics = new AuditMetrics();
        BufferedSink sink = new BufferedSink(
                new AuditSink() {
                    @Override
                    public boolean process(List<Map<String, Object>> events) {
                        entered.countDown();
                        try {
                            blocked.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return true;
                    }

                    @Override
                    public void close() {}
                },
                new BufferedSink.Batching(2, 1, Duration.ofSeconds(1), 0, 1),
                false,
                metrics);
        sink.process(List.of(event("taken")));
        entered.await();
        for (int i = 0; i < 5; i++)
            assertThat(sink.process(List.of(event("e" + i)))).isTrue();
        blocked.countDown();
        sink.close();

        StringBuilder text = new StringBuilder();
        metrics.write(text);
        assertThat(text).contains("apiserver_audit_error_total{plugin=\"buffered\"} 3");
    }

    @Test
    void largeEventsLoseTheirObjectsFirst() {
        List<Map<String, Object>> kept = new CopyOnWriteArrayList<>();
        AuditMetrics metrics = new AuditMetrics();
        AuditSink sink = AuditSinks.truncating(
                new AuditSink() {
                    @Override
                    public boolean process(List<Map<String, Object>> events) {
                        kept.addAll(events);
                        return true;
                    }

                    @Override
                    public void close() {}
                },
                300,
                1000,
                metrics);
        sink.process(List.of(
                Map.of("auditID", "big", "requestObject", "y".repeat(500)), Map.of("auditID", "z".repeat(500))));

        assertThat(kept)
                .containsExactly(Map.of("auditID", "big", "annotations", Map.of("audit.k8s.io/truncated", "true")));
    }
}
