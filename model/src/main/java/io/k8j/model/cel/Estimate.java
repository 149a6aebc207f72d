package io.k8j.model.cel;

/**
 * A range of costs or sizes. Nothing overflows: what is too large stays at {@link #UNBOUNDED}.
 *
 * @param min 0 or more
 * @param max {@code min} or more
 */
public record Estimate(long min, long max) {
    /** What no calculation exceeds. */
    public static final long UNBOUNDED = Long.MAX_VALUE;

    static final Estimate UNKNOWN = new Estimate(0, UNBOUNDED);
    static final Estimate ZERO = new Estimate(0, 0);
    static final Estimate ONE = new Estimate(1, 1);

    static Estimate of(long exactly) {
        return new Estimate(exactly, exactly);
    }

    Estimate plus(Estimate other) {
        return new Estimate(sum(min, other.min), sum(max, other.max));
    }

    Estimate times(Estimate other) {
        return new Estimate(product(min, other.min), product(max, other.max));
    }

    /** Both bounds times a factor, rounded up. */
    Estimate times(double factor) {
        return new Estimate(scaled(min, factor), scaled(max, factor));
    }

    Estimate union(Estimate other) {
        return new Estimate(Math.min(min, other.min), Math.max(max, other.max));
    }

    /** The sum, bounded. */
    public static long sum(long a, long b) {
        return a > UNBOUNDED - b ? UNBOUNDED : a + b;
    }

    /** The product, bounded. */
    public static long product(long a, long b) {
        return b != 0 && a > UNBOUNDED / b ? UNBOUNDED : a * b;
    }

    static long scaled(long value, double factor) {
        double product = Math.ceil(value * factor);
        return product >= UNBOUNDED ? UNBOUNDED : (long) product;
    }
}
