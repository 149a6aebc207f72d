package io.k8j.e2e.fuzz;

import static io.k8j.e2e.fuzz.FuzzedServer.CONFIG_MAPS;
import static io.k8j.e2e.fuzz.FuzzedServer.KEPT;
import static io.k8j.e2e.fuzz.FuzzedServer.NOTHING;
import static io.k8j.e2e.fuzz.FuzzedServer.ROUNDS;
import static io.k8j.e2e.fuzz.FuzzedServer.TRIES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rarer doors: forms of answers, pages, upgrades to streams, who manages which field, paths of JSON patches, protobuf
 * for new objects, rules of custom resources. As with {@link FuzzIT}, {@code -Dk8j.fuzz.tries} says how many inputs.
 */
@Label("hostile forms")
class FormsFuzzIT {
    private static FuzzedServer server;
    private static Wire wire;

    @BeforeContainer
    static void start() throws IOException {
        server = new FuzzedServer();
        wire = server.wire;
    }

    @AfterContainer
    static void stop() {
        server.close();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void formsOfAnswers(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            String accept = mutations.words(FormWords.ACCEPTS, 6).replaceAll("[\\r\\n]", "");
            String path = mutations.pick(List.of(KEPT, CONFIG_MAPS, "/api/v1/nodes", "/openapi/v2", "/apis", "/api"));
            Decency.check(wire.send("GET", path, Map.of("Accept", accept), NOTHING), path + " Accept: " + accept);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void placesWherePagesGoOn(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        Wire.Answer first = wire.send("GET", CONFIG_MAPS + "?limit=2", Map.of("Accept", "application/json"), NOTHING);
        String token = JsonMapper.shared()
                .readTree(first.body())
                .path("metadata")
                .path("continue")
                .asString();
        assertThat(token).isNotEmpty();
        String inner = new String(Base64.getUrlDecoder().decode(token), UTF_8);
        for (int i = 0; i < TRIES; i++) {
            String changed = random.nextBoolean()
                    ? mutations.text(token)
                    : Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(mutations.text(inner).getBytes(UTF_8));
            String path = CONFIG_MAPS + "?limit=2&continue=" + URLEncoder.encode(changed, UTF_8);
            Decency.check(wire.send("GET", path, Map.of("Accept", "application/json"), NOTHING), path);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void upgradesToStreams(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES / 3; i++) {
            String request = "GET "
                    + mutations.pick(List.of(
                            CONFIG_MAPS + "?watch=1&timeoutSeconds=1",
                            KEPT,
                            "/api/v1/namespaces/fuzz/pods/p/exec?command=a&stdout=1",
                            "/api/v1/namespaces/fuzz/pods/p/portforward?ports=1",
                            "/api/v1/namespaces/fuzz/pods/p/attach"))
                    + " HTTP/1.1\r\nHost: localhost\r\n" + wire.authorization()
                    + "Connection: " + mutations.pick(List.of("Upgrade", "upgrade, close", "close", "Upgrade,Upgrade"))
                    + "\r\nUpgrade: " + mutations.pick(List.of("websocket", "SPDY/3.1", "h2c", "x", ""))
                    + "\r\nSec-WebSocket-Version: " + mutations.pick(List.of("13", "12", "", "x"))
                    + "\r\nSec-WebSocket-Key: "
                    + mutations.text("dGhlIHNhbXBsZSBub25jZQ==").replaceAll("[\\r\\n]", "")
                    + "\r\nSec-WebSocket-Protocol: "
                    + mutations.pick(
                            List.of("v5.channel.k8s.io", "base64url.bearer.authorization.k8s.io.x", "a,,b", ""))
                    + "\r\n\r\n";
            byte[] frames = mutations.bytes(new byte[] {(byte) 0x81, (byte) 0x85, 1, 2, 3, 4, 105, 103, 111, 104, 110});
            byte[] head = request.getBytes(ISO_8859_1);
            byte[] all = java.util.Arrays.copyOf(head, head.length + frames.length);
            System.arraycopy(frames, 0, all, head.length, frames.length);
            Wire.Answer answer = wire.headAlone(all);
            if (answer.status() != 0) Decency.check(answer, request);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void whoManagesWhat(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            String entry =
                    "{\"manager\":\"m\",\"operation\":\"%s\",\"apiVersion\":\"%s\",\"fieldsType\":\"%s\",\"fieldsV1\":%s,\"time\":\"%s\"}"
                            .formatted(
                                    mutations.pick(List.of("Apply", "Update", "x", "")),
                                    mutations.pick(List.of("v1", "v2", "apps/v1", "")),
                                    mutations.pick(List.of("FieldsV1", "FieldsV2", "")),
                                    mutations.pick(FormWords.FIELDS),
                                    mutations.pick(List.of("2026-01-01T00:00:00Z", "x", "")));
            String body =
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"kept\",\"managedFields\":["
                            + (random.nextInt(3) == 0
                                    ? mutations.json(JsonMapper.shared().readTree(entry))
                                    : entry)
                            + "]},\"data\":{\"k\":\"v\"}}";
            String type = mutations.pick(List.of("application/merge-patch+json", "application/apply-patch+yaml"));
            String path = KEPT + "?dryRun=All&fieldManager=fuzz" + (type.contains("apply") ? "&force=true" : "");
            Decency.check(server.send("PATCH", path, type, body), type + " " + body);
            Decency.check(server.send("PUT", KEPT + "?dryRun=All", "application/json", body), body);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void pathsOfPatches(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            var operations = JsonMapper.shared().createArrayNode();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                var operation = JsonMapper.shared()
                        .createObjectNode()
                        .put("op", mutations.pick(List.of("add", "remove", "replace", "move", "copy", "test", "x")))
                        .put("path", mutations.pick(FormWords.POINTERS));
                if (random.nextBoolean()) operation.put("from", mutations.pick(FormWords.POINTERS));
                if (random.nextBoolean()) operation.put("value", mutations.pick(List.of("v", "", "x".repeat(300))));
                operations.add(operation);
            }
            String body = operations.toString();
            Decency.check(server.send("PATCH", KEPT + "?dryRun=All", "application/json-patch+json", body), body);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void newObjectsInProtobuf(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        byte[] sample = wire.send("GET", KEPT, Map.of("Accept", "application/vnd.kubernetes.protobuf"), NOTHING)
                .bytes();
        Map<String, String> headers =
                Map.of("Content-Type", "application/vnd.kubernetes.protobuf", "Accept", "application/json");
        for (int i = 0; i < TRIES; i++) {
            byte[] bytes = mutations.bytes(sample);
            Decency.check(
                    wire.send("POST", CONFIG_MAPS + "?dryRun=All", headers, bytes),
                    "protobuf " + Base64.getEncoder().encodeToString(bytes));
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void rulesOfCustomResources(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES / 5; i++) {
            String rule = JsonMapper.shared().writeValueAsString(mutations.words(FormWords.RULES, 8));
            String body = """
                {"metadata":{"name":"things.fuzz.example.com"},"spec":{"group":"fuzz.example.com","scope":"Namespaced",\
                "names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,"schema":\
                {"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":\
                "string","maxLength":100}},"x-kubernetes-validations":[{"rule":%s,"messageExpression":%s}]}}}}}]}}\
                """.formatted(rule, random.nextBoolean() ? rule : "\"'m'\"");
            Decency.check(
                    server.send(
                            "POST",
                            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All",
                            "application/json",
                            body),
                    body);
        }
        server.unchanged();
    }
}
