package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.webhook.Matching;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.selector.LabelSelector;
import java.util.List;

/** What requests a policy or a binding is about ({@code matchConstraints}, {@code matchResources}). Immutable. */
record Constraints(
        LabelSelector namespaces, LabelSelector objects, List<Place> rules, List<Place> excluded, boolean equivalent) {

    static Constraints of(Place place) {
        return new Constraints(
                Matching.selector(place.field("namespaceSelector")),
                Matching.selector(place.field("objectSelector")),
                place.field("resourceRules").items(),
                place.field("excludeResourceRules").items(),
                !place.text("matchPolicy").equals("Exact"));
    }

    /**
     * As what the request is looked at; null if it is none of theirs.
     *
     * @throws ApiException if the namespace that a selector asks for is gone
     */
    Matching.As match(AdmissionRequest request, AdmissionServices services) {
        Matching.As as = rules.isEmpty()
                ? new Matching.As(request.context().resource(), request.kind())
                : Matching.find(rules, equivalent, true, request, services.versions());
        if (as == null || !Matching.objectMatches(objects, request.object(), request.old())) return null;
        boolean isExcluded = Matching.find(excluded, equivalent, true, request, services.versions()) != null;
        return isExcluded || !Matching.namespaceMatches(namespaces, request, services.reader()) ? null : as;
    }
}
