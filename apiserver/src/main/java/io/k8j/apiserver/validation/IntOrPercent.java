package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;

/** Checks fields that hold a number or a percentage. */
final class IntOrPercent {
    private IntOrPercent() {}

    static void notNegative(Findings f, Place p) {
        if (p.value() instanceof String text) {
            f.invalid(p, text, Names.percent(text));
        } else {
            f.notNegative(p);
        }
    }

    static void atMost100Percent(Findings f, Place p) {
        if (percent(p) > 100) {
            f.invalid(p, "must not be greater than 100%");
        }
    }

    /** The number before the percent sign; -1 if this is no percentage. */
    private static int percent(Place p) {
        if (!(p.value() instanceof String text) || !Names.percent(text).isEmpty() || text.length() > 8) {
            return -1;
        }
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }

    /** The number, or the number before the percent sign. */
    static long value(Place p) {
        return p.value() instanceof String ? percent(p) : p.number(0);
    }
}
