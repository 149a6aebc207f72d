package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.webhook.Matching;
import io.k8j.apiserver.admission.webhook.Review;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.PolicyExpressions;
import io.k8j.apiserver.validation.PolicyExpressions.FailedException;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.LabelSelector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Refuses what a policy in CEL forbids, where a binding puts the policy into force. */
public record ValidatingPolicies(AdmissionServices services) implements AdmissionPlugin {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final GroupVersionResource POLICIES =
            new GroupVersionResource(GROUP, "v1", "validatingadmissionpolicies");
    private static final GroupVersionResource BINDINGS =
            new GroupVersionResource(GROUP, "v1", "validatingadmissionpolicybindings");
    private static final Map<String, Integer> CODES =
            Map.of("Unauthorized", 401, "Forbidden", 403, "Invalid", 422, "RequestEntityTooLarge", 413);
    private static final int MESSAGE_LIMIT = 5 * 1024;

    /** What a rule says against a request. */
    private record Failure(String message, String reason) {}

    @Override
    public String name() {
        return "ValidatingAdmissionPolicy";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Matching.isExempt(request);
    }

    @Override
    public void validate(AdmissionRequest request) {
        List<ApiObject> policies = services.reader().list(POLICIES, "");
        if (policies.isEmpty()) {
            return;
        }
        Map<String, Object> variables = variables(request);
        for (ApiObject object : policies) {
            Place policy = Ask.tree(object);
            Place constraints = policy.at("spec", "matchConstraints");
            if (!applies(constraints, request)) {
                continue;
            }
            for (ApiObject bound : services.reader().list(BINDINGS, "")) {
                Place binding = Ask.tree(bound).field("spec");
                boolean concerned = binding.text("policyName").equals(object.name())
                        && (binding.field("matchResources").absent()
                                || applies(binding.field("matchResources"), request));
                if (concerned) {
                    enforce(request, policy, bound.name(), binding, variables);
                }
            }
        }
    }

    private Map<String, Object> variables(AdmissionRequest request) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("object", PolicyExpressions.withoutNulls(request.object()));
        variables.put("oldObject", PolicyExpressions.withoutNulls(request.old()));
        Matching.As as = new Matching.As(request.context().resource(), request.kind());
        variables.put("request", PolicyExpressions.withoutNulls(Review.facts(request, as)));
        boolean isNamespace = request.context().resource().isQualified("namespaces");
        if (!isNamespace && !Ask.namespace(request).isEmpty()) {
            services.reader()
                    .get(Ask.NAMESPACES, "", Ask.namespace(request))
                    .map(ApiObject::tree)
                    .ifPresent(n -> variables.put("namespaceObject", PolicyExpressions.withoutNulls(n)));
        }
        return variables;
    }

    private boolean applies(Place constraints, AdmissionRequest request) {
        boolean equivalent = !constraints.text("matchPolicy").equals("Exact");
        List<Place> excluded = constraints.field("excludeResourceRules").items();
        List<Place> rules = constraints.field("resourceRules").items();
        return Matching.namespaceMatches(
                        Matching.selector(constraints.field("namespaceSelector")), request, services.reader())
                && Matching.objectMatches(
                        Matching.selector(constraints.field("objectSelector")), request.object(), request.old())
                && Matching.find(excluded, equivalent, true, request, services.versions()) == null
                && (rules.isEmpty() || Matching.find(rules, equivalent, true, request, services.versions()) != null);
    }

    private static boolean hold(Place conditions, Map<String, Object> variables) throws FailedException {
        FailedException failure = null;
        for (Place condition : conditions.items()) {
            try {
                if (!Boolean.TRUE.equals(PolicyExpressions.evaluate(condition.text("expression"), variables))) {
                    return false;
                }
            } catch (FailedException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    private void enforce(
            AdmissionRequest request, Place policy, String bindingName, Place binding, Map<String, Object> variables) {
        String name = policy.at("metadata", "name").text();
        List<Failure> failures = new ArrayList<>();
        for (Object params : params(request, policy, bindingName, binding)) {
            Map<String, Object> all = new LinkedHashMap<>(variables);
            all.put("params", params == NO_PARAMS ? null : params);
            failures.addAll(check(policy.field("spec"), all));
        }
        List<String> actions = binding.field("validationActions").texts();
        for (Failure failure : failures) {
            if (actions.contains("Warn")) {
                request.context()
                        .warn("Validation failed for ValidatingAdmissionPolicy '%s' with binding '%s': %s"
                                .formatted(name, bindingName, failure.message()));
            }
            if (actions.contains("Deny")) {
                throw denied(request, name, bindingName, failure);
            }
        }
    }

    private static ApiException denied(AdmissionRequest request, String policy, String binding, Failure failure) {
        String message = "ValidatingAdmissionPolicy '%s' with binding '%s' denied request: %s"
                .formatted(policy, binding, failure.message());
        ApiException plain = Ask.forbidden(request, message);
        Map<String, Object> details = new LinkedHashMap<>(plain.details());
        details.put("causes", new ArrayList<>(List.of(new LinkedHashMap<>(Map.of("message", message)))));
        return new ApiException(
                CODES.getOrDefault(failure.reason(), 422), failure.reason(), plain.getMessage(), details);
    }

    private static List<Failure> check(Place spec, Map<String, Object> variables) {
        boolean ignore = spec.text("failurePolicy").equals("Ignore");
        List<Failure> failures = new ArrayList<>();
        try {
            if (!hold(spec.field("matchConditions"), variables)) {
                return failures;
            }
        } catch (FailedException e) {
            return ignore ? failures : List.of(new Failure(e.getMessage(), "Invalid"));
        }
        variables.put("variables", named(spec.field("variables"), variables));
        for (Place rule : spec.field("validations").items()) {
            try {
                if (!Boolean.TRUE.equals(PolicyExpressions.evaluate(rule.text("expression"), variables))) {
                    String reason = rule.text("reason").isEmpty() ? "Invalid" : rule.text("reason");
                    failures.add(new Failure(message(rule, variables), reason));
                }
            } catch (FailedException e) {
                if (!ignore) {
                    failures.add(new Failure(e.getMessage(), "Invalid"));
                }
            }
        }
        return failures;
    }

    /** The policy's own variables; one that fails is left out and fails whoever asks for it. */
    private static Map<String, Object> named(Place list, Map<String, Object> known) {
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, Object> all = new LinkedHashMap<>(known);
        all.put("variables", values);
        for (Place variable : list.items()) {
            try {
                values.put(variable.text("name"), PolicyExpressions.evaluate(variable.text("expression"), all));
            } catch (FailedException e) {
                values.remove(variable.text("name"));
            }
        }
        return values;
    }

    private static String message(Place rule, Map<String, Object> variables) {
        String expression = rule.text("messageExpression");
        if (!expression.isEmpty()) {
            try {
                Object value = PolicyExpressions.evaluate(expression, variables);
                boolean usable = value instanceof String text
                        && !text.isBlank()
                        && !text.strip().contains("\n")
                        && text.length() <= MESSAGE_LIMIT;
                if (usable) {
                    return ((String) value).strip();
                }
            } catch (FailedException e) {
                // Upstream falls back to the plain message as well.
                return plain(rule);
            }
        }
        return plain(rule);
    }

    private static String plain(Place rule) {
        return rule.text("message").isEmpty()
                ? "failed expression: " + rule.text("expression").strip()
                : rule.text("message").strip();
    }

    private static final Object NO_PARAMS = new Object();

    /** The parameter objects of a binding; each is checked on its own. */
    private List<Object> params(AdmissionRequest request, Place policy, String bindingName, Place binding) {
        Place kind = policy.at("spec", "paramKind");
        Place ref = binding.field("paramRef");
        if (kind.absent() || ref.absent()) {
            return List.of(NO_PARAMS);
        }
        GroupVersionKind gvk = GroupVersionKind.of(kind.text("apiVersion"), kind.text("kind"));
        GroupVersionResource resource = new GroupVersionResource(gvk.group(), gvk.version(), plural(gvk.kind()));
        String namespace = ref.text("namespace").isEmpty() ? Ask.namespace(request) : ref.text("namespace");
        List<Object> found = new ArrayList<>();
        if (!ref.text("name").isEmpty()) {
            services.reader()
                    .get(resource, namespace, ref.text("name"))
                    .or(() -> services.reader().get(resource, "", ref.text("name")))
                    .ifPresent(o -> found.add(PolicyExpressions.withoutNulls(o.tree())));
        } else {
            LabelSelector selector = LabelSelector.of(ref.field("selector").map());
            services.reader().list(resource, namespace).stream()
                    .filter(o -> selector.matches(o.labels()))
                    .forEach(o -> found.add(PolicyExpressions.withoutNulls(o.tree())));
        }
        boolean mustExist = !ref.text("parameterNotFoundAction").equals("Allow");
        if (found.isEmpty()
                && mustExist
                && !policy.at("spec", "failurePolicy").text().equals("Ignore")) {
            throw denied(
                    request,
                    policy.at("metadata", "name").text(),
                    bindingName,
                    new Failure(
                            "failed to configure binding: no params found for policy binding with `Deny`"
                                    + " parameterNotFoundAction",
                            "Invalid"));
        }
        return found;
    }

    private static String plural(String kind) {
        String word = kind.toLowerCase(Locale.ROOT);
        if (word.endsWith("s") || word.endsWith("x") || word.endsWith("ch")) {
            return word + "es";
        }
        return word.endsWith("y") ? word.substring(0, word.length() - 1) + "ies" : word + "s";
    }
}
