package io.k8j.apiserver.virtual;

import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.RuleResolver;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Handler;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.schema.Canonical;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The four kinds of authorization.k8s.io. */
public final class AccessReviews {
    private final Authorizer authorizer;
    private final Admission admission;

    public AccessReviews(Authorizer authorizer, Admission admission) {
        this.authorizer = authorizer;
        this.admission = admission;
    }

    /** SubjectAccessReview and LocalSubjectAccessReview: about anybody. */
    public Handler others(boolean local) {
        return call -> {
            Map<String, Object> review = decode(call);
            Map<String, Object> spec = Trees.map(review, "spec");
            List<FieldError> errors = attributesErrors(spec);
            if (text(spec, "user").isEmpty() && Trees.list(spec, "groups").isEmpty()) {
                errors.add(FieldError.invalid("spec.user", "", "at least one of user or group must be specified"));
            }
            AccessSelectors.check(spec, errors);
            metadataErrors(review, local, errors);
            if (local) localErrors(call, review, spec, errors);
            refuse(call, errors);
            return answer(call, review, decide(user(spec), spec));
        };
    }

    /** SelfSubjectAccessReview: about the caller. */
    public Handler self() {
        return call -> {
            Map<String, Object> review = decode(call);
            Map<String, Object> spec = Trees.map(review, "spec");
            List<FieldError> errors = attributesErrors(spec);
            AccessSelectors.check(spec, errors);
            metadataErrors(review, false, errors);
            refuse(call, errors);
            return answer(call, review, decide(call.context().user(), spec));
        };
    }

    /** SelfSubjectRulesReview: everything the caller may do in a namespace. */
    public Handler rules() {
        return call -> {
            Map<String, Object> review = decode(call);
            String namespace = Trees.string(review, "spec", "namespace");
            if (namespace == null || namespace.isEmpty()) {
                throw ApiException.badRequest("no namespace on request");
            }
            RuleResolver.Rules rules = authorizer instanceof RuleResolver resolver
                    ? resolver.rules(call.context().user(), namespace)
                    : new RuleResolver.Rules(List.of(), List.of(), true, "the authorizer cannot list rules");
            Map<String, Object> status = new LinkedHashMap<>();
            status.put("resourceRules", rules.resourceRules());
            status.put("nonResourceRules", rules.nonResourceRules());
            status.put("incomplete", rules.incomplete());
            if (!rules.error().isEmpty()) status.put("evaluationError", rules.error());
            review.put("spec", new LinkedHashMap<>()); // upstream does not repeat the question
            return answer(call, review, status);
        };
    }

    /** What is not about resources, as upstream's Go shows it. */
    private static Map<String, Object> shown(Map<String, Object> spec) {
        Map<String, Object> attributes = Trees.map(spec, "nonResourceAttributes");
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("Path", text(attributes, "path"));
        names.put("Verb", text(attributes, "verb"));
        return names;
    }

    private Map<String, Object> decode(Call call) {
        return Reviews.admitted(call, admission);
    }

    private static List<FieldError> attributesErrors(Map<String, Object> spec) {
        List<FieldError> errors = new ArrayList<>(0);
        boolean resource = spec.get("resourceAttributes") != null;
        boolean other = spec.get("nonResourceAttributes") != null;
        if (resource && other) {
            errors.add(FieldError.invalid(
                    "spec.nonResourceAttributes",
                    shown(spec),
                    "cannot be specified in combination with resourceAttributes"));
        }
        if (!resource && !other) {
            errors.add(FieldError.invalid(
                    "spec.resourceAttributes",
                    null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        return errors;
    }

    private static void localErrors(
            Call call, Map<String, Object> review, Map<String, Object> spec, List<FieldError> errors) {
        String in = text(Trees.map(spec, "resourceAttributes"), "namespace");
        if (spec.get("resourceAttributes") != null && !call.namespace().equals(in)) {
            errors.add(FieldError.invalid("spec.resourceAttributes.namespace", in, "must match metadata.namespace"));
        }
        if (spec.get("nonResourceAttributes") != null) {
            errors.add(FieldError.invalid(
                    "spec.nonResourceAttributes", shown(spec), "disallowed on this kind of request"));
        }
        Trees.set(review, call.namespace(), "metadata", "namespace");
    }

    private static void metadataErrors(Map<String, Object> review, boolean local, List<FieldError> errors) {
        Map<String, Object> metadata = new LinkedHashMap<>(Trees.map(review, "metadata"));
        metadata.remove("managedFields");
        if (local) metadata.remove("namespace");
        metadata.values().removeIf(AccessReviews::isZero);
        if (metadata.isEmpty()) return;
        errors.add(FieldError.invalid(
                "metadata", review.get("metadata"), local ? "must be empty except for namespace" : "must be empty"));
    }

    /** Protobuf bodies spell out what has no value. */
    private static boolean isZero(Object value) {
        return value == null
                || value.equals("")
                || value instanceof Number number && number.longValue() == 0
                || value instanceof Map<?, ?> map && map.isEmpty();
    }

    private static void refuse(Call call, List<FieldError> errors) {
        // Upstream asks the decoded object for its kind, which has none any more.
        String group = call.resource().gvk().group();
        if (!errors.isEmpty()) throw ApiException.invalid(new GroupVersionKind(group, "v1", ""), "", errors);
    }

    private static UserInfo user(Map<String, Object> spec) {
        List<String> groups = new ArrayList<>();
        for (Object g : Trees.list(spec, "groups")) groups.add(String.valueOf(g));
        Map<String, List<String>> extra = new LinkedHashMap<>();
        Trees.map(spec, "extra").forEach((key, values) -> {
            List<String> list = new ArrayList<>();
            if (values instanceof List<?> l) for (Object v : l) list.add(String.valueOf(v));
            extra.put(key, list);
        });
        return new UserInfo(text(spec, "user"), text(spec, "uid"), groups, extra);
    }

    private Map<String, Object> decide(UserInfo user, Map<String, Object> spec) {
        Map<String, Object> r = Trees.map(spec, "resourceAttributes");
        Map<String, Object> n = Trees.map(spec, "nonResourceAttributes");
        AccessSelectors selectors = AccessSelectors.read(r);
        Attributes wanted = spec.get("resourceAttributes") != null
                ? new Attributes(
                        user,
                        text(r, "verb"),
                        text(r, "group"),
                        text(r, "version").isEmpty() ? "*" : text(r, "version"),
                        text(r, "resource"),
                        text(r, "subresource"),
                        text(r, "namespace"),
                        text(r, "name"),
                        null,
                        selectors.fields(),
                        selectors.labels())
                : new Attributes(user, text(n, "verb"), "", "", "", "", "", "", text(n, "path"));
        Map<String, Object> status = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>(selectors.problems());
        String reason = switch (authorizer.authorize(wanted)) {
            case Decision.Allow(String why) -> {
                status.put("allowed", true);
                yield why;
            }
            case Decision.Deny(String why, String error) -> {
                status.put("allowed", false);
                status.put("denied", true);
                if (!error.isEmpty()) problems.addFirst(error);
                yield why;
            }
            case Decision.NoOpinion(String why, String error) -> {
                status.put("allowed", false);
                if (!error.isEmpty()) problems.addFirst(error);
                yield why;
            }
        };
        if (reason != null && !reason.isEmpty()) status.put("reason", reason);
        if (!problems.isEmpty()) status.put("evaluationError", String.join("; ", problems));
        return status;
    }

    private static ApiResponse answer(Call call, Map<String, Object> review, Map<String, Object> status) {
        review.put("status", status);
        review.putIfAbsent("metadata", new LinkedHashMap<>());
        return call.answerAsIs(
                201, ApiObject.ofJson(Json.write(Canonical.of(call.resource().schema(), review))));
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }
}
