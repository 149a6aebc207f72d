package io.k8j.model.quantity;

import io.k8j.model.quantity.Quantity.Format;

/**
 * Meaning of what stands behind a quantity's digits.
 *
 * @param format family of the suffix
 * @param exponent power of ten, or of two for {@link Format#BINARY_SI}
 */
record Suffix(Format format, int exponent) {
    /** Exponents beyond this are refused: no real amount needs them, and they would make giant numbers. */
    private static final int MAX_EXPONENT = 1000;

    private static final String DECIMAL = "num kMGTPE";
    private static final String BINARY = "KMGTPE";
    private static final Suffix NONE = new Suffix(Format.DECIMAL_SI, 0);

    /** Reads a suffix; null if there is no such suffix. */
    static Suffix parse(String text) {
        if (text.isEmpty()) return NONE;
        if (text.length() == 1) {
            return switch (text.charAt(0)) {
                case 'n' -> new Suffix(Format.DECIMAL_SI, -9);
                case 'u' -> new Suffix(Format.DECIMAL_SI, -6);
                case 'm' -> new Suffix(Format.DECIMAL_SI, -3);
                case 'k' -> new Suffix(Format.DECIMAL_SI, 3);
                case 'M' -> new Suffix(Format.DECIMAL_SI, 6);
                case 'G' -> new Suffix(Format.DECIMAL_SI, 9);
                case 'T' -> new Suffix(Format.DECIMAL_SI, 12);
                case 'P' -> new Suffix(Format.DECIMAL_SI, 15);
                case 'E' -> new Suffix(Format.DECIMAL_SI, 18);
                default -> null;
            };
        }
        if (text.length() == 2 && text.charAt(1) == 'i') {
            int step = BINARY.indexOf(text.charAt(0));
            return step < 0 ? null : new Suffix(Format.BINARY_SI, 10 * (step + 1));
        }
        if (text.charAt(0) != 'e' && text.charAt(0) != 'E') return null;
        try {
            long exponent = Long.parseLong(text.substring(1));
            if (Math.abs(exponent) > MAX_EXPONENT) return null;
            return new Suffix(Format.DECIMAL_EXPONENT, (int) exponent);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The highest power that {@link #print} has a suffix for. */
    static int highest(Format format) {
        return switch (format) {
            case DECIMAL_SI -> 18;
            case BINARY_SI -> 60;
            case DECIMAL_EXPONENT -> Integer.MAX_VALUE;
        };
    }

    /** The suffix for a power; decimal ones come in steps of three, binary ones in steps of ten. */
    static String print(Format format, int exponent) {
        if (exponent == 0) return "";
        return switch (format) {
            case DECIMAL_EXPONENT -> "e" + exponent;
            case BINARY_SI -> BINARY.charAt(exponent / 10 - 1) + "i";
            case DECIMAL_SI ->
                switch (exponent) {
                    case -9 -> "n";
                    case -6 -> "u";
                    case -3 -> "m";
                    default -> String.valueOf(DECIMAL.charAt(exponent / 3 + 3));
                };
        };
    }
}
