package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Asks one webhook about one request, and says in upstream's words what came of it. */
final class WebhookReview {
    private WebhookReview() {}

    /** A webhook could not be asked; its failure policy decides what that means. */
    static final class CallFailed extends IOException {
        private static final long serialVersionUID = 1L;

        CallFailed(String webhook, String why, Throwable cause) {
            super("failed calling webhook " + GoQuote.quote(webhook) + ": " + why, cause);
        }
    }

    /**
     * Sends the request for review.
     *
     * @return the response part of an answer that allows the request
     * @throws ApiException if the webhook refuses
     * @throws CallFailed if it gives no proper answer
     */
    static Place ask(WebhookClient client, Webhook webhook, AdmissionRequest request) throws CallFailed {
        String name = webhook.name();
        String sideEffects = webhook.hook().text("sideEffects");
        if (request.context().dryRun() && !sideEffects.equals("None") && !sideEffects.equals("NoneOnDryRun")) {
            throw ApiException.badRequest("admission webhook " + GoQuote.quote(name) + " does not support dry run");
        }
        List<String> versions = webhook.hook().field("admissionReviewVersions").texts();
        String version = versions.stream()
                .filter(v -> v.equals("v1") || v.equals("v1beta1"))
                .findFirst()
                .orElseThrow(() -> new CallFailed(
                        name,
                        "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)",
                        null));
        String uid = UUID.randomUUID().toString();
        Map<String, Object> answer;
        try {
            Duration timeout =
                    Duration.ofSeconds(webhook.hook().field("timeoutSeconds").number(10));
            answer = client.post(webhook.hook().field("clientConfig"), review(request, version, uid), timeout);
        } catch (IOException e) {
            throw new CallFailed(name, "failed to call webhook: " + e.getMessage(), e);
        }
        Place response = Place.of(answer).field("response");
        check(name, answer, response, version, uid);
        for (String warning : response.field("warnings").texts()) {
            request.context().warn(warning);
        }
        if (!response.isTrue("allowed")) {
            throw denied(name, response.field("status"));
        }
        return response;
    }

    private static void check(String name, Map<String, Object> answer, Place response, String version, String uid)
            throws CallFailed {
        String invalid = "received invalid webhook response: ";
        String expected = "admission.k8s.io/" + version;
        Place a = Place.of(answer);
        if (version.equals("v1")
                && (!a.text("apiVersion").equals(expected) || !a.text("kind").equals("AdmissionReview"))) {
            GroupVersionKind found = GroupVersionKind.of(a.text("apiVersion"), a.text("kind"));
            throw new CallFailed(
                    name,
                    invalid + "expected webhook response of " + expected + ", Kind=AdmissionReview, got "
                            + found.apiVersion() + ", Kind=" + found.kind(),
                    null);
        }
        if (response.absent()) {
            throw new CallFailed(name, invalid + "webhook response was absent", null);
        }
        if (version.equals("v1") && !response.text("uid").equals(uid)) {
            throw new CallFailed(
                    name,
                    invalid + "expected response.uid=" + GoQuote.quote(uid) + ", got "
                            + GoQuote.quote(response.text("uid")),
                    null);
        }
    }

    private static ApiException denied(String name, Place status) {
        String text = "admission webhook " + GoQuote.quote(name) + " denied the request";
        String reason = status.text("reason");
        if (!status.text("message").isEmpty()) {
            text += ": " + status.text("message");
        } else {
            text += reason.isEmpty() ? " without explanation" : ": " + reason;
        }
        int code = (int) Math.max(400, status.number("code"));
        Map<String, Object> details =
                status.field("details").present() ? status.field("details").map() : null;
        return new ApiException(code, reason, text, details);
    }

    private static Map<String, Object> review(AdmissionRequest request, String version, String uid) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("uid", uid);
        body.putAll(facts(request));
        body.put("object", request.object());
        body.put("oldObject", request.old());
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "AdmissionReview");
        review.put("apiVersion", "admission.k8s.io/" + version);
        review.put("request", body);
        return review;
    }

    /** What is asked for, of what, by whom: all of a review but the objects. */
    static Map<String, Object> facts(AdmissionRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        GroupVersionResource resource = request.context().resource();
        body.put("kind", kind(request.kind()));
        body.put("resource", resource(resource));
        if (!Ask.subresource(request).isEmpty()) {
            body.put("subResource", Ask.subresource(request));
        }
        body.put("requestKind", kind(request.kind()));
        body.put("requestResource", resource(resource));
        if (!Ask.subresource(request).isEmpty()) {
            body.put("requestSubResource", Ask.subresource(request));
        }
        String name = request.context().name();
        if (name == null || name.isEmpty()) {
            name = Ask.object(request).at("metadata", "name").text();
        }
        if (!name.isEmpty()) {
            body.put("name", name);
        }
        if (!Ask.namespace(request).isEmpty()) {
            body.put("namespace", Ask.namespace(request));
        }
        body.put("operation", request.operation().name());
        body.put("userInfo", user(request.context().user()));
        body.put("dryRun", request.context().dryRun());
        body.put("options", request.options());
        return body;
    }

    private static Map<String, Object> kind(GroupVersionKind kind) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("group", kind.group());
        map.put("version", kind.version());
        map.put("kind", kind.kind());
        return map;
    }

    private static Map<String, Object> resource(GroupVersionResource resource) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("group", resource.group());
        map.put("version", resource.version());
        map.put("resource", resource.resource());
        return map;
    }

    private static Map<String, Object> user(UserInfo user) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("username", user.name());
        if (!user.uid().isEmpty()) {
            map.put("uid", user.uid());
        }
        map.put("groups", new ArrayList<Object>(user.groups()));
        if (!user.extra().isEmpty()) {
            map.put("extra", new LinkedHashMap<String, Object>(user.extra()));
        }
        return map;
    }

    /** What a failed call means by the webhook's policy: nothing, or a refusal of the request. */
    static void failed(Webhook webhook, CallFailed failure, org.slf4j.Logger log) {
        boolean ignore = webhook.hook().text("failurePolicy").equals("Ignore");
        log.atWarn()
                .addKeyValue("webhook", webhook.name())
                .addKeyValue("ignored", ignore)
                .setCause(failure)
                .log("webhook call failed");
        if (!ignore) {
            throw ApiException.internal(failure.getMessage());
        }
    }
}
