package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/** Checks roles and bindings. */
public final class RbacValidation {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private RbacValidation() {}

    public static List<FieldError> role(Map<String, Object> object) {
        Findings f = new Findings();
        Place.of(object).field("rules").items().forEach(rule -> rule(f, rule, true));
        return f.list();
    }

    public static List<FieldError> clusterRole(Map<String, Object> object) {
        return clusterRole(object, false);
    }

    /** Selectors with ill-formed values may stay in a role that has some already. */
    public static List<FieldError> clusterRoleUpdate(Map<String, Object> object, Map<String, Object> old) {
        boolean any = Place.of(old).at("aggregationRule", "clusterRoleSelectors").items().stream()
                .anyMatch(LabelSelectorValidation::hasFaults);
        return clusterRole(object, any);
    }

    private static List<FieldError> clusterRole(Map<String, Object> object, boolean anyValues) {
        Findings f = new Findings();
        Place p = Place.of(object);
        p.field("rules").items().forEach(rule -> rule(f, rule, false));
        Place aggregation = p.field("aggregationRule");
        if (aggregation.present()) {
            Place selectors = aggregation.field("clusterRoleSelectors");
            if (selectors.isEmpty()) {
                f.required(selectors, "at least one clusterRoleSelector required if aggregationRule is non-nil");
            }
            selectors.items().forEach(s -> selector(f, s, anyValues));
        }
        return f.list();
    }

    private static void selector(Findings f, Place selector, boolean anyValues) {
        LabelSelectorValidation.check(f, selector, anyValues);
        if (!LabelSelectorValidation.isReadable(selector)) {
            f.invalid(selector, null, "invalid label selector.");
        }
    }

    private static void rule(Findings f, Place rule, boolean namespaced) {
        if (rule.field("verbs").isEmpty()) {
            f.required(rule.field("verbs"), "verbs must contain at least one value");
        }
        Place urls = rule.field("nonResourceURLs");
        if (!urls.isEmpty()) {
            if (namespaced) {
                f.invalid(urls, "namespaced rules cannot apply to non-resource URLs");
            }
            if (!rule.field("apiGroups").isEmpty()
                    || !rule.field("resources").isEmpty()
                    || !rule.field("resourceNames").isEmpty()) {
                f.invalid(urls, "rules cannot apply to both regular resources and non-resource URLs");
            }
            return;
        }
        if (rule.field("apiGroups").isEmpty()) {
            f.required(rule.field("apiGroups"), "resource rules must supply at least one api group");
        }
        if (rule.field("resources").isEmpty()) {
            f.required(rule.field("resources"), "resource rules must supply at least one resource");
        }
    }

    public static List<FieldError> roleBinding(Map<String, Object> object) {
        return binding(Place.of(object), List.of("Role", "ClusterRole"), true);
    }

    public static List<FieldError> clusterRoleBinding(Map<String, Object> object) {
        return binding(Place.of(object), List.of("ClusterRole"), false);
    }

    private static List<FieldError> binding(Place p, List<String> kinds, boolean namespaced) {
        Findings f = new Findings();
        Place ref = p.field("roleRef");
        Meta.oneOf(f, ref.field("apiGroup"), List.of(GROUP));
        Meta.oneOf(f, ref.field("kind"), kinds);
        if (ref.text("name").isEmpty()) {
            f.required(ref.field("name"));
        } else {
            Meta.grammar(f, ref.field("name"), Names::pathSegment);
        }
        p.field("subjects").items().forEach(s -> subject(f, s, namespaced));
        return f.list();
    }

    private static void subject(Findings f, Place s, boolean namespaced) {
        Place name = s.field("name");
        if (name.text().isEmpty()) {
            f.required(name);
        }
        switch (s.text("kind")) {
            case "ServiceAccount" -> {
                if (!name.text().isEmpty()) {
                    Meta.dnsSubdomain(f, name);
                }
                if (!s.text("apiGroup").isEmpty()) {
                    f.notSupported(s.field("apiGroup"), s.text("apiGroup"), List.of(""));
                }
                if (!namespaced && s.text("namespace").isEmpty()) {
                    f.required(s.field("namespace"));
                }
            }
            case "User", "Group" -> Meta.oneOf(f, s.field("apiGroup"), List.of(GROUP));
            default -> f.notSupported(s.field("kind"), s.text("kind"), List.of("ServiceAccount", "User", "Group"));
        }
    }

    public static List<FieldError> bindingUpdate(
            List<FieldError> errors, Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        errors.forEach(f::add);
        Place now = Place.of(object).field("roleRef");
        if (!Meta.same(now, Place.of(old).field("roleRef"))) {
            f.invalid(now, GoStruct.of(now, "apiGroup=", "kind=", "name="), "cannot change roleRef");
        }
        return f.list();
    }
}
