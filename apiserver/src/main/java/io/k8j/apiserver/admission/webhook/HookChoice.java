package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.webhook.Hooks.Hook;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.api.ApiException;
import java.util.Map;
import java.util.function.Function;

/** Decides whether a webhook is to be asked, and about the object in which version. */
final class HookChoice {
    private final AdmissionServices services;
    private final MatchConditions conditions;

    HookChoice(AdmissionServices services, String type) {
        this.services = services;
        this.conditions = new MatchConditions(services, type);
    }

    /**
     * As what the webhook sees the request; null if it is not asked.
     *
     * @param object the new object as it is now
     * @param converted the new object in the version that the webhook sees
     * @throws ApiException if its conditions cannot be evaluated, or the namespace that they need is not there
     */
    Matching.As choose(
            Hook hook,
            AdmissionRequest request,
            Map<String, Object> object,
            Function<Matching.As, Map<String, Object>> converted) {
        ApiException noNamespace = null;
        try {
            if (!Matching.namespaceMatches(hook.namespaces(), request, services.reader())) return null;
        } catch (ApiException e) {
            noNamespace = e; // only the business of those who look at the resource at all
        }
        if (!Matching.objectMatches(hook.objects(), object, request.old())) return null;
        Matching.As as = Matching.find(hook.rules(), hook.isEquivalent(), false, request, services.versions());
        if (as == null) return null;
        if (noNamespace != null) throw noNamespace;
        return conditions.hold(hook, request, as, converted) ? as : null;
    }
}
