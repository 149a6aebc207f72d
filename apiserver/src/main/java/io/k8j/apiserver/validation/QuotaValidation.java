package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Checks ResourceQuotas and LimitRanges. */
public final class QuotaValidation {
    private static final Set<String> SCOPES = Set.of(
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass");
    private static final List<String> LIMIT_TYPES = List.of("Pod", "Container", "PersistentVolumeClaim");

    private QuotaValidation() {}

    public static List<FieldError> resourceQuota(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        amounts(f, spec.field("hard"));
        scopes(f, spec);
        selector(f, spec);
        return f.list();
    }

    private static void amounts(Findings f, Place list) {
        for (String name : Meta.sorted(list).keySet()) {
            Place at = list.key(name);
            ResourceValidation.quotaName(f, at, name);
            Quantity amount = ResourceValidation.quantity(at);
            if (amount != null) {
                ResourceValidation.amount(f, at, name, amount);
            }
        }
    }

    private static boolean fits(String scope, String resource) {
        return switch (scope) {
            case "Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity" ->
                resource.equals("pods")
                        || Set.of(
                                        "cpu",
                                        "memory",
                                        "ephemeral-storage",
                                        "requests.cpu",
                                        "requests.memory",
                                        "requests.ephemeral-storage",
                                        "limits.cpu",
                                        "limits.memory",
                                        "limits.ephemeral-storage")
                                .contains(resource);
            case "BestEffort" -> resource.equals("pods");
            case "VolumeAttributesClass" ->
                resource.equals("persistentvolumeclaims") || resource.equals("requests.storage");
            default -> true;
        };
    }

    private static boolean conflicting(Set<String> scopes) {
        return scopes.containsAll(Set.of("BestEffort", "NotBestEffort"))
                || scopes.containsAll(Set.of("Terminating", "NotTerminating"));
    }

    private static void scopes(Findings f, Place spec) {
        Place scopes = spec.field("scopes");
        for (String scope : scopes.texts()) {
            if (!SCOPES.contains(scope)) {
                f.invalid(scopes, "unsupported scope");
            }
            for (String name : Meta.sorted(spec.field("hard")).keySet()) {
                if (ResourceValidation.QUOTA.contains(name) && !fits(scope, name)) {
                    f.invalid(scopes, "unsupported scope applied to resource");
                }
            }
        }
        if (conflicting(new HashSet<>(scopes.texts()))) {
            f.invalid(scopes, "conflicting scopes");
        }
    }

    private static void selector(Findings f, Place spec) {
        Place list = spec.at("scopeSelector", "matchExpressions");
        Set<String> seen = new HashSet<>();
        for (Place e : list.items()) {
            String scope = e.text("scopeName");
            Place at = new Place(e.value(), list.path());
            if (!SCOPES.contains(scope)) {
                f.invalid(at.field("scopeName"), scope, "unsupported scope");
            }
            for (String name : Meta.sorted(spec.field("hard")).keySet()) {
                if (ResourceValidation.QUOTA.contains(name) && !fits(scope, name)) {
                    f.invalid(list, shown(list), "unsupported scope applied to resource");
                }
            }
            operator(f, at, scope);
            seen.add(scope);
        }
        if (conflicting(seen)) {
            f.invalid(list, spec.field("scopes").value(), "conflicting scopes");
        }
    }

    /** A selector as upstream has it inside. */
    private static Map<String, Object> shown(Place list) {
        return Map.of(
                "MatchExpressions",
                list.items().stream()
                        .map(e -> GoStruct.of(e, "scopeName=", "operator=", "values"))
                        .toList());
    }

    private static void operator(Findings f, Place e, String scope) {
        String operator = e.text("operator");
        boolean valued = scope.equals("PriorityClass") || scope.equals("VolumeAttributesClass");
        if (SCOPES.contains(scope) && !valued && !operator.equals("Exists")) {
            f.invalid(
                    e.field("operator"),
                    operator,
                    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating,"
                            + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                            + " ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
        }
        Place values = e.field("values");
        switch (operator) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    f.required(
                            values, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    f.invalid(
                            values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                }
            }
            default -> f.invalid(e.field("operator"), operator, "not a valid selector operator");
        }
    }

    public static List<FieldError> resourceQuotaUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        resourceQuota(object).forEach(f::add);
        Place now = Place.of(object).at("spec", "scopes");
        Place before = Place.of(old).at("spec", "scopes");
        if (!new TreeSet<>(now.texts()).equals(new TreeSet<>(before.texts()))) {
            f.invalid(now, Meta.IMMUTABLE);
        }
        return f.list();
    }

    public static List<FieldError> resourceQuotaStatus(Map<String, Object> object) {
        Findings f = new Findings();
        amounts(f, Place.of(object).at("status", "hard"));
        amounts(f, Place.of(object).at("status", "used"));
        return f.list();
    }

    public static List<FieldError> limitRange(Map<String, Object> object) {
        Findings f = new Findings();
        Set<String> types = new HashSet<>();
        for (Place limit : Place.of(object).at("spec", "limits").items()) {
            Place type = limit.field("type");
            List<String> errors = Names.qualifiedName(type.text());
            f.invalid(type, type.text(), errors);
            if (errors.isEmpty() && !type.text().contains("/") && !LIMIT_TYPES.contains(type.text())) {
                f.invalid(type, "must be a standard limit type or fully qualified");
            }
            if (!types.add(type.text())) {
                f.duplicate(type, type.text());
            }
            limit(f, limit, type.text());
        }
        return f.list();
    }

    private static void limit(Findings f, Place limit, String type) {
        Set<String> names = new TreeSet<>();
        names(f, limit, "max", type, names);
        names(f, limit, "min", type, names);
        if (type.equals("Pod")) {
            for (String field : List.of("default", "defaultRequest")) {
                if (!limit.field(field).isEmpty()) {
                    f.forbidden(limit.field(field), "may not be specified when `type` is 'Pod'");
                }
            }
        } else {
            names(f, limit, "default", type, names);
            names(f, limit, "defaultRequest", type, names);
        }
        if (type.equals("PersistentVolumeClaim")
                && limit.at("min", "storage").absent()
                && limit.at("max", "storage").absent()) {
            f.required(
                    limit.field("limits"),
                    "either minimum or maximum storage value is required, but neither was provided");
        }
        names(f, limit, "maxLimitRequestRatio", type, names);
        names.forEach(name -> compare(f, limit, name, type));
    }

    private static void names(Findings f, Place limit, String field, String type, Set<String> names) {
        for (String name : Meta.sorted(limit.field(field)).keySet()) {
            if (type.equals("Pod") || type.equals("Container")) {
                ResourceValidation.containerName(f, limit.field(field).key(name), name);
            } else {
                ResourceValidation.name(f, limit.field(field).key(name), name);
            }
            names.add(name);
        }
    }

    private static void compare(Findings f, Place limit, String name, String type) {
        boolean pod = type.equals("Pod");
        Quantity min = ResourceValidation.quantity(limit.field("min").key(name));
        Quantity max = ResourceValidation.quantity(limit.field("max").key(name));
        Quantity standard =
                pod ? null : ResourceValidation.quantity(limit.field("default").key(name));
        Quantity request = pod
                ? null
                : ResourceValidation.quantity(limit.field("defaultRequest").key(name));
        order(f, limit.field("min").key(name), min, min, "min value", max, "max value");
        Place requestAt = limit.field("defaultRequest").key(name);
        order(f, requestAt, request, min, "min value", request, "default request value");
        order(f, requestAt, request, request, "default request value", max, "max value");
        order(f, requestAt, request, request, "default request value", standard, "default limit value");
        order(f, limit.field("default").key(name), min, min, "min value", standard, "default value");
        order(f, limit.field("default").key(name), max, standard, "default value", max, "max value");
        ratio(f, limit, name, min, max);
        if (!ResourceValidation.overcommitAllowed(name)
                && standard != null
                && request != null
                && standard.compareTo(request) != 0) {
            f.invalid(
                    requestAt,
                    request.toString(),
                    "default value %s must equal to defaultRequest value %s in %s".formatted(standard, request, name));
        }
    }

    private static void order(
            Findings f, Place at, Quantity shown, Quantity low, String lowName, Quantity high, String highName) {
        if (low != null && high != null && low.compareTo(high) > 0) {
            f.invalid(at, String.valueOf(shown), "%s %s is greater than %s %s".formatted(lowName, low, highName, high));
        }
    }

    private static void ratio(Findings f, Place limit, String name, Quantity min, Quantity max) {
        Place at = limit.field("maxLimitRequestRatio").key(name);
        Quantity ratio = ResourceValidation.quantity(at);
        if (ratio == null) {
            return;
        }
        if (ratio.compareTo(Quantity.of(1)) < 0) {
            f.invalid(at, ratio.toString(), "ratio " + ratio + " is less than 1");
        }
        if (min != null && max != null && min.signum() != 0) {
            double most = max.doubleValue() / min.doubleValue();
            if (ratio.doubleValue() > most) {
                f.invalid(at, ratio.toString(), "ratio %s is greater than max/min = %.6f".formatted(ratio, most));
            }
        }
    }
}
