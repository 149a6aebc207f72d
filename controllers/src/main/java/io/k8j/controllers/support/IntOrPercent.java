package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.IntOrString;

/** Numbers that may be given as a share of a total. */
public final class IntOrPercent {
    private IntOrPercent() {}

    /** An absent or unreadable value is {@code otherwise}. */
    public static int of(IntOrString value, int total, boolean roundUp, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value.getIntVal() != null) {
            return value.getIntVal();
        }
        String text = value.getStrVal();
        if (text == null || !text.endsWith("%")) {
            return otherwise;
        }
        try {
            double share = Integer.parseInt(text.substring(0, text.length() - 1)) * (double) total / 100;
            return (int) (roundUp ? Math.ceil(share) : Math.floor(share));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
