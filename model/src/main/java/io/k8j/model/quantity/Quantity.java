package io.k8j.model.quantity;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * An exact amount of a resource, such as {@code 250m} CPU or {@code 1536Mi} memory, with upstream's reading, canonical
 * printing and arithmetic. Immutable. Two quantities are equal if their amounts are, whatever their formats:
 * {@code 1Ki} equals {@code 1024}.
 *
 * <p>Differs from upstream in that exponents beyond ±1000 are refused and that amounts beyond {@code E} print all their
 * digits.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/">Quantity</a>
 */
public final class Quantity implements Comparable<Quantity> {
    /** How an amount is printed. */
    public enum Format {
        /** {@code n u m k M G T P E}. */
        DECIMAL_SI,
        /** {@code Ki Mi Gi Ti Pi Ei}. */
        BINARY_SI,
        /** {@code e3}, {@code e6}, … */
        DECIMAL_EXPONENT
    }

    public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Format.DECIMAL_SI, "0");

    static final String WRONG_FORMAT =
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    static final String WRONG_SUFFIX = "unable to parse quantity's suffix";

    private static final int MAX_TEXT = 4096;
    private static final int NANO = 9;
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
    private static final BigInteger BIG_KIBI = BigInteger.valueOf(1024);
    private static final BigDecimal LARGEST_BINARY = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal SMALLEST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);

    private final BigDecimal amount;
    private final Format format;
    private String text; // made on first use; the race between threads is harmless

    private Quantity(BigDecimal amount, Format format, String text) {
        this.amount = amount;
        this.format = format;
        this.text = text;
    }

    /**
     * Reads a quantity.
     *
     * @throws QuantityException in upstream's words if the text is none
     */
    public static Quantity parse(String text) {
        if (text.equals("0")) return ZERO;
        return new QuantityParser(text, MAX_TEXT).parse();
    }

    /**
     * Reads a value of a tree: a string or a number.
     *
     * @throws QuantityException if the value is neither or no quantity
     */
    public static Quantity of(Object value) {
        return switch (value) {
            case String s -> parse(s.strip());
            case Long n -> of(n.longValue());
            case Integer n -> of(n.longValue());
            case Number n -> parse(n.toString());
            case null, default -> throw new QuantityException(WRONG_FORMAT);
        };
    }

    /** Reads a typed object's quantity. */
    public static Quantity of(io.fabric8.kubernetes.api.model.Quantity value) {
        String suffix = value.getFormat();
        return parse(suffix == null ? value.getAmount() : value.getAmount() + suffix);
    }

    /** That many whole units. */
    public static Quantity of(long value) {
        return of(BigDecimal.valueOf(value), Format.DECIMAL_SI);
    }

    /** That many thousandths. */
    public static Quantity ofMilli(long value) {
        return of(BigDecimal.valueOf(value, 3), Format.DECIMAL_SI);
    }

    /** That amount, rounded away from zero to nano units, to be printed in that format. */
    public static Quantity of(BigDecimal amount, Format format) {
        boolean tooFine = amount.scale() > NANO;
        return new Quantity(tooFine ? amount.setScale(NANO, RoundingMode.UP) : amount, format, null);
    }

    static Quantity canonical(BigDecimal amount, Format format, String text) {
        return new Quantity(amount, format, text);
    }

    /** Applies upstream's bounds: rounded away from zero to nano units, binary amounts below 2^63. */
    static Quantity bounded(BigDecimal exact, Format format) {
        BigDecimal size = exact.abs();
        if (size.scale() > NANO) size = size.setScale(NANO, RoundingMode.UP);
        if (format == Format.BINARY_SI && size.compareTo(LARGEST_BINARY) > 0) size = LARGEST_BINARY;
        boolean fraction = format == Format.BINARY_SI && size.signum() > 0 && size.compareTo(BigDecimal.ONE) < 0;
        return new Quantity(exact.signum() < 0 ? size.negate() : size, fraction ? Format.DECIMAL_SI : format, null);
    }

    public Format format() {
        return format;
    }

    /** The exact amount. */
    public BigDecimal amount() {
        return amount;
    }

    public int signum() {
        return amount.signum();
    }

    /** Whole units, rounded away from zero, at most {@code Long.MAX_VALUE}. */
    public long value() {
        return scaled(0);
    }

    /** Thousandths, rounded away from zero, at most {@code Long.MAX_VALUE}. */
    public long milliValue() {
        return scaled(3);
    }

    private long scaled(int places) {
        BigDecimal moved = amount.scaleByPowerOfTen(places);
        if (moved.compareTo(LARGEST_BINARY) >= 0) return Long.MAX_VALUE;
        if (moved.compareTo(SMALLEST_LONG) <= 0) return Long.MIN_VALUE;
        return moved.setScale(0, RoundingMode.UP).longValueExact();
    }

    public double doubleValue() {
        return amount.doubleValue();
    }

    /** The sum, in this quantity's format, or in the other's if this is zero. */
    public Quantity add(Quantity other) {
        return of(amount.add(other.amount), amount.signum() == 0 ? other.format : format);
    }

    /** The difference, in this quantity's format, or in the other's if this is zero. */
    public Quantity subtract(Quantity other) {
        return of(amount.subtract(other.amount), amount.signum() == 0 ? other.format : format);
    }

    public Quantity negate() {
        return of(amount.negate(), format);
    }

    /** Orders by amount; consistent with {@link #equals}. */
    @Override
    public int compareTo(Quantity other) {
        return amount.compareTo(other.amount);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Quantity q && amount.compareTo(q.amount) == 0;
    }

    @Override
    public int hashCode() {
        return amount.stripTrailingZeros().hashCode();
    }

    /** The form upstream stores and shows. */
    @Override
    public String toString() {
        String known = text;
        if (known == null) {
            known = print();
            text = known;
        }
        return known;
    }

    private String print() {
        if (amount.signum() == 0) return "0";
        if (format == Format.BINARY_SI && amount.abs().compareTo(KIBI) >= 0) {
            BigDecimal whole = amount.stripTrailingZeros();
            if (whole.scale() <= 0) return printBinary(whole.toBigIntegerExact());
        }
        return printDecimal(format == Format.DECIMAL_EXPONENT ? format : Format.DECIMAL_SI);
    }

    private static String printBinary(BigInteger whole) {
        BigInteger rest = whole;
        int exponent = 0;
        while (exponent < Suffix.highest(Format.BINARY_SI)) {
            BigInteger[] parts = rest.divideAndRemainder(BIG_KIBI);
            if (parts[1].signum() != 0) break;
            rest = parts[0];
            exponent += 10;
        }
        return rest + Suffix.print(Format.BINARY_SI, exponent);
    }

    private String printDecimal(Format as) {
        BigDecimal bare = amount.stripTrailingZeros();
        int exponent = Math.min(Math.floorDiv(-bare.scale(), 3) * 3, Suffix.highest(as));
        return bare.scaleByPowerOfTen(-exponent).toBigIntegerExact() + Suffix.print(as, exponent);
    }
}
