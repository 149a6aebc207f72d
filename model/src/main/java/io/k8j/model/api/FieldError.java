package io.k8j.model.api;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One thing wrong with one field, in upstream's words.
 *
 * @param type the kind of mistake
 * @param field path such as {@code spec.template.spec.containers[0].name}
 * @param message the sentence without the path: {@code Invalid value: -1: must be greater than or equal to 0}
 */
public record FieldError(Type type, String field, String message) {
    /** Kinds of mistakes with the reason that a Status cause carries. */
    public enum Type {
        NOT_FOUND("FieldValueNotFound"),
        REQUIRED("FieldValueRequired"),
        DUPLICATE("FieldValueDuplicate"),
        INVALID("FieldValueInvalid"),
        NOT_SUPPORTED("FieldValueNotSupported"),
        FORBIDDEN("FieldValueForbidden"),
        TOO_LONG("FieldValueTooLong"),
        TOO_MANY("FieldValueTooMany"),
        INTERNAL("InternalError"),
        TYPE_INVALID("FieldValueTypeInvalid");

        private final String reason;

        Type(String reason) {
            this.reason = reason;
        }

        public String reason() {
            return reason;
        }
    }

    public static FieldError required(String field, String detail) {
        return new FieldError(Type.REQUIRED, field, withDetail("Required value", detail));
    }

    public static FieldError invalid(String field, Object value, String detail) {
        return new FieldError(Type.INVALID, field, withDetail("Invalid value: " + show(value), detail));
    }

    public static FieldError typeInvalid(String field, Object value, String detail) {
        return new FieldError(Type.TYPE_INVALID, field, withDetail("Invalid value: " + show(value), detail));
    }

    public static FieldError duplicate(String field, Object value) {
        return new FieldError(Type.DUPLICATE, field, "Duplicate value: " + show(value));
    }

    public static FieldError notFound(String field, Object value) {
        return new FieldError(Type.NOT_FOUND, field, "Not found: " + show(value));
    }

    public static FieldError forbidden(String field, String detail) {
        return new FieldError(Type.FORBIDDEN, field, withDetail("Forbidden", detail));
    }

    /** The value is none of {@code supported}, which the message lists in the given order. */
    public static FieldError notSupported(String field, Object value, Collection<String> supported) {
        String list = supported.stream().map(FieldError::show).collect(Collectors.joining(", "));
        String detail = supported.isEmpty() ? "" : "supported values: " + list;
        return new FieldError(Type.NOT_SUPPORTED, field, withDetail("Unsupported value: " + show(value), detail));
    }

    public static FieldError tooLong(String field, int maximumBytes) {
        return new FieldError(Type.TOO_LONG, field, "Too long: may not be more than " + maximumBytes + " bytes");
    }

    public static FieldError tooMany(String field, int actual, int maximum) {
        String items = maximum == 1 ? " item" : " items";
        return new FieldError(Type.TOO_MANY, field, "Too many: " + actual + ": must have at most " + maximum + items);
    }

    public static FieldError internal(String field, String detail) {
        return new FieldError(Type.INTERNAL, field, withDetail("Internal error", detail));
    }

    @Override
    public String toString() {
        return field.isEmpty() ? message : field + ": " + message;
    }

    /** Joins errors as upstream's aggregate does: alone as is, several in brackets, repeated ones once. */
    public static String aggregate(List<FieldError> errors) {
        List<String> texts =
                errors.stream().map(FieldError::toString).distinct().toList();
        return texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    }

    Map<String, Object> toCause() {
        Map<String, Object> cause = new LinkedHashMap<>();
        cause.put("reason", type.reason());
        cause.put("message", message);
        cause.put("field", field);
        return cause;
    }

    private static String withDetail(String start, String detail) {
        return detail == null || detail.isEmpty() ? start : start + ": " + detail;
    }

    /** Shows a value as Go's field errors do: strings quoted, nothing as null, structures as JSON. */
    private static String show(Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> GoQuote.quote(text);
            default -> value instanceof Map || value instanceof List ? json(value) : value.toString();
        };
    }

    /** Go's JSON may stand in a page: it spells out what HTML would take for marks of its own. */
    private static String json(Object value) {
        return ApiObject.writeJson(value)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026");
    }
}
