package io.k8j.model.json;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Prints and compares the numbers of trees. */
final class Numbers {
    private static final double PLAIN_FROM = 1e-6;
    private static final double PLAIN_BELOW = 1e21;

    private Numbers() {}

    /** The shortest text that reads back as the same double: {@code 1}, {@code 0.5}, {@code 1e+21}, {@code 1e-7}. */
    static String shortest(double value) {
        if (!Double.isFinite(value)) throw new IllegalArgumentException("not a JSON number: " + value);
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return 1 / value < 0 && value == 0 ? "-0" : Long.toString((long) value);
        }
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        double size = Math.abs(value);
        if (size >= PLAIN_FROM && size < PLAIN_BELOW) return digits.toPlainString();
        String unscaled = digits.unscaledValue().abs().toString();
        int exponent = unscaled.length() - 1 - digits.scale();
        StringBuilder text = new StringBuilder();
        if (value < 0) text.append('-');
        text.append(unscaled.charAt(0));
        if (unscaled.length() > 1) text.append('.').append(unscaled, 1, unscaled.length());
        text.append('e').append(exponent < 0 ? '-' : '+');
        return text.append(Math.abs(exponent)).toString();
    }

    /** Whether two numbers have the same value, whatever their classes: 1 equals 1.0. */
    static boolean equal(Number a, Number b) {
        if (a.equals(b)) return true;
        if (a instanceof Long x && b instanceof Long y) return x.longValue() == y.longValue();
        return compare(a, b) == 0;
    }

    static int compare(Number a, Number b) {
        return exact(a).compareTo(exact(b));
    }

    private static BigDecimal exact(Number n) {
        return switch (n) {
            case BigDecimal d -> d;
            case BigInteger i -> new BigDecimal(i);
            case Double d -> new BigDecimal(Double.toString(d));
            case Float f -> new BigDecimal(f.toString());
            default -> BigDecimal.valueOf(n.longValue());
        };
    }
}
