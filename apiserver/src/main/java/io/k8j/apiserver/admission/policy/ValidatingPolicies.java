package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.AdmissionMetrics;
import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.expression.RequestView;
import io.k8j.apiserver.admission.policy.Params.ConfigurationException;
import io.k8j.apiserver.admission.policy.Policies.Binding;
import io.k8j.apiserver.admission.policy.Policies.Bound;
import io.k8j.apiserver.admission.policy.ValidatingPolicy.Decision;
import io.k8j.apiserver.admission.policy.ValidatingPolicy.Note;
import io.k8j.apiserver.admission.webhook.Matching;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.cel.Values;
import io.k8j.model.json.Json;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Refuses, warns of and records what policies in CEL forbid, where a binding puts them into force. */
public final class ValidatingPolicies implements AdmissionPlugin {
    private static final Map<String, Integer> CODES =
            Map.of("Unauthorized", 401, "Forbidden", 403, "Invalid", 422, "RequestEntityTooLarge", 413);
    private static final String FAILURES = "validation.policy.admission.k8s.io/validation_failure";
    private static final int MOST_FAILURES = 50;
    private static final int LONGEST_NOTE = 10 * 1024;

    private final AdmissionServices services;
    private final Policies<ValidatingPolicy> policies;

    public ValidatingPolicies(AdmissionServices services) {
        this.services = services;
        this.policies = new Policies<>(services.reader(), "validating", ValidatingPolicy::of);
    }

    @Override
    public String name() {
        return "ValidatingAdmissionPolicy";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Matching.isExempt(request) && !policies.bound().isEmpty();
    }

    @Override
    public void validate(AdmissionRequest request) {
        Check check = new Check(request);
        for (Bound<ValidatingPolicy> bound : policies.bound()) check.policy(bound);
        check.finish();
    }

    /** All policies against one request. */
    private final class Check {
        private final AdmissionRequest request;
        private final RequestView view;
        private final List<Object> audited = new ArrayList<>();
        private ApiException denied;

        Check(AdmissionRequest request) {
            this.request = request;
            this.view = new RequestView(request, services);
        }

        void policy(Bound<ValidatingPolicy> bound) {
            var policy = bound.policy();
            Matching.As as;
            GroupVersionResource params;
            try {
                as = policy.constraints().match(request, services);
                if (as == null) return;
                params = Params.resource(policy, services);
            } catch (ApiException | ConfigurationException e) {
                if (!policy.ignoresFailures())
                    deny(policy.name(), null, "failed to configure policy: " + e.getMessage(), "");
                return;
            }
            Map<String, Set<String>> notes = new LinkedHashMap<>();
            for (Binding binding : bound.bindings()) {
                try {
                    if (binding.constraints().match(request, services) == null) continue;
                    binding(bound, binding, as, Params.find(params, binding, request, services), notes);
                } catch (ConfigurationException e) {
                    if (!policy.ignoresFailures()) {
                        deny(policy.name(), binding.name(), "failed to configure binding: " + e.getMessage(), "");
                    }
                }
            }
            notes.forEach(
                    (key, values) -> request.context().annotate(policy.name() + "/" + key, String.join(", ", values)));
        }

        private void binding(
                Bound<ValidatingPolicy> bound,
                Binding binding,
                Matching.As as,
                List<ApiObject> params,
                Map<String, Set<String>> notes) {
            AdmissionMetrics metrics = services.metrics();
            String name = bound.policy().name();
            for (ApiObject param : params) {
                long start = services.time().nanoTime();
                Map<String, Object> quiet = view.values(as, null, true);
                quiet.put("params", Values.ofTree(param == null ? null : param.tree()));
                Map<String, Object> values = new LinkedHashMap<>(quiet);
                view.addAuthorizer(values);
                var outcome = bound.policy().ready().get().evaluate(values, quiet);
                long took = services.time().nanoTime() - start;
                for (int i = 0; i < outcome.decisions().size(); i++) {
                    switch (outcome.decisions().get(i)) {
                        case Decision.Admit admit -> {}
                        case Decision.Ignored ignored ->
                            metrics.policy(name, binding.name(), "invalid_error", "allow", took);
                        case Decision.Deny deny -> act(name, binding, deny, i, took);
                    }
                }
                for (Note note : outcome.notes()) {
                    switch (note) {
                        case Note.Publish(String key, String value) ->
                            notes.computeIfAbsent(key, k -> new LinkedHashSet<>())
                                    .add(value.length() > LONGEST_NOTE ? value.substring(0, LONGEST_NOTE) : value);
                        case Note.Failed(String message) -> {
                            metrics.policy(name, binding.name(), "invalid_error", "deny", took);
                            deny(name, binding.name(), message, "");
                        }
                    }
                }
            }
        }

        /** Does what the binding says is to be done about a violation. */
        private void act(String policy, Binding binding, Decision.Deny violation, int index, long took) {
            List<String> actions = binding.spec().field("validationActions").texts();
            for (String action : actions) {
                switch (action) {
                    case "Deny" -> {
                        deny(policy, binding.name(), violation.message(), violation.reason());
                        services.metrics().policy(policy, binding.name(), violation.errorType(), "deny", took);
                    }
                    case "Warn" -> {
                        request.context()
                                .warn("Validation failed for ValidatingAdmissionPolicy '%s' with binding '%s': %s"
                                        .formatted(policy, binding.name(), violation.message()));
                        services.metrics().policy(policy, binding.name(), violation.errorType(), "warn", took);
                    }
                    default -> {
                        Map<String, Object> failure = new LinkedHashMap<>();
                        failure.put("message", violation.message());
                        failure.put("policy", binding.spec().text("policyName"));
                        failure.put("binding", binding.name());
                        failure.put("expressionIndex", (long) index);
                        failure.put("validationActions", new ArrayList<Object>(actions));
                        audited.add(failure);
                        services.metrics().policy(policy, binding.name(), violation.errorType(), "audit", took);
                    }
                }
            }
        }

        /** Refuses the request in the end; the first refusal is the one that is told. */
        private void deny(String policy, String binding, String why, String reason) {
            if (denied != null) return;
            String by = binding == null ? "" : " with binding '" + binding + "'";
            String message = "ValidatingAdmissionPolicy '%s'%s denied request: %s".formatted(policy, by, why);
            ApiException plain = Ask.forbidden(request, message);
            Map<String, Object> details = new LinkedHashMap<>(plain.details());
            details.put("causes", new ArrayList<>(List.of(new LinkedHashMap<>(Map.of("message", message)))));
            String told = reason.isEmpty() ? "Invalid" : reason;
            denied = new ApiException(CODES.getOrDefault(told, 422), told, plain.getMessage(), details);
        }

        void finish() {
            if (!audited.isEmpty()) {
                List<Object> shown = audited.size() > MOST_FAILURES ? audited.subList(0, MOST_FAILURES) : audited;
                request.context().annotate(FAILURES, Json.writeString(shown));
            }
            if (denied != null) throw denied;
        }
    }
}
