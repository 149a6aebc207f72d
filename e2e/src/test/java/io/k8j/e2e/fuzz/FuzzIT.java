package io.k8j.e2e.fuzz;

import static io.k8j.e2e.fuzz.FuzzedServer.CONFIG_MAPS;
import static io.k8j.e2e.fuzz.FuzzedServer.KEPT;
import static io.k8j.e2e.fuzz.FuzzedServer.NOTHING;
import static io.k8j.e2e.fuzz.FuzzedServer.ROUNDS;
import static io.k8j.e2e.fuzz.FuzzedServer.TRIES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.replay.RecordedRequests;
import io.k8j.e2e.replay.RecordedRequests.Sample;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever comes in at any door: never a 5xx, never a stack trace, never a changed object, always an answer. Each property
 * makes {@code -Dk8j.fuzz.tries} inputs, in each of five rounds;
 * by default few, 4,500 make 200,000 in all. A failure names the seed.
 */
@Label("hostile input")
class FuzzIT {
    private static final List<Sample> SAMPLES = RecordedRequests.withBodies();

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
    void pathsAndQueries(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            String path = "/" + mutations.words(PathWords.SEGMENTS, 8);
            if (random.nextBoolean()) path = mutations.pick(PathWords.COLLECTIONS);
            String query = PathWords.query(mutations, random);
            String method = mutations.pick(PathWords.METHODS);
            String target = method.equals("DELETE") ? path + "?dryRun=All&" + query : path + "?" + query;
            boolean endless = query.contains("watch=") || query.contains("follow=");
            if (endless) method = "GET";
            Wire.Answer answer = endless
                    ? wire.head(target)
                    : wire.send(method, target, Map.of("Accept", "application/json"), NOTHING);
            // "Too large resource version": upstream waits for it a while and then says that it timed out.
            if (answer.status() == 504 && target.contains("resourceVersion=9223372036854775807")) continue;
            if (answer.status() == 0) continue; // not a request at all
            Decency.check(answer, method + " " + target);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void headersAndFrames(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES / 3; i++) {
            var request = new StringBuilder(mutations.pick(List.of("GET ", "PUT ", "POST ", "get ", "", "GET\t")))
                    .append(KEPT)
                    .append(mutations.pick(List.of(
                            " HTTP/1.1\r\n", " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/9.9\r\n", "\r\n", " \r\n")))
                    .append("Host: localhost\r\n")
                    .append(random.nextBoolean() ? wire.authorization() : "");
            for (int headers = random.nextInt(5); headers > 0; headers--) {
                request.append(mutations.pick(PathWords.HEADERS)).append("\r\n");
            }
            // What the frame promises is complete; a lack of bytes would only be waited for.
            String bytes = request.append("Connection: close\r\n\r\n")
                    .append("{}".repeat(random.nextInt(3)))
                    .append("0\r\n\r\n")
                    .toString();
            Wire.Answer answer = wire.alone(
                    random.nextInt(4) == 0 ? mutations.bytes(bytes.getBytes(ISO_8859_1)) : bytes.getBytes(ISO_8859_1));
            if (answer.status() != 0) Decency.check(answer, bytes);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void objects(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            Sample sample = mutations.pick(SAMPLES);
            String body = sample.body().isObject() ? mutations.json(sample.body()) : mutations.text(sample.text());
            String type = random.nextInt(4) == 0 ? "application/yaml" : sample.contentType();
            String path = sample.path() + (sample.path().contains("?") ? "&" : "?") + "fieldValidation="
                    + mutations.pick(List.of("Ignore", "Warn", "Strict"));
            refusedMeansUnchanged(sample.method(), path, type, body);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void yaml(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            String body = mutations.text(mutations.pick(PathWords.YAML));
            refusedMeansUnchanged(
                    "POST",
                    CONFIG_MAPS,
                    mutations.pick(List.of("application/yaml", "application/apply-patch+yaml")),
                    body);
            refusedMeansUnchanged(
                    "PATCH", KEPT + "?dryRun=All&fieldManager=fuzz", "application/apply-patch+yaml", body);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void protobuf(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            String kept = mutations.pick(PathWords.KEPT);
            Wire.Answer sample =
                    wire.send("GET", kept, Map.of("Accept", "application/vnd.kubernetes.protobuf"), NOTHING);
            assertThat(sample.status()).isEqualTo(200);
            byte[] bytes = mutations.bytes(sample.bytes());
            Map<String, String> headers =
                    Map.of("Content-Type", "application/vnd.kubernetes.protobuf", "Accept", "application/json");
            Decency.check(
                    wire.send("PUT", kept + "?dryRun=All", headers, bytes),
                    "protobuf " + Base64.getEncoder().encodeToString(bytes));
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void patches(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            var patch = mutations.pick(PathWords.PATCHES);
            String kept = mutations.pick(PathWords.KEPT) + "?dryRun=All&fieldManager=fuzz&force="
                    + (patch.type().contains("apply"));
            String body = mutations.json(JsonMapper.shared().readTree(patch.body()));
            refusedMeansUnchanged(
                    "PATCH",
                    patch.type().contains("apply") ? kept : kept.replace("&force=false", ""),
                    patch.type(),
                    body);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void credentials(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES; i++) {
            String token = mutations.words(PathWords.TOKENS, 6);
            String review = JsonMapper.shared()
                    .writeValueAsString(Map.of(
                            "apiVersion",
                            "authentication.k8s.io/v1",
                            "kind",
                            "TokenReview",
                            "spec",
                            Map.of("token", token)));
            Wire.Answer answer =
                    server.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "application/json", review);
            Decency.check(answer, review);
            assertThat(JsonMapper.shared()
                            .readTree(answer.body())
                            .path("status")
                            .path("authenticated")
                            .asBoolean(false))
                    .isFalse();
            String request =
                    Base64.getEncoder().encodeToString(mutations.bytes(PathWords.CERTIFICATE_REQUEST.getBytes(UTF_8)));
            String signing = """
                {"metadata":{"generateName":"fuzz-"},"spec":{"signerName":"example.com/x","usages":["client auth"],"request":"%s"}}\
                """.formatted(request);
            Decency.check(
                    server.send(
                            "POST",
                            "/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All",
                            "application/json",
                            signing),
                    signing);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void expressions(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES / 10; i++) {
            String policy = JsonMapper.shared()
                    .writeValueAsString(ExpressionWords.policy(mutations.words(ExpressionWords.EXPRESSIONS, 12)));
            String path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
            Decency.check(server.send("POST", path, "application/json", policy), policy);
            Decency.check(
                    server.send(
                            "POST",
                            CONFIG_MAPS + "?dryRun=All",
                            "application/json",
                            "{\"metadata\":{\"name\":\"judged\",\"labels\":{\"judged\":\"yes\"}}}"),
                    policy);
            Decency.check(server.send("DELETE", path + "/fuzz", "application/json", ""), policy);
        }
        server.unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void schemas(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        String path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        for (int i = 0; i < TRIES / 5; i++) {
            JsonNode definition = JsonMapper.shared().readTree(PathWords.DEFINITION);
            String body = mutations.json(definition);
            Decency.check(server.send("POST", path + "?dryRun=All", "application/json", body), body);
        }
        server.unchanged();
    }

    /** A refused write leaves what it was aimed at as it was; an accepted creation is taken back. */
    private static void refusedMeansUnchanged(String method, String path, String type, String body) throws IOException {
        String story = method + " " + path + "\n" + body;
        String target = path.replaceFirst("\\?.*", "");
        String before = method.equals("POST") ? "" : server.get(target).body();
        Wire.Answer answer = server.send(method, path, type, body);
        Decency.check(answer, story);
        if (answer.status() >= 400 && !method.equals("POST"))
            assertThat(server.get(target).body()).as(story).isEqualTo(before);
        if (answer.status() == 201 && method.equals("POST")) takeBack(target, answer.body());
    }

    private static void takeBack(String collection, String body) throws IOException {
        String name =
                JsonMapper.shared().readTree(body).path("metadata").path("name").asString("");
        if (name.isEmpty()) return;
        Decency.check(
                server.send(
                        "DELETE",
                        collection + "/" + URLEncoder.encode(name, UTF_8) + "?gracePeriodSeconds=0",
                        "application/json",
                        ""),
                body);
    }
}
