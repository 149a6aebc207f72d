package io.k8j.kubelet.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A query in the part of jq's language that stages use: paths ({@code .a.b["c"][0].[]}), pipes, {@code select},
 * comparisons, {@code and}, {@code or}, {@code not}, {@code has}, {@code length}, {@code //} and constants. Immutable.
 *
 * @see <a href="https://jqlang.org/manual/">jq's manual</a>
 */
public final class Jq {
    /** Maps one value to any number of values. */
    @FunctionalInterface
    interface Filter {
        /** @throws Mismatch if the value is not of the kind the filter wants */
        List<Object> apply(Object input);
    }

    /** A value that a filter cannot work on; the query then has no results. */
    static final class Mismatch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message, null, false, false);
        }
    }

    private final String text;
    private final Filter filter;

    private Jq(String text, Filter filter) {
        this.text = text;
        this.filter = filter;
    }

    /** @throws IllegalArgumentException if the text is no query, or one that is not known here; it tells the column */
    public static Jq parse(String text) {
        return new Jq(text, new JqParser(text).parse());
    }

    /** All results but nulls; none if the query does not fit the value. */
    public List<Object> results(Object tree) {
        try {
            List<Object> results = filter.apply(tree);
            return results.stream().allMatch(Objects::nonNull)
                    ? results
                    : results.stream().filter(Objects::nonNull).toList();
        } catch (Mismatch e) {
            return List.of();
        }
    }

    @Override
    public String toString() {
        return text;
    }

    static Filter field(Filter of, String name) {
        return input -> each(of.apply(input), value -> switch (value) {
            case null -> null;
            case Map<?, ?> map -> map.get(name);
            default -> throw new Mismatch("expected an object but got: " + value);
        });
    }

    static Filter element(Filter of, int index) {
        return input -> each(of.apply(input), value -> switch (value) {
            case null -> null;
            case List<?> list -> {
                int at = index < 0 ? list.size() + index : index;
                yield at >= 0 && at < list.size() ? list.get(at) : null;
            }
            default -> throw new Mismatch("expected an array but got: " + value);
        });
    }

    static Filter all(Filter of) {
        return input -> {
            List<Object> results = new ArrayList<>();
            for (Object value : of.apply(input)) {
                switch (value) {
                    case List<?> list -> results.addAll(list);
                    case Map<?, ?> map -> results.addAll(map.values());
                    case null, default -> throw new Mismatch("cannot iterate over: " + value);
                }
            }
            return results;
        };
    }

    static Filter optional(Filter of) {
        return input -> {
            try {
                return of.apply(input);
            } catch (Mismatch e) {
                return List.of();
            }
        };
    }

    static Filter pipe(Filter first, Filter then) {
        return input -> {
            List<Object> results = new ArrayList<>();
            for (Object value : first.apply(input)) results.addAll(then.apply(value));
            return results;
        };
    }

    static Filter either(Filter first, Filter other) {
        return input -> {
            List<Object> good =
                    optional(first).apply(input).stream().filter(Jq::truth).toList();
            return good.isEmpty() ? other.apply(input) : good;
        };
    }

    static Filter select(Filter condition) {
        return input -> condition.apply(input).stream().anyMatch(Jq::truth) ? one(input) : List.of();
    }

    static Filter compare(Filter left, String sign, Filter right) {
        return input -> {
            List<Object> results = new ArrayList<>();
            for (Object b : right.apply(input)) {
                for (Object a : left.apply(input)) results.add(compare(a, sign, b));
            }
            return results;
        };
    }

    private static boolean compare(Object a, String sign, Object b) {
        return switch (sign) {
            case "==" -> equal(a, b);
            case "!=" -> !equal(a, b);
            case "<" -> order(a, b) < 0;
            case "<=" -> order(a, b) <= 0;
            case ">" -> order(a, b) > 0;
            default -> order(a, b) >= 0;
        };
    }

    private static boolean equal(Object a, Object b) {
        return a instanceof Number && b instanceof Number ? order(a, b) == 0 : Objects.equals(a, b);
    }

    /** Of different kinds: null, booleans, numbers, strings, the rest. */
    private static int order(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) return Double.compare(x.doubleValue(), y.doubleValue());
        if (a instanceof String x && b instanceof String y) return x.compareTo(y);
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Object value) {
        return switch (value) {
            case null -> 0;
            case Boolean flag -> flag ? 2 : 1;
            case Number _ -> 3;
            case String _ -> 4;
            default -> 5;
        };
    }

    static boolean truth(Object value) {
        return value != null && !Boolean.FALSE.equals(value);
    }

    /** A list of one value, which may be null. */
    static List<Object> one(Object value) {
        return java.util.Collections.singletonList(value);
    }

    private static List<Object> each(List<Object> values, java.util.function.UnaryOperator<Object> change) {
        if (values.size() == 1) return one(change.apply(values.getFirst()));
        List<Object> results = new ArrayList<>(values.size());
        for (Object value : values) results.add(change.apply(value));
        return results;
    }
}
