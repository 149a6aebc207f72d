package io.k8j.e2e.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.cluster.Kubeconfig;
import io.k8j.e2e.replay.RecordedRequests;
import io.k8j.e2e.replay.RecordedRequests.Sample;
import io.k8j.junit.K8jCluster;
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
    private static final int ROUNDS = 5;
    private static final int TRIES = Integer.getInteger("k8j.fuzz.tries", 60);
    private static final String CONFIG_MAPS = "/api/v1/namespaces/fuzz/configmaps";
    private static final String KEPT = CONFIG_MAPS + "/kept";
    private static final byte[] NOTHING = {};
    private static final List<Sample> SAMPLES = RecordedRequests.withBodies();

    private static K8jCluster cluster;
    private static Wire wire;

    @BeforeContainer
    static void start() throws IOException {
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .start();
        wire = new Wire(Kubeconfig.read(cluster.kubeconfigFile()));
        for (String namespace : List.of("fuzz", "rec")) {
            post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"%s\"}}".formatted(namespace));
            post("/api/v1/namespaces/" + namespace + "/serviceaccounts", "{\"metadata\":{\"name\":\"default\"}}");
        }
        post(CONFIG_MAPS, "{\"metadata\":{\"name\":\"kept\",\"labels\":{\"a\":\"b\"}},\"data\":{\"k\":\"v\"}}");
        post(
                "/api/v1/namespaces/fuzz/pods",
                "{\"metadata\":{\"name\":\"kept\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":[{\"containerPort\":80}]}]}}");
        post(
                "/apis/apps/v1/namespaces/fuzz/deployments",
                "{\"metadata\":{\"name\":\"kept\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}");
    }

    @AfterContainer
    static void stop() {
        wire.close();
        cluster.close();
    }

    private static void post(String path, String body) throws IOException {
        assertThat(json("POST", path, "application/json", body).status())
                .as(body)
                .isIn(201, 409);
    }

    private static Wire.Answer json(String method, String path, String type, String body) throws IOException {
        return wire.send(
                method, path, Map.of("Content-Type", type, "Accept", "application/json"), body.getBytes(UTF_8));
    }

    private static Wire.Answer get(String path) throws IOException {
        return wire.send("GET", path, Map.of("Accept", "application/json"), NOTHING);
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
        unchanged();
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
        unchanged();
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
        unchanged();
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
        unchanged();
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
        unchanged();
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
        unchanged();
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
                    json("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "application/json", review);
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
                    json(
                            "POST",
                            "/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All",
                            "application/json",
                            signing),
                    signing);
        }
        unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void expressions(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        for (int i = 0; i < TRIES / 10; i++) {
            String policy = JsonMapper.shared()
                    .writeValueAsString(PathWords.policy(mutations.words(PathWords.EXPRESSIONS, 12)));
            String path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
            Decency.check(json("POST", path, "application/json", policy), policy);
            Decency.check(
                    json(
                            "POST",
                            CONFIG_MAPS + "?dryRun=All",
                            "application/json",
                            "{\"metadata\":{\"name\":\"judged\",\"labels\":{\"judged\":\"yes\"}}}"),
                    policy);
            Decency.check(json("DELETE", path + "/fuzz", "application/json", ""), policy);
        }
        unchanged();
    }

    @Property(tries = ROUNDS, shrinking = ShrinkingMode.OFF)
    void schemas(@ForAll Random random) throws IOException {
        var mutations = new Mutations(random);
        String path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        for (int i = 0; i < TRIES / 5; i++) {
            JsonNode definition = JsonMapper.shared().readTree(PathWords.DEFINITION);
            String body = mutations.json(definition);
            Decency.check(json("POST", path + "?dryRun=All", "application/json", body), body);
        }
        unchanged();
    }

    /** A refused write leaves what it was aimed at as it was; an accepted creation is taken back. */
    private static void refusedMeansUnchanged(String method, String path, String type, String body) throws IOException {
        String story = method + " " + path + "\n" + body;
        String target = path.replaceFirst("\\?.*", "");
        String before = method.equals("POST") ? "" : get(target).body();
        Wire.Answer answer = json(method, path, type, body);
        Decency.check(answer, story);
        if (answer.status() >= 400 && !method.equals("POST"))
            assertThat(get(target).body()).as(story).isEqualTo(before);
        if (answer.status() == 201 && method.equals("POST")) takeBack(target, answer.body());
    }

    private static void takeBack(String collection, String body) throws IOException {
        String name =
                JsonMapper.shared().readTree(body).path("metadata").path("name").asString("");
        if (name.isEmpty()) return;
        Decency.check(
                json(
                        "DELETE",
                        collection + "/" + URLEncoder.encode(name, UTF_8) + "?gracePeriodSeconds=0",
                        "application/json",
                        ""),
                body);
    }

    private static void unchanged() throws IOException {
        for (String path : PathWords.KEPT) {
            Wire.Answer kept = get(path);
            assertThat(kept.status()).as(kept.body()).isEqualTo(200);
            JsonNode metadata = JsonMapper.shared().readTree(kept.body()).path("metadata");
            assertThat(metadata.path("managedFields").size()).as(kept.body()).isOne();
            assertThat(metadata.path("generation").asInt(1)).as(kept.body()).isOne();
        }
    }
}
