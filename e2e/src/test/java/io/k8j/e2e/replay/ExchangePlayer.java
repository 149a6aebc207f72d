package io.k8j.e2e.replay;

import io.k8j.e2e.cluster.ApiClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends recorded requests in order and compares the answers. Where a recorded request names a uid of the recording, the
 * uid of the same object here is sent. Reads are repeated for a while, since controllers need their time. One thread.
 */
final class ExchangePlayer {
    private static final long PATIENCE_NANOS =
            TimeUnit.MILLISECONDS.toNanos(Integer.getInteger("k8j.replay.patience", 5000));
    private static final String NAMESPACE = "/api/v1/namespaces/rec";

    /** What a PUT changed in the object that was read before; the recorded body has fields of its time. */
    private static final Map<String, Consumer<ObjectNode>> EDITS = Map.of(
            "pod change image", pod -> container(pod).put("image", "nginx:1.17.9"),
            "pod add container is refused",
                    pod -> pod.withArray("/spec/containers")
                            .addObject()
                            .put("name", "d")
                            .put("image", "x"),
            "pod rename", pod -> pod.withObject("/metadata").put("name", "zz"),
            "wrong uid", pod -> pod.withObject("/metadata").put("uid", "nope"),
            "status via main is ignored", pod -> pod.withObject("/status").put("phase", "Failed"),
            "deployment selector immutable",
                    deployment -> deployment
                            .withObject("/spec")
                            .putObject("selector")
                            .putObject("matchLabels")
                            .put("z", "z"));

    private final ApiClient api;
    private final AcceptedDifferences accepted;
    private final Map<String, String> uids = new HashMap<>();
    private String continueToken = "";

    ExchangePlayer(ApiClient api, AcceptedDifferences accepted) {
        this.api = api;
        this.accepted = accepted;
    }

    /** Does what the recorder did before a scenario without recording it. */
    void prepare(String file) throws IOException, InterruptedException {
        switch (file) {
            case "02-defaulting" -> {
                create("/api/v1/namespaces", named("v1", "Namespace", "rec"));
                awaitExists(NAMESPACE + "/serviceaccounts/default");
                awaitExists(NAMESPACE + "/configmaps/kube-root-ca.crt");
            }
            case "07-reads" -> {
                for (int i = 0; i < 6; i++) {
                    ObjectNode map = named("v1", "ConfigMap", "l" + i);
                    map.withObject("/metadata/labels").put("i", "" + i).put("odd", "" + i % 2);
                    create(NAMESPACE + "/configmaps", map);
                }
                ObjectNode pod = named("v1", "Pod", "bad");
                pod.withObject("/spec").put("terminationGracePeriodSeconds", -1);
                pod.withArray("/spec/containers").addObject().put("name", "c").put("image", "nginx:1.25.3");
                create(NAMESPACE + "/pods", pod);
            }
            case "08-deletion" -> {
                ObjectNode map = named("v1", "ConfigMap", "fin");
                map.withArray("/metadata/finalizers").add("a.b/c");
                create(NAMESPACE + "/configmaps", map);
            }
            default -> {}
        }
    }

    private static ObjectNode container(ObjectNode pod) {
        return (ObjectNode) pod.at("/spec/containers/0");
    }

    private static ObjectNode named(String apiVersion, String kind, String name) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", apiVersion)
                .put("kind", kind)
                .putObject("metadata")
                .put("name", name);
        return object;
    }

    private void create(String path, JsonNode object) throws IOException, InterruptedException {
        var answer = api.send("POST", path, "application/json", "application/json", object.toString());
        if (answer.status() != 201) {
            throw new IOException("POST %s: %d %s".formatted(path, answer.status(), answer.body()));
        }
    }

    private void awaitExists(String path) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (api.send("GET", path, null, "application/json", null).status() != 200) {
            if (System.nanoTime() > end) {
                throw new IOException(path + " did not appear");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Plays one exchange and returns the differences that nobody accepted. */
    List<JsonDiff.Difference> play(Exchange exchange) throws IOException, InterruptedException {
        if (exchange.name().equals("quota needs requests")) {
            awaitQuota();
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            ApiClient.Answer answer = send(exchange);
            JsonNode body = parse(answer);
            List<JsonDiff.Difference> left = compare(exchange, answer, body);
            if (left.isEmpty() || !exchange.method().equals("GET") || System.nanoTime() > end) {
                learn(exchange.answer(), body);
                return left;
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }

    /** A quota counts only once its controller has filled in the status. */
    private void awaitQuota() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (api.send("GET", NAMESPACE + "/resourcequotas/q", null, "application/json", null)
                        .json()
                        .at("/status/used")
                        .isMissingNode()
                && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private ApiClient.Answer send(Exchange exchange) throws IOException, InterruptedException {
        String body = exchange.body().orElse(null);
        if (EDITS.containsKey(exchange.name())) {
            var current = (ObjectNode) api.get(exchange.path());
            EDITS.get(exchange.name()).accept(current);
            body = current.toString();
        }
        for (var uid : uids.entrySet()) {
            body = body == null ? null : body.replace(uid.getKey(), uid.getValue());
        }
        return api.send(
                exchange.method(),
                exchange.path().replace("<token>", continueToken),
                exchange.contentType().orElse(null),
                exchange.accept().orElse(null),
                body);
    }

    private static JsonNode parse(ApiClient.Answer answer) {
        try {
            return answer.contentType().startsWith("application/json")
                            && !answer.body().strip().contains("\n{")
                    ? JsonMapper.shared().readTree(answer.body())
                    : JsonNodeFactory.instance.stringNode(answer.body());
        } catch (JacksonException notJson) {
            return JsonNodeFactory.instance.stringNode(answer.body());
        }
    }

    private List<JsonDiff.Difference> compare(Exchange exchange, ApiClient.Answer answer, JsonNode body) {
        var expected = JsonNodeFactory.instance.objectNode();
        var actual = JsonNodeFactory.instance.objectNode();
        expected.put("status", exchange.status()).put("contentType", exchange.answerContentType());
        actual.put("status", answer.status()).put("contentType", answer.contentType());
        expected.put("warning", exchange.warning());
        actual.put("warning", String.join(", ", answer.warnings()));
        // A watch of one event is one document, of several it is a text.
        boolean watch = exchange.path().contains("watch=1");
        expected.set("body", Normalizer.body(watch ? asText(exchange.answer()) : exchange.answer()));
        actual.set("body", Normalizer.body(watch ? asText(body) : body));
        String asked = exchange.file() + "/" + exchange.name();
        return JsonDiff.between(expected, actual).stream()
                .filter(difference -> !accepted.covers(asked, difference.path()))
                .toList();
    }

    private static JsonNode asText(JsonNode body) {
        return body.isString() ? body : JsonNodeFactory.instance.stringNode(body.toString());
    }

    /** Notes which uid and which continue token here stand for the recorded ones. */
    private void learn(JsonNode recorded, JsonNode actual) {
        JsonNode token = actual.at("/metadata/continue");
        if (token.isString() && !token.asString().isEmpty()) {
            continueToken = token.asString();
        }
        JsonNode from = recorded.at("/metadata/uid");
        JsonNode to = actual.at("/metadata/uid");
        if (from.isString() && to.isString()) {
            uids.put(from.asString(), to.asString());
        }
    }
}
