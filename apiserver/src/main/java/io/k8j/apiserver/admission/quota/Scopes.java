package io.k8j.apiserver.admission.quota;

import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.QosClass;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which objects a quota with scopes is about. */
final class Scopes {
    private Scopes() {}

    /** One condition of a quota's scopes. */
    record Requirement(String scope, String operator, Set<String> values) {
        static Requirement of(Place expression) {
            return new Requirement(
                    expression.text("scopeName"),
                    expression.text("operator"),
                    Set.copyOf(new TreeSet<>(expression.field("values").texts())));
        }
    }

    /** All conditions of a quota. */
    static List<Requirement> of(Place quota) {
        List<Requirement> all = new ArrayList<>();
        quota.at("spec", "scopes").texts().forEach(s -> all.add(new Requirement(s, "Exists", Set.of())));
        quota.at("spec", "scopeSelector", "matchExpressions").items().forEach(e -> all.add(Requirement.of(e)));
        return all;
    }

    /** Whether all of the quota's scopes take the object in. */
    static boolean match(Place quota, GroupVersionResource resource, Place object) {
        return of(quota).stream().allMatch(r -> matches(r, resource, object));
    }

    static boolean matches(Requirement r, GroupVersionResource resource, Place object) {
        Place spec = object.field("spec");
        return switch (resource.qualified()) {
            case "pods" ->
                switch (r.scope) {
                    case "Terminating" -> spec.field("activeDeadlineSeconds").number(-1) >= 0;
                    case "NotTerminating" -> spec.field("activeDeadlineSeconds").number(-1) < 0;
                    case "BestEffort" -> isBestEffort(object);
                    case "NotBestEffort" -> !isBestEffort(object);
                    case "PriorityClass" -> selects(r, one(spec.text("priorityClassName")));
                    case "CrossNamespacePodAffinity" -> crossesNamespaces(spec.field("affinity"));
                    default -> false;
                };
            case "persistentvolumeclaims" -> r.scope.equals("VolumeAttributesClass") && selects(r, classes(object));
            default -> false;
        };
    }

    private static boolean isBestEffort(Place pod) {
        String known = pod.at("status", "qosClass").text();
        return (known.isEmpty() ? QosClass.of(pod.field("spec")) : known).equals("BestEffort");
    }

    private static Set<String> one(String value) {
        return value.isEmpty() ? Set.of() : Set.of(value);
    }

    /** The classes that a claim has, had or will have. */
    private static Set<String> classes(Place claim) {
        Set<String> names = new TreeSet<>();
        names.add(claim.at("spec", "volumeAttributesClassName").text());
        names.add(claim.at("status", "currentVolumeAttributesClassName").text());
        names.add(claim.at("status", "modifyVolumeStatus", "targetVolumeAttributesClassName")
                .text());
        names.remove("");
        return names;
    }

    private static boolean selects(Requirement r, Set<String> values) {
        return switch (r.operator) {
            case "Exists" -> !values.isEmpty();
            case "DoesNotExist" -> values.isEmpty();
            case "In" -> values.stream().anyMatch(r.values::contains);
            case "NotIn" -> values.isEmpty() || values.stream().anyMatch(v -> !r.values.contains(v));
            default -> false;
        };
    }

    private static boolean crossesNamespaces(Place affinity) {
        List<Place> terms = new ArrayList<>();
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            terms.addAll(affinity.at(kind, "requiredDuringSchedulingIgnoredDuringExecution")
                    .items());
            affinity.at(kind, "preferredDuringSchedulingIgnoredDuringExecution")
                    .items()
                    .forEach(weighted -> terms.add(weighted.field("podAffinityTerm")));
        }
        return terms.stream()
                .anyMatch(t -> !t.field("namespaces").isEmpty()
                        || t.field("namespaceSelector").present());
    }
}
