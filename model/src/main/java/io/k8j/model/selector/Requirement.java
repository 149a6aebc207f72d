package io.k8j.model.selector;

import io.k8j.model.json.Json;
import io.k8j.model.validation.GoText;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One condition on the label of one key.
 *
 * @param key the label's key
 * @param operator what is asked of the label
 * @param values sorted, without duplicates; empty for the operators that take none
 */
public record Requirement(String key, Operator operator, List<String> values) {
    /** What a requirement asks of a label. */
    public enum Operator {
        IN("in"),
        NOT_IN("notin"),
        EQUALS("="),
        DOUBLE_EQUALS("=="),
        NOT_EQUALS("!="),
        GREATER_THAN("gt"),
        LESS_THAN("lt"),
        EXISTS("exists"),
        DOES_NOT_EXIST("!");

        private final String word;

        Operator(String word) {
            this.word = word;
        }

        /** Upstream's name of the operator. */
        public String word() {
            return word;
        }
    }

    /** Keeps its own copy of the values and does not check them. */
    public Requirement {
        values = List.copyOf(values);
    }

    /**
     * Checks and makes a requirement.
     *
     * @param values null and empty mean the same but are told apart in the error's words, as upstream does
     * @throws SelectorException with upstream's words
     */
    public static Requirement checked(String key, Operator operator, List<String> values) {
        Set<String> errors = new LinkedHashSet<>();
        checkKey("key", key, errors);
        List<String> given = values == null ? List.of() : values;
        String shown = "values: Invalid value: " + Json.writeString(values) + ": ";
        switch (operator) {
            case IN, NOT_IN -> {
                if (given.isEmpty()) errors.add(shown + "for 'in', 'notin' operators, values set can't be empty");
            }
            case EQUALS, DOUBLE_EQUALS, NOT_EQUALS -> {
                if (given.size() != 1) errors.add(shown + "exact-match compatibility requires one single value");
            }
            case EXISTS, DOES_NOT_EXIST -> {
                if (!given.isEmpty()) errors.add(shown + "values set must be empty for exists and does not exist");
            }
            case GREATER_THAN, LESS_THAN -> {
                if (given.size() != 1) {
                    errors.add(shown + "for 'Gt', 'Lt' operators, exactly one value is required");
                }
                for (int i = 0; i < given.size(); i++) {
                    if (number(given.get(i)) != null) continue;
                    errors.add("values[" + i + "]: Invalid value: " + GoText.quote(given.get(i))
                            + ": for 'Gt', 'Lt' operators, the value must be an integer");
                }
            }
        }
        for (int i = 0; i < given.size(); i++) {
            List<String> wrong = Names.labelValue(given.get(i));
            if (wrong.isEmpty()) continue;
            errors.add("values[" + i + "][" + key + "]: Invalid value: " + GoText.quote(given.get(i)) + ": "
                    + String.join("; ", wrong));
        }
        if (errors.size() == 1) throw new SelectorException(errors.iterator().next());
        if (!errors.isEmpty()) throw new SelectorException("[" + String.join(", ", errors) + "]");
        return new Requirement(
                key,
                operator,
                new ArrayList<>(given).stream().sorted().distinct().toList());
    }

    static void checkKey(String path, String key, Set<String> errors) {
        List<String> wrong = Names.qualifiedName(key);
        if (!wrong.isEmpty()) {
            errors.add(path + ": Invalid value: " + GoText.quote(key) + ": " + String.join("; ", wrong));
        }
    }

    /** Whether labels meet the condition; values that are no strings count as absent. */
    public boolean matches(Map<String, ?> labels) {
        String value = labels.get(key) instanceof String s ? s : null;
        return switch (operator) {
            case IN, EQUALS, DOUBLE_EQUALS -> value != null && values.contains(value);
            case NOT_IN, NOT_EQUALS -> value == null || !values.contains(value);
            case EXISTS -> value != null;
            case DOES_NOT_EXIST -> value == null;
            case GREATER_THAN, LESS_THAN -> {
                Long have = value == null ? null : number(value);
                Long bound = values.size() == 1 ? number(values.getFirst()) : null;
                if (have == null || bound == null) yield false;
                yield operator == Operator.GREATER_THAN ? have > bound : have < bound;
            }
        };
    }

    private static Long number(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return null; // upstream treats such a label as one that does not match
        }
    }

    /** The text that reads back as this requirement. */
    @Override
    public String toString() {
        String list = String.join(",", values);
        return switch (operator) {
            case IN, NOT_IN -> key + " " + operator.word + " (" + list + ")";
            case EQUALS, DOUBLE_EQUALS, NOT_EQUALS -> key + operator.word + list;
            case GREATER_THAN -> key + ">" + list;
            case LESS_THAN -> key + "<" + list;
            case EXISTS -> key;
            case DOES_NOT_EXIST -> "!" + key;
        };
    }
}
