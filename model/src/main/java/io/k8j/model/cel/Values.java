package io.k8j.model.cel;

import com.google.protobuf.NullValue;
import dev.cel.common.exceptions.CelInvalidArgumentException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import io.k8j.model.cel.FunctionLibrary.Arg;
import io.k8j.model.cel.functions.QuantityFunctions;
import io.k8j.model.cel.functions.Semver;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The types Kubernetes adds to CEL, by upstream's names, and how JSON trees become CEL values. */
public final class Values {
    public static final CelType URL = OpaqueType.create("kubernetes.URL");
    public static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
    public static final CelType SEMVER = OpaqueType.create("kubernetes.Semver");
    public static final CelType NAMED_FORMAT = OpaqueType.create("kubernetes.NamedFormat");
    public static final CelType IP = OpaqueType.create("net.IP");
    public static final CelType CIDR = OpaqueType.create("net.CIDR");

    /** A {@code string}. */
    public static final Arg TEXT = new Arg(SimpleType.STRING, String.class);

    /** An {@code int}. */
    public static final Arg INT = new Arg(SimpleType.INT, Long.class);

    /** A {@code bool}. */
    public static final Arg BOOL = new Arg(SimpleType.BOOL, Boolean.class);

    private Values() {}

    /** A failure of a function; CEL makes an error of it that {@code ||} and {@code &&} may absorb. */
    public static RuntimeException error(String message) {
        return new CelInvalidArgumentException(message);
    }

    /**
     * A JSON tree as untyped CEL value: fields that are null are absent, as upstream's expressions see it; whole numbers
     * are {@code int}, others {@code double}.
     */
    public static Object ofTree(Object tree) {
        return switch (tree) {
            case null -> NullValue.NULL_VALUE;
            case Map<?, ?> map -> {
                Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
                Trees.asMap(map).forEach((key, value) -> {
                    if (value != null) copy.put(key, ofTree(value));
                });
                yield copy;
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) copy.add(ofTree(item));
                yield copy;
            }
            case Integer i -> i.longValue();
            case Float f -> f.doubleValue();
            default -> tree;
        };
    }

    /** The type of {@link #quantity}. */
    public static CelType quantityType() {
        return QUANTITY;
    }

    /** A quantity as CEL value. */
    public static Object quantity(Quantity quantity) {
        return new QuantityFunctions.CelQuantity(quantity.amount());
    }

    /**
     * A semantic version as CEL value.
     *
     * @throws RuntimeException with upstream's sentence if the text is none
     */
    public static Object semver(String text) {
        return Semver.parse(text);
    }

    /** The order of two values of one comparable type. */
    public static int compare(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) return numbers(x, y);
        return switch (a) {
            case String s when b instanceof String t -> compareText(s, t);
            case Boolean s when b instanceof Boolean t -> s.compareTo(t);
            case Duration s when b instanceof Duration t -> s.compareTo(t);
            case Instant s when b instanceof Instant t -> s.compareTo(t);
            case CelByteString s
            when b instanceof CelByteString t -> java.util.Arrays.compareUnsigned(s.toByteArray(), t.toByteArray());
            default -> throw error("no such overload");
        };
    }

    private static int numbers(Number a, Number b) {
        if (a instanceof Long x && b instanceof Long y) return x.compareTo(y);
        if (a instanceof com.google.common.primitives.UnsignedLong x
                && b instanceof com.google.common.primitives.UnsignedLong y) return x.compareTo(y);
        return Double.compare(a.doubleValue(), b.doubleValue());
    }

    // Go compares strings by their bytes, which for UTF-8 is the order of code points.
    private static int compareText(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x == y) continue;
            boolean both = Character.isSurrogate(x) == Character.isSurrogate(y);
            return both ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
        }
        return Integer.compare(a.length(), b.length());
    }

    public static Arg listOf(CelType items) {
        return new Arg(ListType.create(items), List.class);
    }
}
