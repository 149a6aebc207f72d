package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AdmissionReview: the question to a webhook and its answer, in upstream's words. */
public final class Review {
    private Review() {}

    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n";

    /** An answer is none; the message follows {@code received invalid webhook response: }. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(String message) {
            super(message);
        }
    }

    /** The first version that the webhook understands; null if none is known. */
    static String version(Place hook) {
        return hook.field("admissionReviewVersions").texts().stream()
                .filter(v -> v.equals("v1") || v.equals("v1beta1"))
                .findFirst()
                .orElse(null);
    }

    /** The question. */
    static Map<String, Object> question(
            AdmissionRequest request,
            Matching.As as,
            String version,
            String uid,
            Map<String, Object> object,
            Map<String, Object> old) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("uid", uid);
        Map<String, Object> facts = facts(request, as);
        facts.forEach((key, value) -> {
            if (key.equals("dryRun")) {
                body.put("object", object);
                body.put("oldObject", old);
            }
            body.put(key, value);
        });
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("kind", "AdmissionReview");
        review.put("apiVersion", "admission.k8s.io/" + version);
        review.put("request", body);
        return review;
    }

    /** What is asked for, of what, by whom: all of a question but the objects. */
    public static Map<String, Object> facts(AdmissionRequest request, Matching.As as) {
        Map<String, Object> body = new LinkedHashMap<>();
        String subresource = Ask.subresource(request);
        body.put("kind", kind(as.kind()));
        body.put("resource", resource(as.resource()));
        if (!subresource.isEmpty()) body.put("subResource", subresource);
        body.put("requestKind", kind(request.kind()));
        body.put("requestResource", resource(request.context().resource()));
        if (!subresource.isEmpty()) body.put("requestSubResource", subresource);
        String name = request.context().name();
        if (name == null || name.isEmpty()) {
            name = Ask.object(request).at("metadata", "name").text();
        }
        if (!name.isEmpty()) body.put("name", name);
        boolean isNamespace = request.context().resource().isQualified("namespaces");
        String namespace = isNamespace ? name : Ask.namespace(request);
        if (!namespace.isEmpty()) body.put("namespace", namespace);
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
        if (!user.uid().isEmpty()) map.put("uid", user.uid());
        if (!user.groups().isEmpty()) map.put("groups", new ArrayList<Object>(user.groups()));
        if (!user.extra().isEmpty()) map.put("extra", new LinkedHashMap<String, Object>(user.extra()));
        return map;
    }

    /** Checks an answer and gives its response part. */
    static Place response(Map<String, Object> answer, String version, String uid, boolean mutating)
            throws InvalidException, IOException {
        Place response = Place.of(answer).field("response");
        if (response.absent()) throw new InvalidException("webhook response was absent");
        checkTypes(response);
        if (!version.equals("v1")) return response;
        if (!response.text("uid").equals(uid)) {
            throw new InvalidException(
                    "expected response.uid=" + GoQuote.quote(uid) + ", got " + GoQuote.quote(response.text("uid")));
        }
        String stated = Place.of(answer).text("apiVersion");
        String found =
                (stated.isEmpty() ? "/" : stated) + ", Kind=" + Place.of(answer).text("kind");
        String expected = "admission.k8s.io/v1, Kind=AdmissionReview";
        if (!found.equals(expected)) {
            throw new InvalidException("expected webhook response of " + expected + ", got " + found);
        }
        boolean patch = !response.text("patch").isEmpty();
        boolean type = response.field("patchType").present();
        if (mutating) {
            if (patch && !type)
                throw new InvalidException("webhook returned response.patch but not response.patchType");
            if (!patch && type)
                throw new InvalidException("webhook returned response.patchType but not response.patch");
            if (type && response.text("patchType").isEmpty()) {
                throw new InvalidException("webhook returned invalid response.patchType of \"\"");
            }
        } else {
            if (patch) throw new InvalidException("validating webhook may not return response.patch");
            if (type) throw new InvalidException("validating webhook may not return response.patchType");
        }
        return response;
    }

    /** Go's decoder takes no other types, and tells so before anybody looks at the answer. */
    private static void checkTypes(Place response) throws IOException {
        Object allowed = response.field("allowed").value();
        if (allowed != null && !(allowed instanceof Boolean)) {
            throw new IOException("json: cannot unmarshal "
                    + (allowed instanceof String ? "string" : allowed instanceof Number ? "number" : "object")
                    + " into Go struct field AdmissionResponse.response.allowed of type bool");
        }
        String patch = response.text("patch");
        for (int i = 0; i < patch.length(); i++) {
            if (BASE64.indexOf(patch.charAt(i)) < 0) {
                throw new IOException("illegal base64 data at input byte " + i);
            }
        }
    }

    /** The refusal that an answer is. */
    static ApiException denied(String name, Place status) {
        String text = "admission webhook " + GoQuote.quote(name) + " denied the request";
        String reason = status.text("reason");
        if (!status.text("message").isEmpty()) {
            text += ": " + status.text("message");
        } else {
            text += reason.isEmpty() ? " without explanation" : ": " + reason;
        }
        // What is no error code would not stop anybody.
        int code = (int) Math.clamp(status.number("code"), 400L, 999L);
        Map<String, Object> details =
                status.field("details").present() ? status.field("details").map() : null;
        return new ApiException(code, reason, text, details);
    }

    /** The warnings of an answer. */
    static List<String> warnings(Place response) {
        return response.field("warnings").texts();
    }
}
