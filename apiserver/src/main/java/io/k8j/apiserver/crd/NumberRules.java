package io.k8j.apiserver.crd;

import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** What a schema asks of numbers. */
final class NumberRules {
    private NumberRules() {}

    static void check(String at, Map<String, Object> schema, Number number, List<FieldError> errors) {
        BigDecimal value = new BigDecimal(number.toString());
        format(at, schema, value, errors);
        BigDecimal step = decimal(schema.get("multipleOf"));
        if (step != null && step.signum() > 0 && value.remainder(step).signum() != 0) {
            invalid(at, number, "%s in body should be a multiple of %s".formatted(at, plain(step)), errors);
        }
        BigDecimal most = decimal(schema.get("maximum"));
        boolean belowMost = Trees.isTrue(schema, "exclusiveMaximum");
        if (most != null && (belowMost ? value.compareTo(most) >= 0 : value.compareTo(most) > 0)) {
            String than = belowMost ? "less than" : "less than or equal to";
            invalid(at, number, "%s in body should be %s %s".formatted(at, than, plain(most)), errors);
        }
        BigDecimal least = decimal(schema.get("minimum"));
        boolean aboveLeast = Trees.isTrue(schema, "exclusiveMinimum");
        if (least != null && (aboveLeast ? value.compareTo(least) <= 0 : value.compareTo(least) < 0)) {
            String than = aboveLeast ? "greater than" : "greater than or equal to";
            invalid(at, number, "%s in body should be %s %s".formatted(at, than, plain(least)), errors);
        }
    }

    private static void format(String at, Map<String, Object> schema, BigDecimal value, List<FieldError> errors) {
        String format = Trees.string(schema, "format");
        if (format == null || !"integer".equals(schema.get("type"))) return;
        int bits = switch (format) {
            case "int32" -> 31;
            case "int64" -> 63;
            default -> Integer.MAX_VALUE;
        };
        if (value.toBigInteger().bitLength() <= bits) return;
        String detail = "Checked value must be of type integer with format %s in %s".formatted(format, at);
        errors.add(FieldError.invalid("<nil>", "", detail));
    }

    private static BigDecimal decimal(Object value) {
        return value instanceof Number n ? new BigDecimal(n.toString()) : null;
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }

    private static void invalid(String at, Number value, String detail, List<FieldError> errors) {
        errors.add(FieldError.invalid(at, value, detail));
    }
}
