package io.k8j.model.cel.functions;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import io.k8j.model.cel.CostMeter;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Upstream's {@code kubernetes.lists}: isSorted, sum, min, max, indexOf, lastIndexOf. */
public final class ListFunctions extends FunctionLibrary {
    private static final Map<String, CelType> SUMMABLE = types("int", "uint", "double", "duration");
    private static final Map<String, CelType> COMPARABLE =
            types("int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes");
    private static final long MAX_RANGE = 1_000_000;
    private static final CelType ANY = TypeParamType.create("A");

    public ListFunctions() {
        COMPARABLE.forEach((name, type) -> {
            method(
                    "isSorted",
                    "list_" + name + "_is_sorted_bool",
                    SimpleType.BOOL,
                    args -> isSorted((List<?>) args[0]),
                    Values.listOf(type));
            method("min", "list_" + name + "_min_" + name, type, args -> best("min", args[0], -1), Values.listOf(type));
            method("max", "list_" + name + "_max_" + name, type, args -> best("max", args[0], 1), Values.listOf(type));
        });
        SUMMABLE.forEach((name, type) -> method(
                "sum",
                "list_" + name + "_sum_" + name,
                type,
                args -> sum(name, (List<?>) args[0]),
                Values.listOf(type)));
        method(
                "indexOf",
                "list_a_index_of_int",
                SimpleType.INT,
                args -> (long) ((List<?>) args[0]).indexOf(args[1]),
                Values.listOf(ANY),
                new Arg(ANY, Object.class));
        function(
                "lists.range",
                "lists_range",
                ListType.create(SimpleType.INT),
                args -> range((Long) args[0]),
                Values.INT);
        method(
                "lastIndexOf",
                "list_a_last_index_of_int",
                SimpleType.INT,
                args -> (long) ((List<?>) args[0]).lastIndexOf(args[1]),
                Values.listOf(ANY),
                new Arg(ANY, Object.class));
    }

    // CEL's own would fill the memory before anybody counts what it costs.
    private static List<Long> range(long size) {
        if (size > MAX_RANGE) throw new CostMeter.ExceededException();
        return LongStream.range(0, Math.max(0, size)).boxed().toList();
    }

    private static Map<String, CelType> types(String... names) {
        Map<String, CelType> all = new LinkedHashMap<>();
        for (String name : names) {
            all.put(
                    name,
                    switch (name) {
                        case "int" -> SimpleType.INT;
                        case "uint" -> SimpleType.UINT;
                        case "double" -> SimpleType.DOUBLE;
                        case "bool" -> SimpleType.BOOL;
                        case "duration" -> SimpleType.DURATION;
                        case "timestamp" -> SimpleType.TIMESTAMP;
                        case "string" -> SimpleType.STRING;
                        default -> SimpleType.BYTES;
                    });
        }
        return all;
    }

    private static boolean isSorted(List<?> list) {
        for (int i = 1; i < list.size(); i++) {
            if (Values.compare(list.get(i - 1), list.get(i)) > 0) return false;
        }
        return true;
    }

    private static Object best(String function, Object argument, int sign) {
        List<?> list = (List<?>) argument;
        if (list.isEmpty()) throw Values.error(function + " called on empty list");
        Object best = list.getFirst();
        for (Object item : list) {
            if (Values.compare(item, best) * sign > 0) best = item;
        }
        return best;
    }

    // An empty list gives the zero of the type it is declared to have.
    private static Object sum(String type, List<?> list) {
        Object sum = list.isEmpty() ? zero(type) : zeroLike(list.getFirst());
        for (Object item : list) sum = add(sum, item);
        return sum;
    }

    private static Object zero(String type) {
        return switch (type) {
            case "uint" -> UnsignedLong.ZERO;
            case "double" -> 0.0;
            case "duration" -> Duration.ZERO;
            default -> 0L;
        };
    }

    private static Object zeroLike(Object item) {
        return switch (item) {
            case UnsignedLong u -> zero("uint");
            case Double d -> zero("double");
            case Duration d -> zero("duration");
            default -> zero("int");
        };
    }

    private static Object add(Object a, Object b) {
        try {
            return switch (a) {
                case Long x when b instanceof Long y -> Math.addExact(x, y);
                case Double x when b instanceof Double y -> x + y;
                case Duration x when b instanceof Duration y -> x.plus(y);
                case UnsignedLong x
                when b instanceof UnsignedLong y -> {
                    UnsignedLong sum = x.plus(y);
                    if (sum.compareTo(x) < 0) throw Values.error("unsigned integer overflow");
                    yield sum;
                }
                default -> throw Values.error("no such overload");
            };
        } catch (ArithmeticException e) {
            throw Values.error("integer overflow");
        }
    }
}
