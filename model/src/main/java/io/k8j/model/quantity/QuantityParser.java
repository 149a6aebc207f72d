package io.k8j.model.quantity;

import io.k8j.model.quantity.Quantity.Format;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Reads one text from left to right: sign, digits, fraction, suffix; absent digits count as zero, as upstream. */
final class QuantityParser {
    private static final String SUFFIX_LETTERS = "eEinumkKMGTP";
    private static final int LONG_DIGITS = 18;

    private final String text;
    private int at;

    QuantityParser(String text, int limit) {
        if (text.isEmpty() || text.length() > limit) throw new QuantityException(Quantity.WRONG_FORMAT);
        this.text = text;
    }

    Quantity parse() {
        boolean negative = text.charAt(0) == '-';
        if (negative || text.charAt(0) == '+') at++;
        while (peek() == '0') at++;
        int wholeStart = at;
        skipDigits();
        String whole = text.substring(wholeStart, at);
        String fraction = "";
        if (peek() == '.') {
            int fractionStart = ++at;
            skipDigits();
            fraction = text.substring(fractionStart, at);
        }
        Suffix suffix = suffix();
        String digits = whole.isEmpty() ? "0" + fraction : whole + fraction;
        return amount(negative, digits, fraction.length(), suffix);
    }

    private Suffix suffix() {
        int start = at;
        while (at < text.length() && SUFFIX_LETTERS.indexOf(text.charAt(at)) >= 0) at++;
        if (peek() == '+' || peek() == '-') at++;
        skipDigits();
        if (at < text.length()) throw new QuantityException(Quantity.WRONG_FORMAT);
        Suffix suffix = Suffix.parse(text.substring(start));
        if (suffix == null) throw new QuantityException(Quantity.WRONG_SUFFIX);
        return suffix;
    }

    private Quantity amount(boolean negative, String digits, int places, Suffix suffix) {
        boolean small = digits.length() <= LONG_DIGITS;
        long unscaled = small ? Long.parseLong(digits) : 0;
        BigDecimal number =
                small ? BigDecimal.valueOf(unscaled, places) : new BigDecimal(new BigInteger(digits), places);
        boolean binary = suffix.format() == Format.BINARY_SI;
        BigDecimal exact = binary
                ? number.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(suffix.exponent())))
                : number.scaleByPowerOfTen(suffix.exponent());
        if (negative) exact = exact.negate();
        if (small && keepsText(digits, unscaled, places, suffix)) {
            return Quantity.canonical(exact, suffix.format(), text);
        }
        return Quantity.bounded(exact, suffix.format());
    }

    /** Upstream stores some texts as they came, because a cheap look says that they are canonical already. */
    private static boolean keepsText(String digits, long unscaled, int places, Suffix suffix) {
        if (suffix.format() == Format.BINARY_SI) {
            int precision = 15 - digits.length() - suffix.exponent() * 3 / 10 - 1;
            return places == 0 && precision >= 0 && (unscaled & 7) != 0;
        }
        int scale = suffix.exponent() - places;
        return scale >= -9 && scale % 3 == 0 && !digits.endsWith("000") && digits.charAt(0) != '0';
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skipDigits() {
        while (peek() >= '0' && peek() <= '9') at++;
    }
}
