package io.k8j.apiserver.validation;

import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import io.k8j.model.validation.Names;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checks label selectors with {@code matchLabels} and {@code matchExpressions}. */
final class LabelSelectorValidation {
    private LabelSelectorValidation() {}

    static void check(Findings f, Place selector) {
        check(f, selector, false);
    }

    /** @param anyValues whether ill-formed values pass, because the stored object already has some */
    static void check(Findings f, Place selector, boolean anyValues) {
        if (selector.absent()) {
            return;
        }
        Meta.labels(f, selector.field("matchLabels"));
        for (Place e : selector.field("matchExpressions").items()) {
            requirement(f, e, anyValues);
        }
    }

    static void requirement(Findings f, Place e, boolean anyValues) {
        Place values = e.field("values");
        switch (e.text("operator")) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    f.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    f.forbidden(values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            default -> f.invalid(e.field("operator"), e.text("operator"), "not a valid selector operator");
        }
        keyAndValues(f, e, anyValues);
    }

    /** What every operator asks of its two sides. */
    static void keyAndValues(Findings f, Place e, boolean anyValues) {
        f.invalid(e.field("key"), e.text("key"), Names.qualifiedName(e.text("key")));
        if (!anyValues) {
            for (Place value : e.field("values").items()) {
                f.invalid(value, value.text(), Names.labelValue(value.text()));
            }
        }
    }

    /** Whether there is anything wrong with a selector. */
    static boolean hasFaults(Place selector) {
        Findings f = new Findings();
        check(f, selector);
        return !f.isEmpty();
    }

    /** Whether a selector that is stored already has ill-formed values. */
    static boolean hasBadValues(Place selector) {
        return selector.field("matchExpressions").items().stream()
                .flatMap(e -> e.field("values").items().stream())
                .anyMatch(value -> !Names.labelValue(value.text()).isEmpty());
    }

    /** The selector as messages show it; null if there is none. */
    static Object shown(Place selector) {
        if (selector.absent()) {
            return null;
        }
        Map<String, Object> shown = new LinkedHashMap<>();
        if (!selector.field("matchLabels").isEmpty()) {
            shown.put("matchLabels", Meta.sorted(selector.field("matchLabels")));
        }
        if (!selector.field("matchExpressions").isEmpty()) {
            shown.put(
                    "matchExpressions",
                    selector.field("matchExpressions").items().stream()
                            .map(LabelSelectorValidation::shownRequirement)
                            .toList());
        }
        return shown;
    }

    private static Map<String, Object> shownRequirement(Place e) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("key", e.text("key"));
        shown.put("operator", e.text("operator"));
        if (!e.field("values").isEmpty()) {
            shown.put("values", e.field("values").value());
        }
        return shown;
    }

    /** Whether the selector can be used, and not only looked at. */
    static boolean isReadable(Place selector) {
        try {
            LabelSelector.of(selector.map());
            return true;
        } catch (SelectorException e) {
            return false;
        }
    }

    /** Whether the selector has neither labels nor expressions. */
    static boolean isEmpty(Place selector) {
        return selector.field("matchLabels").isEmpty()
                && selector.field("matchExpressions").isEmpty();
    }

    /** Whether a well-formed selector selects these labels; an ill-formed one is reported elsewhere and matches. */
    static boolean matches(Place selector, Map<String, Object> labels) {
        try {
            return LabelSelector.of(selector.map()).matches(labels);
        } catch (SelectorException e) {
            return true;
        }
    }
}
