package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.webhook.Hooks.Hook;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.PolicyExpressions;
import io.k8j.apiserver.validation.PolicyExpressions.FailedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The conditions in CEL under which a webhook is asked at all. */
final class MatchConditions {
    private final AdmissionServices services;
    private final String type;

    MatchConditions(AdmissionServices services, String type) {
        this.services = services;
        this.type = type;
    }

    /** Whether all conditions hold; one that is false decides, even if another one fails. */
    boolean hold(
            Hook hook, AdmissionRequest request, Matching.As as, Function<Matching.As, Map<String, Object>> converted) {
        Place conditions = hook.place().field("matchConditions");
        if (conditions.isEmpty()) return true;
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("object", PolicyExpressions.withoutNulls(converted.apply(as)));
        variables.put(
                "oldObject", PolicyExpressions.withoutNulls(services.versions().convert(request.old(), as.kind())));
        variables.put("request", PolicyExpressions.withoutNulls(Review.facts(request, as)));
        FailedException failure = null;
        for (Place condition : conditions.items()) {
            try {
                if (!Boolean.TRUE.equals(PolicyExpressions.evaluate(condition.text("expression"), variables))) {
                    services.metrics().exclusion(hook.name(), "webhook", type, request.operation());
                    return false;
                }
            } catch (FailedException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure == null) return true;
        services.metrics().conditionError(hook.name(), "webhook", type, request.operation());
        if (hook.ignoresFailures()) return false;
        throw Ask.forbidden(request, failure.getMessage());
    }
}
