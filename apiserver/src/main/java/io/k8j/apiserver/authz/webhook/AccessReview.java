package io.k8j.apiserver.authz.webhook;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes SubjectAccessReviews of what somebody wants to do. */
final class AccessReview {
    private AccessReview() {}

    /** The spec as it is sent: what is empty is left out. */
    static Map<String, Object> spec(Attributes wanted) {
        Map<String, Object> spec = new LinkedHashMap<>();
        if (wanted.path() == null) {
            Map<String, Object> resource = new LinkedHashMap<>();
            put(resource, "namespace", wanted.namespace());
            put(resource, "verb", wanted.verb());
            put(resource, "group", wanted.apiGroup());
            put(resource, "version", wanted.apiVersion());
            put(resource, "resource", wanted.resource());
            put(resource, "subresource", wanted.subresource());
            put(resource, "name", wanted.name());
            selectors(resource, wanted, false);
            spec.put("resourceAttributes", resource);
        } else {
            Map<String, Object> path = new LinkedHashMap<>();
            put(path, "path", wanted.path());
            put(path, "verb", wanted.verb());
            spec.put("nonResourceAttributes", path);
        }
        UserInfo user = wanted.user();
        put(spec, "user", user.name());
        if (!user.groups().isEmpty()) spec.put("groups", user.groups());
        if (!user.extra().isEmpty()) spec.put("extra", user.extra());
        put(spec, "uid", user.uid());
        return spec;
    }

    /** The spec as expressions see it: texts are there even if they are empty. */
    static Map<String, Object> facts(Attributes wanted) {
        Map<String, Object> facts = new LinkedHashMap<>();
        UserInfo user = wanted.user();
        facts.put("user", user.name());
        facts.put("groups", user.groups());
        facts.put("uid", user.uid());
        facts.put("extra", user.extra());
        if (wanted.path() == null) {
            Map<String, Object> resource = new LinkedHashMap<>();
            resource.put("namespace", wanted.namespace());
            resource.put("verb", wanted.verb());
            resource.put("group", wanted.apiGroup());
            resource.put("version", wanted.apiVersion());
            resource.put("resource", wanted.resource());
            resource.put("subresource", wanted.subresource());
            resource.put("name", wanted.name());
            selectors(resource, wanted, true);
            facts.put("resourceAttributes", resource);
        } else {
            facts.put("nonResourceAttributes", Map.of("path", wanted.path(), "verb", wanted.verb()));
        }
        return facts;
    }

    private static void put(Map<String, Object> map, String name, String value) {
        if (!value.isEmpty()) {
            map.put(name, value);
        }
    }

    /** @param all whether empty lists are there, too */
    private static void selectors(Map<String, Object> resource, Attributes wanted, boolean all) {
        List<Object> fields = new ArrayList<>();
        for (FieldSelector.Term term : wanted.fields()) {
            fields.add(requirement(term.field(), term.negated() ? "NotIn" : "In", List.of(term.value()), all));
        }
        if (!fields.isEmpty()) {
            resource.put("fieldSelector", Map.of("requirements", fields));
        }
        List<Object> labels = new ArrayList<>();
        for (Requirement requirement : wanted.labels()) {
            String operator = switch (requirement.operator()) {
                case IN, EQUALS, DOUBLE_EQUALS -> "In";
                case NOT_IN, NOT_EQUALS -> "NotIn";
                case EXISTS -> "Exists";
                case DOES_NOT_EXIST -> "DoesNotExist";
                case GREATER_THAN, LESS_THAN -> null; // leaving it out only asks for more
            };
            if (operator != null) {
                labels.add(requirement(requirement.key(), operator, requirement.values(), all));
            }
        }
        if (!labels.isEmpty()) {
            resource.put("labelSelector", Map.of("requirements", labels));
        }
    }

    private static Map<String, Object> requirement(String key, String operator, List<String> values, boolean all) {
        Map<String, Object> requirement = new LinkedHashMap<>();
        requirement.put("key", key);
        requirement.put("operator", operator);
        if (all || !values.isEmpty()) requirement.put("values", values);
        return requirement;
    }
}
