package io.k8j.client;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Matches labels against the typed selectors of specs. */
public final class Selectors {
    private Selectors() {}

    /** Null selects nothing; an empty selector selects everything. */
    public static boolean matches(LabelSelector selector, Map<String, String> labels) {
        if (selector == null) {
            return false;
        }
        Map<String, String> present = labels == null ? Map.of() : labels;
        return (selector.getMatchLabels() == null || containsAll(selector.getMatchLabels(), present))
                && (selector.getMatchExpressions() == null
                        || selector.getMatchExpressions().stream().allMatch(r -> matches(r, present)));
    }

    /** Whether each wanted label is there with its value; an empty map selects everything. */
    public static boolean containsAll(Map<String, String> wanted, Map<String, String> labels) {
        Map<String, String> present = labels == null ? Map.of() : labels;
        for (Map.Entry<String, String> entry : wanted.entrySet()) {
            if (!entry.getValue().equals(present.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(LabelSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        return switch (requirement.getOperator()) {
            case "In" -> value != null && requirement.getValues().contains(value);
            case "NotIn" -> value == null || !requirement.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case null, default -> false;
        };
    }

    public static boolean isEmpty(LabelSelector selector) {
        return selector == null
                || ((selector.getMatchLabels() == null
                                || selector.getMatchLabels().isEmpty())
                        && (selector.getMatchExpressions() == null
                                || selector.getMatchExpressions().isEmpty()));
    }

    /** The selector in the text form of queries and of {@code status.selector} of scales. */
    public static String text(LabelSelector selector) {
        List<String> parts = new ArrayList<>();
        if (selector.getMatchLabels() != null) {
            new TreeMap<>(selector.getMatchLabels()).forEach((key, value) -> parts.add(key + "=" + value));
        }
        if (selector.getMatchExpressions() != null) {
            for (LabelSelectorRequirement r : selector.getMatchExpressions()) {
                parts.add(
                        switch (r.getOperator()) {
                            case "In" -> r.getKey() + " in (" + String.join(",", r.getValues()) + ")";
                            case "NotIn" -> r.getKey() + " notin (" + String.join(",", r.getValues()) + ")";
                            case "Exists" -> r.getKey();
                            default -> "!" + r.getKey();
                        });
            }
        }
        return String.join(",", parts);
    }
}
