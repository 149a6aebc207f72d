package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.PolicyExpressions;
import io.k8j.apiserver.validation.PolicyExpressions.FailedException;
import io.k8j.model.api.ApiObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** The conditions in CEL under which a webhook or policy looks at a request at all. */
final class MatchConditions {
    private MatchConditions() {}

    /** What expressions know of a request. */
    static Map<String, Object> variables(AdmissionRequest request, ObjectReader reader) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("object", PolicyExpressions.withoutNulls(request.object()));
        variables.put("oldObject", PolicyExpressions.withoutNulls(request.old()));
        variables.put("request", PolicyExpressions.withoutNulls(WebhookReview.facts(request)));
        boolean isNamespace = request.context().resource().qualified().equals("namespaces");
        if (!isNamespace && !Ask.namespace(request).isEmpty()) {
            reader.get(Ask.NAMESPACES, "", Ask.namespace(request))
                    .map(ApiObject::tree)
                    .ifPresent(n -> variables.put("namespaceObject", PolicyExpressions.withoutNulls(n)));
        }
        return variables;
    }

    /** Whether all conditions hold; one that is false decides, even if another one fails. */
    static boolean hold(Place conditions, Map<String, Object> variables) throws FailedException {
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

    /** Whether a webhook's conditions hold; if they fail, its failure policy decides. */
    static boolean hold(Webhook webhook, AdmissionRequest request, ObjectReader reader) {
        Place conditions = webhook.hook().field("matchConditions");
        if (conditions.isEmpty()) {
            return true;
        }
        try {
            return hold(conditions, variables(request, reader));
        } catch (FailedException e) {
            if (webhook.hook().text("failurePolicy").equals("Ignore")) {
                return false;
            }
            throw Ask.forbidden(request, e.getMessage());
        }
    }
}
