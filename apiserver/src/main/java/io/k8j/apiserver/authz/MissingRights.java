package io.k8j.apiserver.authz;

import io.k8j.model.api.GoQuote;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells which of the wanted rights somebody does not have, in upstream's words. */
final class MissingRights {
    private record Simple(String group, String resource, String name) {}

    private MissingRights() {}

    /** One line for each group of missing rights, sorted; empty if all wanted rules are covered by the owned ones. */
    static List<String> describe(List<PolicyRule> owned, List<PolicyRule> wanted) {
        List<PolicyRule> missing = new ArrayList<>();
        for (PolicyRule rule : wanted) {
            missing.addAll(rule.uncovered(owned));
        }
        TreeSet<String> lines = new TreeSet<>();
        compact(missing).forEach(rule -> lines.add(text(rule)));
        return List.copyOf(lines);
    }

    /** Puts the verbs of each group, resource and name together. */
    private static List<PolicyRule> compact(List<PolicyRule> rules) {
        List<PolicyRule> compacted = new ArrayList<>();
        Map<Simple, List<String>> verbs = new LinkedHashMap<>();
        for (PolicyRule rule : rules) {
            if (!rule.nonResourceUrls().isEmpty()) {
                compacted.add(rule);
                continue;
            }
            String name =
                    rule.resourceNames().isEmpty() ? null : rule.resourceNames().getFirst();
            verbs.computeIfAbsent(
                            new Simple(
                                    rule.apiGroups().getFirst(),
                                    rule.resources().getFirst(),
                                    name),
                            key -> new ArrayList<>())
                    .addAll(rule.verbs());
        }
        verbs.forEach((key, all) -> compacted.add(new PolicyRule(
                all,
                List.of(key.group()),
                List.of(key.resource()),
                key.name() == null ? List.of() : List.of(key.name()),
                List.of())));
        return compacted;
    }

    private static String text(PolicyRule rule) {
        List<String> parts = new ArrayList<>();
        add(parts, "APIGroups", rule.apiGroups());
        add(parts, "Resources", rule.resources());
        add(parts, "NonResourceURLs", rule.nonResourceUrls());
        add(parts, "ResourceNames", rule.resourceNames());
        add(parts, "Verbs", rule.verbs());
        return "{" + String.join(", ", parts) + "}";
    }

    private static void add(List<String> parts, String name, List<String> values) {
        if (!values.isEmpty()) {
            parts.add(name + ":" + quoted(values));
        }
    }

    /** Go's form of a list of quoted texts. */
    static String quoted(List<String> values) {
        return values.stream().map(GoQuote::quote).collect(Collectors.joining(" ", "[", "]"));
    }
}
