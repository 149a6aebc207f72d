package io.k8j.model.cel.functions;

import com.google.common.primitives.UnsignedLong;
import com.google.protobuf.NullValue;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@code string.format(list)} of CEL's string extension. */
public final class StringFormat extends FunctionLibrary {
    private static final int DEFAULT_PRECISION = 6;
    private static final int MAX_PRECISION = 1000;

    public StringFormat() {
        method(
                "format",
                "string_format",
                SimpleType.STRING,
                args -> format((String) args[0], (List<?>) args[1]),
                Values.TEXT,
                Values.listOf(SimpleType.DYN));
    }

    private static String format(String text, List<?> arguments) {
        StringBuilder out = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            if (++i >= text.length()) throw Values.error("unexpected end of string");
            if (text.charAt(i) == '%') {
                out.append('%');
                continue;
            }
            int precision = DEFAULT_PRECISION;
            if (text.charAt(i) == '.') {
                int start = ++i;
                while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') i++;
                if (i == start || i - start > 4 || i >= text.length()) {
                    throw Values.error("could not parse formatting clause: unable to find end of precision specifier");
                }
                precision = Math.min(Integer.parseInt(text.substring(start, i)), MAX_PRECISION);
            }
            if (used >= arguments.size()) throw Values.error("index " + used + " out of range");
            out.append(clause(text.charAt(i), precision, arguments.get(used++)));
        }
        return out.toString();
    }

    private static String clause(char verb, int precision, Object value) {
        return switch (verb) {
            case 's' -> text(value);
            case 'd' -> decimal(value);
            case 'f' -> fixed(value, precision);
            case 'e' -> scientific(value, precision);
            case 'b' -> binary(value);
            case 'x' -> hex(value).toLowerCase(Locale.ROOT);
            case 'X' -> hex(value).toUpperCase(Locale.ROOT);
            case 'o' -> octal(value);
            default ->
                throw Values.error(
                        "could not parse formatting clause: unrecognized formatting clause \"" + verb + "\"");
        };
    }

    private static String text(Object value) {
        return switch (value) {
            case String s -> s;
            case NullValue n -> "null";
            case dev.cel.common.values.NullValue n -> "null";
            case Double d -> number(d);
            case Duration d ->
                new BigDecimal(d.toSeconds())
                                .add(BigDecimal.valueOf(d.getNano(), 9))
                                .stripTrailingZeros()
                                .toPlainString()
                        + "s";
            case Instant t -> t.toString();
            case CelByteString b -> b.toStringUtf8();
            case List<?> list ->
                "[" + String.join(", ", list.stream().map(StringFormat::text).toList()) + "]";
            case Map<?, ?> map -> {
                Map<String, String> sorted = new TreeMap<>();
                map.forEach((k, v) -> sorted.put(text(k), text(v)));
                yield "{"
                        + String.join(
                                ", ",
                                sorted.entrySet().stream()
                                        .map(e -> e.getKey() + ": " + e.getValue())
                                        .toList())
                        + "}";
            }
            case Boolean b -> b.toString();
            case Number n -> n.toString();
            default ->
                throw Values.error("error during formatting: string clause can only be used on strings, bools,"
                        + " bytes, ints, doubles, maps, lists, types, durations, and timestamps");
        };
    }

    private static String number(double d) {
        if (Double.isNaN(d)) return "NaN";
        if (Double.isInfinite(d)) return d > 0 ? "Infinity" : "-Infinity";
        return new BigDecimal(Double.toString(d)).stripTrailingZeros().toPlainString();
    }

    private static String decimal(Object value) {
        if (value instanceof Long || value instanceof UnsignedLong) return value.toString();
        if (value instanceof Double d && (d.isNaN() || d.isInfinite() || d == Math.rint(d))) return number(d);
        throw Values.error("error during formatting: decimal clause can only be used on integers");
    }

    private static String fixed(Object value, int precision) {
        if (!(value instanceof Number n)) {
            throw Values.error("error during formatting: fixed-point clause can only be used on doubles");
        }
        double d = n.doubleValue();
        if (Double.isNaN(d) || Double.isInfinite(d)) return number(d);
        return new BigDecimal(n.toString())
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    private static String scientific(Object value, int precision) {
        if (!(value instanceof Number n)) {
            throw Values.error("error during formatting: scientific clause can only be used on doubles");
        }
        double d = n.doubleValue();
        if (Double.isNaN(d) || Double.isInfinite(d)) return number(d);
        return String.format(Locale.ROOT, "%." + precision + "e", d);
    }

    private static String binary(Object value) {
        return switch (value) {
            case Boolean b -> b ? "1" : "0";
            case Long n -> n < 0 ? "-" + Long.toBinaryString(-n) : Long.toBinaryString(n);
            case UnsignedLong n -> n.toString(2);
            default ->
                throw Values.error("error during formatting: only integers and bools can be formatted as binary");
        };
    }

    private static String hex(Object value) {
        return switch (value) {
            case Long n -> n < 0 ? "-" + Long.toHexString(-n) : Long.toHexString(n);
            case UnsignedLong n -> n.toString(16);
            case String s -> HexFormat.of().formatHex(s.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            case CelByteString b -> HexFormat.of().formatHex(b.toByteArray());
            default ->
                throw Values.error(
                        "error during formatting: only integers, byte buffers, and strings can be formatted as hex");
        };
    }

    private static String octal(Object value) {
        return switch (value) {
            case Long n -> n < 0 ? "-" + Long.toOctalString(-n) : Long.toOctalString(n);
            case UnsignedLong n -> n.toString(8);
            default -> throw Values.error("error during formatting: octal clause can only be used on integers");
        };
    }
}
