package io.k8j.e2e.conformance;

import io.k8j.junit.WebhookServer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The webhooks of upstream's test image, each on a path of its own below one for the test. */
final class TestWebhooks {
    private final WebhookServer server;
    private final String root;

    /** What {@link #slow} waits for. */
    final CountDownLatch release = new CountDownLatch(1);

    TestWebhooks(WebhookServer server, String unique) {
        this.server = server;
        this.root = "/" + unique;
        serve("/always-deny", request -> deny("this webhook denies all requests"));
        serve("/always-allow-delay-5s", request -> slow());
        serve(
                "/configmaps",
                request -> "webhook-disallow".equals(data(request).get("webhook-e2e-test"))
                        ? deny("the configmap contains unwanted key and value")
                        : allow());
        serve("/mutating-configmaps", TestWebhooks::mutateConfigMap);
        serve("/pods", this::pods);
        serve(
                "/mutating-pods",
                request -> patch(
                        "[{\"op\":\"add\",\"path\":\"/spec/initContainers\",\"value\":[{\"image\":\"webhook-added-image\",\"name\":\"webhook-added-init-container\",\"resources\":{}}]}]"));
        serve("/pods/attach", TestWebhooks::attach);
        serve(
                "/add-label",
                request -> patch(
                        Trees.get(request, "object", "metadata", "labels") == null
                                ? "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"added-label\":\"yes\"}}]"
                                : "[{\"op\":\"add\",\"path\":\"/metadata/labels/added-label\",\"value\":\"yes\"}]"));
        serve("/custom-resource", request -> {
            Object object = request.get("object") == null ? request.get("oldObject") : request.get("object");
            return "webhook-disallow".equals(Trees.string(object, "data", "webhook-e2e-test"))
                    ? deny("the custom resource contains unwanted data")
                    : allow();
        });
        serve("/mutating-custom-resource", TestWebhooks::mutateConfigMap);
        serve(
                "/crd",
                request -> "webhook-disallow"
                                .equals(Trees.string(request, "object", "metadata", "labels", "webhook-e2e-test"))
                        ? deny("the crd contains unwanted label")
                        : allow());
    }

    private void serve(String path, UnaryOperator<Map<String, Object>> answer) {
        server.serve(root + path, body -> {
            Map<String, Object> review = Json.parseObject(body);
            Map<String, Object> request = Trees.map(review, "request");
            Map<String, Object> response = new LinkedHashMap<>(answer.apply(request));
            response.put("uid", request.get("uid"));
            review.remove("request");
            review.put("response", response);
            return Json.writeString(review);
        });
    }

    String url(String path) {
        return server.url(root + path);
    }

    String caBundle() {
        return server.caBundle();
    }

    static Map<String, Object> allow() {
        return Map.of("allowed", true);
    }

    static Map<String, Object> deny(String message) {
        return Map.of("allowed", false, "status", Map.of("message", message));
    }

    static Map<String, Object> patch(String patch) {
        String encoded = Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8));
        return Map.of("allowed", true, "patchType", "JSONPatch", "patch", encoded);
    }

    private static Map<String, Object> data(Map<String, Object> request) {
        return Trees.get(request, "object", "data") instanceof Map<?, ?> map ? Trees.asMap(map) : Map.of();
    }

    private static Map<String, Object> mutateConfigMap(Map<String, Object> request) {
        Map<String, Object> data = data(request);
        List<String> operations = new ArrayList<>();
        if ("yes".equals(data.get("mutation-start"))) {
            operations.add("{\"op\":\"add\",\"path\":\"/data/mutation-stage-1\",\"value\":\"yes\"}");
        }
        if ("yes".equals(data.get("mutation-stage-1"))) {
            operations.add("{\"op\":\"add\",\"path\":\"/data/mutation-stage-2\",\"value\":\"yes\"}");
        }
        return operations.isEmpty() ? allow() : patch(operations.toString());
    }

    private Map<String, Object> pods(Map<String, Object> request) {
        for (Object container : Trees.list(request, "object", "spec", "containers")) {
            String name = Trees.string(container, "name");
            if (name.contains("webhook-hang")) return slow();
            if (name.contains("webhook-disallow")) {
                return deny("the pod contains unwanted container name; the pod contains unwanted label");
            }
        }
        return allow();
    }

    private static Map<String, Object> attach(Map<String, Object> request) {
        boolean wanted = "to-be-attached-pod".equals(request.get("name"))
                && "pods".equals(Trees.string(request, "resource", "resource"))
                && "attach".equals(request.get("subResource"));
        return wanted ? deny("attaching to pod 'to-be-attached-pod' is not allowed") : allow();
    }

    /** Answers when the test says so, and after a minute in any case. */
    private Map<String, Object> slow() {
        try {
            release.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return allow();
    }
}
