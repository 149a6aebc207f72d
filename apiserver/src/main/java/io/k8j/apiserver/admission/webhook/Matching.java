package io.k8j.apiserver.admission.webhook;

import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.Versions;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which requests rules and selectors take in: of webhooks, and of policies, which have the same ones. */
public final class Matching {
    /** Changing what watches over requests is never left to what watches over requests. */
    private static final Set<String> EXEMPT = Set.of(
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io");

    private Matching() {}

    /** As what a request is looked at: its own resource and kind, or those of another version of the same object. */
    public record As(GroupVersionResource resource, GroupVersionKind kind) {}

    public static boolean isExempt(AdmissionRequest request) {
        GroupVersionResource resource = request.context().resource();
        return resource.group().equals("admissionregistration.k8s.io") && EXEMPT.contains(resource.qualified());
    }

    /**
     * The first rule's view of the request; null if no rule takes it in.
     *
     * @param rules earlier ones win
     * @param equivalent whether rules for another version of the same object count ({@code matchPolicy: Equivalent})
     * @param names whether rules have {@code resourceNames}
     */
    public static As find(
            List<Place> rules, boolean equivalent, boolean names, AdmissionRequest request, Versions versions) {
        GroupVersionResource own = request.context().resource();
        for (Place rule : rules) {
            if (matches(rule, own, request) && (!names || isNamed(rule, request))) {
                return new As(own, request.kind());
            }
        }
        if (!equivalent || rules.isEmpty()) return null;
        List<GroupVersionResource> others = versions.equivalents(own, Ask.subresource(request));
        if (others.isEmpty()) return null;
        for (Place rule : rules) {
            for (GroupVersionResource other : others) {
                if (!matches(rule, other, request) || names && !isNamed(rule, request)) continue;
                GroupVersionKind kind = versions.kind(other, Ask.subresource(request));
                if (kind == null) {
                    throw ApiException.internal("unable to convert to " + other + ": unknown kind");
                }
                return new As(other, kind);
            }
        }
        return null;
    }

    private static boolean isNamed(Place rule, AdmissionRequest request) {
        List<String> names = rule.field("resourceNames").texts();
        return names.isEmpty() || names.contains(Ask.name(request));
    }

    private static boolean matches(Place rule, GroupVersionResource resource, AdmissionRequest request) {
        return any(rule.field("operations"), request.operation().name())
                && any(rule.field("apiGroups"), resource.group())
                && any(rule.field("apiVersions"), resource.version())
                && scopeMatches(rule.text("scope"), resource, request)
                && rule.field("resources").texts().stream()
                        .anyMatch(r -> resourceMatches(r, resource.resource(), Ask.subresource(request)));
    }

    private static boolean any(Place list, String word) {
        for (Object item : list.list()) if (item.equals("*") || item.equals(word)) return true;
        return false;
    }

    private static boolean scopeMatches(String scope, GroupVersionResource resource, AdmissionRequest request) {
        boolean isNamespace = resource.isQualified("namespaces");
        boolean namespaced = !Ask.namespace(request).isEmpty() && !isNamespace;
        return switch (scope) {
            case "Cluster" -> !namespaced;
            case "Namespaced" -> namespaced;
            default -> true;
        };
    }

    private static boolean resourceMatches(String pattern, String resource, String subresource) {
        int slash = pattern.indexOf('/');
        String wantedResource = slash < 0 ? pattern : pattern.substring(0, slash);
        String wantedSubresource = slash < 0 ? "" : pattern.substring(slash + 1);
        return (wantedResource.equals("*") || wantedResource.equals(resource))
                && (wantedSubresource.equals("*") || wantedSubresource.equals(subresource));
    }

    /** A selector, read; null if it selects everything. */
    public static LabelSelector selector(Place selector) {
        if (selector.isEmpty()) return null;
        try {
            return LabelSelector.of(selector.map());
        } catch (SelectorException e) {
            throw ApiException.internal(e.getMessage()); // validation lets none in
        }
    }

    /**
     * Whether the namespace of the request is selected.
     *
     * @throws ApiException 404 if there is no such namespace
     */
    public static boolean namespaceMatches(LabelSelector selector, AdmissionRequest request, ObjectReader reader) {
        if (selector == null) return true;
        boolean isNamespace = request.context().resource().isQualified("namespaces");
        if (isNamespace && Ask.subresource(request).isEmpty() && request.operation() != Operation.DELETE) {
            return selector.matches(labels(request.object()));
        }
        String namespace = isNamespace ? request.context().name() : Ask.namespace(request);
        if (namespace.isEmpty()) return !isNamespace;
        return selector.matches(reader.get(Ask.NAMESPACES, "", namespace)
                .map(ApiObject::labels)
                .orElseThrow(() -> ApiException.notFound(Ask.NAMESPACES, namespace)));
    }

    /** Whether the new object or the old one is selected. */
    public static boolean objectMatches(LabelSelector selector, Map<String, Object> object, Map<String, Object> old) {
        return selector == null
                || object != null && selector.matches(labels(object))
                || old != null && selector.matches(labels(old));
    }

    private static Map<String, ?> labels(Map<String, Object> object) {
        return Place.of(object).at("metadata", "labels").map();
    }
}
