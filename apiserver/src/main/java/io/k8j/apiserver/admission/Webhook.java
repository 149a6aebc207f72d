package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One configured webhook, and whether a request is its business. */
record Webhook(Place hook) {
    /** Changing what watches over requests is never left to what watches over requests. */
    private static final Set<String> EXEMPT = Set.of(
            "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingwebhookconfigurations.admissionregistration.k8s.io",
            "validatingadmissionpolicies.admissionregistration.k8s.io",
            "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            "mutatingadmissionpolicies.admissionregistration.k8s.io",
            "mutatingadmissionpolicybindings.admissionregistration.k8s.io");

    String name() {
        return hook.text("name");
    }

    /** Webhooks of all configurations of a resource, by the configurations' names. */
    static List<Webhook> all(ObjectReader reader, GroupVersionResource configurations) {
        List<ApiObject> objects = new ArrayList<>(reader.list(configurations, ""));
        objects.sort(Comparator.comparing(ApiObject::name));
        List<Webhook> hooks = new ArrayList<>();
        for (ApiObject object : objects) {
            Ask.tree(object).field("webhooks").items().forEach(h -> hooks.add(new Webhook(h)));
        }
        return hooks;
    }

    static boolean isExempt(AdmissionRequest request) {
        return EXEMPT.contains(request.context().resource().qualified());
    }

    /** Whether the rules and selectors of the webhook take the request in. */
    boolean matches(AdmissionRequest request, ObjectReader reader) {
        return matches(hook, "rules", request, reader);
    }

    /** The same for anything with rules and selectors, such as the constraints of a policy. */
    static boolean matches(Place hook, String rules, AdmissionRequest request, ObjectReader reader) {
        return hook.field(rules).items().stream().anyMatch(rule -> ruleMatches(rule, request))
                && selectorsMatch(hook, request, reader);
    }

    static boolean selectorsMatch(Place hook, AdmissionRequest request, ObjectReader reader) {
        return namespaceMatches(hook, request, reader) && objectMatches(hook, request);
    }

    static boolean ruleMatches(Place rule, AdmissionRequest request) {
        GroupVersionResource resource = request.context().resource();
        return any(rule.field("operations"), request.operation().name())
                && any(rule.field("apiGroups"), resource.group())
                && any(rule.field("apiVersions"), resource.version())
                && scopeMatches(rule.text("scope"), request)
                && rule.field("resources").texts().stream()
                        .anyMatch(r -> resourceMatches(r, resource.resource(), Ask.subresource(request)));
    }

    private static boolean any(Place list, String word) {
        List<String> words = list.texts();
        return words.contains("*") || words.contains(word);
    }

    private static boolean scopeMatches(String scope, AdmissionRequest request) {
        boolean isNamespace = request.context().resource().qualified().equals("namespaces");
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

    private static boolean selects(Place selector, Map<String, ?> labels) {
        if (selector.isEmpty()) {
            return true;
        }
        try {
            return LabelSelector.of(selector.map()).matches(labels);
        } catch (SelectorException e) {
            return true; // validation lets none in; in doubt the webhook is asked
        }
    }

    private static boolean namespaceMatches(Place hook, AdmissionRequest request, ObjectReader reader) {
        Place selector = hook.field("namespaceSelector");
        if (selector.isEmpty()) {
            return true;
        }
        boolean isNamespace = request.context().resource().qualified().equals("namespaces");
        if (isNamespace) {
            boolean useOld = request.operation() == Operation.DELETE || request.object() == null;
            Place subject = useOld ? Ask.old(request) : Ask.object(request);
            return selects(selector, subject.at("metadata", "labels").map());
        }
        if (Ask.namespace(request).isEmpty()) {
            return true;
        }
        return reader.get(Ask.NAMESPACES, "", Ask.namespace(request))
                .map(n -> selects(selector, n.labels()))
                .orElse(true);
    }

    private static boolean objectMatches(Place hook, AdmissionRequest request) {
        Place selector = hook.field("objectSelector");
        return selector.isEmpty()
                || request.object() != null
                        && selects(
                                selector,
                                Ask.object(request).at("metadata", "labels").map())
                || request.old() != null
                        && selects(
                                selector,
                                Ask.old(request).at("metadata", "labels").map());
    }
}
