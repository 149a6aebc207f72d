package io.k8j.apiserver.authz;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One rule of a role. Empty lists grant nothing, except {@code resourceNames}, which then allows all names.
 *
 * @param resources {@code pods}, {@code pods/log}, {@code *}{@code /scale} or {@code *}
 * @param nonResourceUrls paths, a last {@code *} stands for any rest
 */
public record PolicyRule(
        List<String> verbs,
        List<String> apiGroups,
        List<String> resources,
        List<String> resourceNames,
        List<String> nonResourceUrls) {
    private static final String ALL = "*";

    /** Reads the {@code rules} of a role's tree. */
    static List<PolicyRule> listOf(Object rules) {
        List<PolicyRule> list = new ArrayList<>();
        if (rules instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> rule) {
                    list.add(new PolicyRule(
                            strings(rule.get("verbs")),
                            strings(rule.get("apiGroups")),
                            strings(rule.get("resources")),
                            strings(rule.get("resourceNames")),
                            strings(rule.get("nonResourceURLs"))));
                }
            }
        }
        return list;
    }

    /** Whether the rule alone is enough for the wish. */
    public boolean allows(Attributes wanted) {
        if (!has(verbs, wanted.verb())) {
            return false;
        }
        if (wanted.path() != null) {
            return nonResourceUrls.stream().anyMatch(pattern -> pathMatches(pattern, wanted.path()));
        }
        return has(apiGroups, wanted.apiGroup())
                && resourceMatches(wanted.resource(), wanted.subresource())
                && (resourceNames.isEmpty() || resourceNames.contains(wanted.name()));
    }

    /** Whether everything that {@code other} grants is granted by these rules together. */
    static boolean covers(List<PolicyRule> owned, PolicyRule other) {
        return other.uncovered(owned).isEmpty();
    }

    /** What of this rule the owned ones do not grant, split so that each list has one entry. */
    List<PolicyRule> uncovered(List<PolicyRule> owned) {
        return atoms().stream()
                .filter(atom -> owned.stream().noneMatch(rule -> rule.coversAtom(atom)))
                .toList();
    }

    /** The rule split so that each list has one entry. */
    private List<PolicyRule> atoms() {
        List<PolicyRule> atoms = new ArrayList<>();
        for (String group : apiGroups) {
            for (String resource : resources) {
                for (String verb : verbs) {
                    if (resourceNames.isEmpty()) {
                        atoms.add(
                                new PolicyRule(List.of(verb), List.of(group), List.of(resource), List.of(), List.of()));
                    }
                    for (String name : resourceNames) {
                        atoms.add(new PolicyRule(
                                List.of(verb), List.of(group), List.of(resource), List.of(name), List.of()));
                    }
                }
            }
        }
        for (String url : nonResourceUrls) {
            for (String verb : verbs) {
                atoms.add(new PolicyRule(List.of(verb), List.of(), List.of(), List.of(), List.of(url)));
            }
        }
        return atoms;
    }

    private boolean coversAtom(PolicyRule atom) {
        if (!has(verbs, atom.verbs.getFirst())) {
            return false;
        }
        if (!atom.nonResourceUrls.isEmpty()) {
            return nonResourceUrls.stream().anyMatch(own -> pathMatches(own, atom.nonResourceUrls.getFirst()));
        }
        String resource = atom.resources.getFirst();
        int slash = resource.indexOf('/');
        boolean covered = resources.contains(resource)
                || resources.contains(ALL)
                || (slash > 0 && resources.contains("*" + resource.substring(slash)));
        return covered
                && has(apiGroups, atom.apiGroups.getFirst())
                && (resourceNames.isEmpty()
                        || (!atom.resourceNames.isEmpty() && resourceNames.containsAll(atom.resourceNames)));
    }

    /** The rule as a tree, empty lists left out. */
    Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("verbs", verbs);
        put(tree, "apiGroups", apiGroups);
        put(tree, "resources", resources);
        put(tree, "resourceNames", resourceNames);
        put(tree, "nonResourceURLs", nonResourceUrls);
        return tree;
    }

    private static void put(Map<String, Object> tree, String key, List<String> values) {
        if (!values.isEmpty()) {
            tree.put(key, values);
        }
    }

    private boolean resourceMatches(String resource, String subresource) {
        String wanted = subresource.isEmpty() ? resource : resource + "/" + subresource;
        return resources.contains(ALL)
                || resources.contains(wanted)
                || (!subresource.isEmpty() && resources.contains("*/" + subresource));
    }

    private static boolean has(List<String> values, String wanted) {
        return values.contains(ALL) || values.contains(wanted);
    }

    private static boolean pathMatches(String pattern, String path) {
        return pattern.equals(ALL)
                || pattern.equals(path)
                || (pattern.endsWith(ALL) && path.startsWith(pattern.substring(0, pattern.length() - 1)));
    }

    private static List<String> strings(Object value) {
        List<String> strings = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> strings.add(String.valueOf(item)));
        }
        return strings;
    }
}
