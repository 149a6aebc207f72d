package io.k8j.apiserver.admission;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.resource.GroupResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What may only be used where a quota covers it: {@code ResourceQuotaConfiguration} of {@code
 * apiserver.config.k8s.io}.
 */
public record QuotaLimits(List<Limited> limited) {
    /** Upstream's default: nothing. */
    public static final QuotaLimits NONE = new QuotaLimits(List.of());

    /**
     * One rule.
     *
     * @param resource whose objects it is about
     * @param matchContains parts of names that must be covered, such as {@code nvidia.com}
     * @param matchScopes scopes that must be covered, as trees
     */
    public record Limited(GroupResource resource, List<String> matchContains, List<Place> matchScopes) {}

    public QuotaLimits {
        limited = List.copyOf(limited);
    }

    /**
     * Reads the object of a configuration file.
     *
     * @throws IllegalArgumentException if it is of another kind
     */
    public static QuotaLimits of(Map<String, Object> object) {
        Place tree = Place.of(object);
        String version = tree.text("apiVersion");
        boolean known = List.of(
                        "apiserver.config.k8s.io/v1",
                        "resourcequota.admission.k8s.io/v1beta1",
                        "resourcequota.admission.k8s.io/v1alpha1")
                .contains(version);
        String kind = tree.text("kind");
        if (!known || !kind.equals("ResourceQuotaConfiguration") && !kind.equals("Configuration")) {
            throw new IllegalArgumentException(
                    "no kind \"%s\" is registered for version \"%s\"".formatted(kind, version));
        }
        List<Limited> limited = new ArrayList<>();
        for (Place item : tree.field("limitedResources").items()) {
            if (item.text("resource").isEmpty()) {
                throw new IllegalArgumentException(item.path() + ".resource: Required value");
            }
            limited.add(new Limited(
                    new GroupResource(item.text("apiGroup"), item.text("resource")),
                    item.field("matchContains").texts(),
                    item.field("matchScopes").items()));
        }
        return new QuotaLimits(limited);
    }
}
