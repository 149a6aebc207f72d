package io.k8j.model.device;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.k8j.model.cel.Environment;
import io.k8j.model.cel.Estimate;
import io.k8j.model.cel.Expression;
import io.k8j.model.cel.Language;
import io.k8j.model.cel.Values;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A selector of devices: a CEL expression over {@code device.driver}, {@code device.attributes}, {@code device.capacity}
 * and {@code device.allowMultipleAllocations}. Immutable; safe for all threads.
 */
public final class DeviceExpression {
    /** What one evaluation may cost, and what a selector may cost by estimate. */
    public static final long MAX_COST = 1_000_000;

    /** How long the text of a selector may be, in bytes. */
    public static final int MAX_LENGTH = 10 * 1024;

    private static final int MOST_ENTRIES = 32; // attributes and capacities of one device
    private static final int LONGEST_DOMAIN = 63;
    private static final int LONGEST_ID = 32;
    private static final int LONGEST_VALUE = 64;

    private final Expression expression;

    /** What came of compiling a text. */
    public sealed interface Compiled {
        /** It can be run. */
        record Ready(DeviceExpression expression) implements Compiled {}

        /** It is wrong; {@code message} is upstream's. */
        record Fault(String message) implements Compiled {}
    }

    /** What came of asking about a device. */
    public sealed interface Answer {
        /** The device is one that is asked for, or is none. */
        record Matches(boolean value) implements Answer {}

        /** The expression does not work for this device; {@code message} is upstream's. */
        record Failed(String message) implements Answer {}
    }

    /** Made on first use: most clusters have no devices. */
    private static final class Lazy {
        private static final CelType ATTRIBUTES =
                MapType.create(SimpleType.STRING, MapType.create(SimpleType.STRING, SimpleType.DYN));
        private static final CelType CAPACITY =
                MapType.create(SimpleType.STRING, MapType.create(SimpleType.STRING, Values.quantityType()));
        private static final StructType DEVICE = StructType.create(
                "kubernetes.DRADevice",
                ImmutableSet.of("driver", "attributes", "capacity", "allowMultipleAllocations"),
                name -> Optional.ofNullable(
                        switch (name) {
                            case "driver" -> SimpleType.STRING;
                            case "attributes" -> ATTRIBUTES;
                            case "capacity" -> CAPACITY;
                            case "allowMultipleAllocations" -> SimpleType.BOOL;
                            default -> null;
                        }));
        private static final Environment ENVIRONMENT = Environment.of(
                Language.withBindings(),
                Map.of(DeviceVariable.NAME, DEVICE),
                Map.of(DEVICE.name(), DEVICE),
                DeviceExpression::size);
    }

    private DeviceExpression(Expression expression) {
        this.expression = expression;
    }

    /** Compiles a text that is not longer than {@link #MAX_LENGTH}. */
    public static Compiled compile(String text) {
        return switch (Lazy.ENVIRONMENT.compile(text)) {
            case Environment.Compiled.Fault(String message) -> new Compiled.Fault("compilation failed: " + message);
            case Environment.Compiled.Ready(Expression expression) -> {
                CelType type = expression.type();
                yield type.equals(SimpleType.BOOL) || type.equals(SimpleType.DYN) || type.equals(SimpleType.ANY)
                        ? new Compiled.Ready(new DeviceExpression(expression))
                        : new Compiled.Fault("must evaluate to bool or the unknown type, not " + CelTypes.format(type));
            }
        };
    }

    /** What it costs at worst, in CEL's units. */
    public long maxCost() {
        return expression.cost().max();
    }

    /** Asks about a device. */
    public Answer matches(DeviceVariable device) {
        return switch (expression.evaluate(device.variables(), MAX_COST)) {
            case Expression.Outcome.Value(Boolean value, long cost) -> new Answer.Matches(value);
            case Expression.Outcome.Value(Object value, long cost) ->
                new Answer.Failed("CEL result of type %s could not be converted to bool".formatted(typeOf(value)));
            case Expression.Outcome.Failed(String message, long cost) -> new Answer.Failed(message);
            case Expression.Outcome.TooExpensive(long cost) ->
                new Answer.Failed("operation cancelled: actual cost limit exceeded");
        };
    }

    private static String typeOf(Object value) {
        return switch (value) {
            case String s -> "string";
            case Long n -> "int";
            case Double d -> "double";
            case Map<?, ?> m -> "map";
            case List<?> l -> "list";
            case null, default -> "dyn";
        };
    }

    /** Bounds of what lies below the variable, as the API's limits give them. */
    private static Estimate size(List<String> path) {
        if (path.size() < 2) return null;
        boolean capacity = path.get(1).equals("capacity");
        return switch (path.get(1)) {
            case "driver" -> path.size() == 2 ? upTo(LONGEST_DOMAIN) : null;
            case "allowMultipleAllocations" -> path.size() == 2 ? upTo(1) : null;
            case "attributes", "capacity" -> below(path.subList(2, path.size()), capacity);
            default -> null;
        };
    }

    private static Estimate below(List<String> steps, boolean capacity) {
        if (steps.isEmpty()) return upTo(MOST_ENTRIES);
        boolean inside = isItem(steps.getFirst());
        if (steps.size() == 1)
            return inside ? upTo(MOST_ENTRIES) : isKey(steps.getFirst()) ? upTo(LONGEST_DOMAIN) : null;
        if (!inside || steps.size() > 2) return null;
        if (isKey(steps.get(1))) return upTo(LONGEST_ID);
        if (capacity) return isItem(steps.get(1)) ? upTo(0) : null;
        return upTo(LONGEST_VALUE);
    }

    private static boolean isItem(String step) {
        return step.equals("@values") || step.equals("@items");
    }

    private static boolean isKey(String step) {
        return step.equals("@keys");
    }

    private static Estimate upTo(long size) {
        return new Estimate(0, size);
    }
}
