package io.k8j.apiserver.authn.jwt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds fields that the configuration does not have: a misspelt one would leave a door open. */
final class UnknownFields {
    /** The fields of each place; a place without an entry may hold anything. */
    private static final Map<String, Set<String>> KNOWN = Map.ofEntries(
            Map.entry("", Set.of("apiVersion", "kind", "jwt", "anonymous")),
            Map.entry("anonymous", Set.of("enabled", "conditions")),
            Map.entry("anonymous.conditions[]", Set.of("path")),
            Map.entry("jwt[]", Set.of("issuer", "claimMappings", "claimValidationRules", "userValidationRules")),
            Map.entry(
                    "jwt[].issuer",
                    Set.of(
                            "url",
                            "discoveryURL",
                            "certificateAuthority",
                            "audiences",
                            "audienceMatchPolicy",
                            "egressSelectorType")),
            Map.entry("jwt[].claimMappings", Set.of("username", "groups", "uid", "extra")),
            Map.entry("jwt[].claimMappings.username", Set.of("claim", "prefix", "expression")),
            Map.entry("jwt[].claimMappings.groups", Set.of("claim", "prefix", "expression")),
            Map.entry("jwt[].claimMappings.uid", Set.of("claim", "expression")),
            Map.entry("jwt[].claimMappings.extra[]", Set.of("key", "valueExpression")),
            Map.entry("jwt[].claimValidationRules[]", Set.of("claim", "requiredValue", "expression", "message")),
            Map.entry("jwt[].userValidationRules[]", Set.of("expression", "message")));

    private UnknownFields() {}

    /** One complaint for each unknown field, in upstream's words. */
    static List<String> of(Object tree) {
        List<String> complaints = new ArrayList<>();
        visit(tree, "", "", complaints);
        return complaints;
    }

    private static void visit(Object tree, String place, String shown, List<String> complaints) {
        if (tree instanceof Map<?, ?> map) {
            Set<String> known = KNOWN.get(place);
            map.forEach((key, value) -> {
                String name = shown.isEmpty() ? String.valueOf(key) : shown + "." + key;
                if (known != null && !known.contains(key)) {
                    complaints.add("unknown field \"" + name + "\"");
                } else {
                    visit(value, place.isEmpty() ? String.valueOf(key) : place + "." + key, name, complaints);
                }
            });
        } else if (tree instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                visit(list.get(i), place + "[]", shown + "[" + i + "]", complaints);
            }
        }
    }
}
