package io.k8j.kubelet.eviction;

import io.fabric8.kubernetes.api.model.Quantity;
import io.k8j.kubelet.pods.spec.Amounts;

/**
 * An amount, or a part of what there is.
 *
 * @param quantity bytes or pieces; null if it is a part
 * @param part between 0 and 1
 */
public record Amount(Quantity quantity, double part) {
    public static final Amount NONE = new Amount(new Quantity("0"), 0);

    /** @throws IllegalArgumentException if it is neither a quantity nor a percentage */
    static Amount parse(String text) {
        try {
            if (text.endsWith("%")) {
                double percent = Double.parseDouble(text.substring(0, text.length() - 1));
                if (percent < 0 || percent >= 100) {
                    throw new IllegalArgumentException(
                            "eviction percentage %s must be at least 0%% and below 100%%".formatted(text));
                }
                return new Amount(null, percent / 100);
            }
            Quantity quantity = Quantity.parse(text);
            if (Amounts.whole(quantity) < 0) {
                throw new IllegalArgumentException("eviction amount %s must be positive".formatted(text));
            }
            return new Amount(quantity, 0);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("eviction amount %s is no number".formatted(text), e);
        }
    }

    /** As it is given: {@code 100Mi} or {@code 10%}. */
    public String text() {
        if (quantity != null) return quantity.toString();
        double percent = part * 100;
        return (percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent)) + "%";
    }

    /** The amount where there is {@code capacity} in all. */
    long of(long capacity) {
        return quantity == null ? (long) (capacity * part) : Amounts.whole(quantity);
    }
}
