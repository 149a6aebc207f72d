package io.k8j.model.cel.functions;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import java.math.BigDecimal;

/** Upstream's {@code kubernetes.quantity}. */
public final class QuantityFunctions extends FunctionLibrary {
    private static final Arg QUANTITY = new Arg(Values.QUANTITY, CelQuantity.class);

    /** A quantity as CEL compares it: by its amount, whatever its suffix. */
    public record CelQuantity(BigDecimal amount) {
        public CelQuantity {
            amount = amount.stripTrailingZeros();
        }
    }

    public QuantityFunctions() {
        function("quantity", "string_to_quantity", Values.QUANTITY, args -> parse((String) args[0]), Values.TEXT);
        function(
                "isQuantity", "is_quantity_string", SimpleType.BOOL, args -> isQuantity((String) args[0]), Values.TEXT);
        // Upstream declares it as a function, not as a method.
        function(
                "sign",
                "quantity_sign",
                SimpleType.INT,
                args -> (long) amount(args[0]).signum(),
                QUANTITY);
        comparison("isGreaterThan", "quantity_is_greater_than", SimpleType.BOOL, 1);
        comparison("isLessThan", "quantity_is_less_than", SimpleType.BOOL, -1);
        method(
                "compareTo",
                "quantity_compare_to",
                SimpleType.INT,
                args -> (long) amount(args[0]).compareTo(amount(args[1])),
                QUANTITY,
                QUANTITY);
        method(
                "asApproximateFloat",
                "quantity_get_float",
                SimpleType.DOUBLE,
                args -> amount(args[0]).doubleValue(),
                QUANTITY);
        method("asInteger", "quantity_get_int", SimpleType.INT, args -> asInteger(amount(args[0])), QUANTITY);
        method("isInteger", "quantity_is_integer", SimpleType.BOOL, args -> isInteger(amount(args[0])), QUANTITY);
        arithmetic("add", 1);
        arithmetic("sub", -1);
    }

    private void comparison(String name, String overload, CelType result, int sign) {
        method(name, overload, result, args -> amount(args[0]).compareTo(amount(args[1])) == sign, QUANTITY, QUANTITY);
    }

    private void arithmetic(String name, int sign) {
        BigDecimal factor = BigDecimal.valueOf(sign);
        method(
                name,
                "quantity_" + name,
                Values.QUANTITY,
                args -> new CelQuantity(amount(args[0]).add(amount(args[1]).multiply(factor))),
                QUANTITY,
                QUANTITY);
        method(
                name,
                "quantity_" + name + "_int",
                Values.QUANTITY,
                args -> new CelQuantity(
                        amount(args[0]).add(BigDecimal.valueOf((Long) args[1]).multiply(factor))),
                QUANTITY,
                Values.INT);
    }

    private static BigDecimal amount(Object quantity) {
        return ((CelQuantity) quantity).amount();
    }

    private static CelQuantity parse(String text) {
        try {
            return new CelQuantity(Quantity.parse(text).amount());
        } catch (QuantityException e) {
            throw Values.error(e.getMessage());
        }
    }

    private static boolean isQuantity(String text) {
        try {
            Quantity.parse(text);
            return true;
        } catch (QuantityException e) {
            return false;
        }
    }

    private static boolean isInteger(BigDecimal amount) {
        return amount.scale() <= 0
                && amount.precision() - amount.scale() < 20
                && amount.toBigInteger().bitLength() < Long.SIZE;
    }

    private static long asInteger(BigDecimal amount) {
        if (!isInteger(amount)) throw Values.error("cannot convert value to integer");
        return amount.longValueExact();
    }
}
