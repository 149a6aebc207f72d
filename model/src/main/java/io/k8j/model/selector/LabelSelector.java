package io.k8j.model.selector;

import io.k8j.model.json.Trees;
import io.k8j.model.selector.Requirement.Operator;
import io.k8j.model.validation.GoText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A compiled label selector: all of its requirements must hold. Immutable; matching allocates nothing.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/">Labels and selectors</a>
 */
public final class LabelSelector {
    private static final Requirement[] NONE = {};

    /** Matches all labels. */
    public static final LabelSelector EVERYTHING = new LabelSelector(NONE, false);

    /** Matches no labels: what an absent selector of an object means. */
    public static final LabelSelector NOTHING = new LabelSelector(NONE, true);

    private final Requirement[] requirements;
    private final boolean nothing;

    private LabelSelector(Requirement[] requirements, boolean nothing) {
        this.requirements = requirements;
        this.nothing = nothing;
    }

    private static LabelSelector of(List<Requirement> requirements) {
        if (requirements.isEmpty()) return EVERYTHING;
        Requirement[] sorted = requirements.toArray(NONE);
        Arrays.sort(sorted, Comparator.comparing(Requirement::key, Trees::compareKeys));
        return new LabelSelector(sorted, false);
    }

    /**
     * Reads the text form, as in the query parameter {@code labelSelector}.
     *
     * @throws SelectorException with upstream's words
     */
    public static LabelSelector parse(String text) {
        return text.isEmpty() ? EVERYTHING : of(new SelectorParser(text).parse());
    }

    /** The selector of a text, or {@link #EVERYTHING} if the text is none: for questions that a selector only narrows. */
    public static LabelSelector readable(String text) {
        try {
            return parse(text);
        } catch (SelectorException e) {
            return EVERYTHING;
        }
    }

    /**
     * Compiles an object's selector with {@code matchLabels} and {@code matchExpressions}.
     *
     * @param tree null means {@link #NOTHING}, an empty one {@link #EVERYTHING}
     * @throws SelectorException with upstream's words
     */
    public static LabelSelector of(Map<String, Object> tree) {
        if (tree == null) return NOTHING;
        List<Requirement> requirements = new ArrayList<>();
        for (Map.Entry<String, Object> e : Trees.map(tree, "matchLabels").entrySet()) {
            String value = e.getValue() == null ? "" : e.getValue().toString();
            requirements.add(Requirement.checked(e.getKey(), Operator.EQUALS, List.of(value)));
        }
        for (Object expression : Trees.list(tree, "matchExpressions")) {
            List<String> values = null;
            for (Object value : Trees.list(expression, "values")) {
                if (values == null) values = new ArrayList<>();
                values.add(String.valueOf(value));
            }
            requirements.add(expression(Trees.string(expression, "key"), Trees.string(expression, "operator"), values));
        }
        return of(requirements);
    }

    /** Compiles a typed selector, see {@link #of(Map)}. */
    public static LabelSelector of(io.fabric8.kubernetes.api.model.LabelSelector selector) {
        if (selector == null) return NOTHING;
        List<Requirement> requirements = new ArrayList<>();
        if (selector.getMatchLabels() != null) {
            selector.getMatchLabels()
                    .forEach((key, value) -> requirements.add(
                            Requirement.checked(key, Operator.EQUALS, List.of(value == null ? "" : value))));
        }
        if (selector.getMatchExpressions() != null) {
            for (var e : selector.getMatchExpressions()) {
                List<String> values = e.getValues() == null || e.getValues().isEmpty() ? null : e.getValues();
                requirements.add(expression(e.getKey(), e.getOperator(), values));
            }
        }
        return of(requirements);
    }

    /** Matches objects that have all of these labels; an empty or null map matches everything. Does not check them. */
    public static LabelSelector ofLabels(Map<String, String> labels) {
        if (labels == null) return EVERYTHING;
        List<Requirement> requirements = new ArrayList<>(labels.size());
        labels.forEach((key, value) -> requirements.add(new Requirement(key, Operator.EQUALS, List.of(value))));
        return of(requirements);
    }

    private static Requirement expression(String key, String operator, List<String> values) {
        Operator op = switch (operator == null ? "" : operator) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            case "DoesNotExist" -> Operator.DOES_NOT_EXIST;
            default ->
                throw new SelectorException(
                        GoText.quote(operator == null ? "" : operator) + " is not a valid label selector operator");
        };
        return Requirement.checked(key == null ? "" : key, op, values);
    }

    /** Whether labels meet all requirements; null stands for no labels. */
    public boolean matches(Map<String, ?> labels) {
        if (nothing) return false;
        Map<String, ?> present = labels == null ? Map.of() : labels;
        for (Requirement requirement : requirements) {
            if (!requirement.matches(present)) return false;
        }
        return true;
    }

    /** Whether this has no requirements and so matches everything. */
    public boolean isEmpty() {
        return requirements.length == 0 && !nothing;
    }

    /** Whether this matches nothing at all. */
    public boolean isNothing() {
        return nothing;
    }

    /** The requirements, sorted by key. */
    public List<Requirement> requirements() {
        return List.of(requirements);
    }

    /** The only value a label may have to match; null if there is more than one. */
    public String exactValue(String key) {
        for (Requirement r : requirements) {
            if (!r.key().equals(key)) continue;
            boolean exact = r.operator() == Operator.EQUALS
                    || r.operator() == Operator.DOUBLE_EQUALS
                    || r.operator() == Operator.IN;
            return exact && r.values().size() == 1 ? r.values().getFirst() : null;
        }
        return null;
    }

    /** The text form, requirements sorted by key; empty for everything and for nothing. */
    @Override
    public String toString() {
        return Arrays.stream(requirements).map(Requirement::toString).collect(Collectors.joining(","));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelSelector s && nothing == s.nothing && Arrays.equals(requirements, s.requirements);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(requirements);
    }
}
