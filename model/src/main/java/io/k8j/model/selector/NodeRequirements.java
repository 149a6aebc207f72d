package io.k8j.model.selector;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import java.util.List;

/** Conditions on one label or field of a node. Pure; allocates nothing. */
public final class NodeRequirements {
    private NodeRequirements() {}

    /**
     * Whether a value is as it is wanted.
     *
     * @param value null if the node has none under the requirement's key
     */
    public static boolean meets(NodeSelectorRequirement requirement, String value) {
        List<String> values = requirement.getValues();
        return switch (requirement.getOperator()) {
            case "In" -> value != null && values != null && values.contains(value);
            case "NotIn" -> value == null || values == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compare(value, only(values)) > 0;
            case "Lt" -> compare(value, only(values)) < 0;
            case null, default -> false;
        };
    }

    private static String only(List<String> values) {
        return values == null || values.size() != 1 ? null : values.getFirst();
    }

    /** Which of two whole numbers is the larger one, as {@link Long#compare} says it; 0 also if either is none, or null. */
    public static int compare(String value, String other) {
        if (value == null || other == null) return 0;
        try {
            return Long.compare(Long.parseLong(value), Long.parseLong(other));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
