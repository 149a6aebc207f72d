package io.k8j.model.yaml;

import io.k8j.model.json.Json;
import io.k8j.model.json.JsonException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** What a scalar of YAML means. */
final class Scalars {
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]*)");
    private static final Pattern TIMESTAMP =
            Pattern.compile("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?"
                    + "[ \\t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?)?)?");
    private static final Pattern BASE_60 = Pattern.compile("[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?");

    private static final Object NOT_RESOLVED = new Object();
    private static final String TAGS = "tag:yaml.org,2002:";
    private static final int MAX_NUMBER = 1000;

    private static final Map<String, Boolean> BOOLEANS = booleans();

    private Scalars() {}

    private static Map<String, Boolean> booleans() {
        Map<String, Boolean> words = new HashMap<>();
        for (String word : "y Y yes Yes YES true True TRUE on On ON".split(" ")) words.put(word, true);
        for (String word : "n N no No NO false False FALSE off Off OFF".split(" ")) words.put(word, false);
        return Map.copyOf(words);
    }

    static Object resolve(ScalarEvent scalar) {
        String text = scalar.getValue();
        String tag = scalar.getTag().orElse(null);
        if (tag == null) {
            if (!scalar.isPlain()) return text;
            Object value = plain(text);
            return value == NOT_RESOLVED ? text : value;
        }
        if (tag.equals(TAGS + "binary")) {
            try {
                byte[] bytes = Base64.getMimeDecoder().decode(text);
                return new String(bytes, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new JsonException("yaml: !!binary value contains invalid base64 data", e);
            }
        }
        boolean typed = tag.equals(TAGS + "int")
                || tag.equals(TAGS + "float")
                || tag.equals(TAGS + "bool")
                || tag.equals(TAGS + "null");
        if (!typed) return text;
        Object value = plain(text);
        if (value == NOT_RESOLVED) {
            throw new JsonException("yaml: cannot decode !!str `" + text + "` as a !!" + tag.substring(TAGS.length()));
        }
        return value;
    }

    /** Whether a word, written without quotes, would be read back as something else than the string. */
    static boolean needsQuotes(String text) {
        if (text.isEmpty() || text.equals("<<")) return true;
        char c = text.charAt(0);
        if (c > '9' && c < 'A' || c > 'z' && c != '~') return false;
        return plain(text) != NOT_RESOLVED
                || TIMESTAMP.matcher(text).matches()
                || text.indexOf(':') > 0 && BASE_60.matcher(text).matches();
    }

    /** The value of a word without quotes; {@link #NOT_RESOLVED} if it is just a string. */
    private static Object plain(String text) {
        if (text.isEmpty()) return null;
        char c = text.charAt(0);
        if (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.') return number(text);
        return switch (text) {
            case "~", "null", "Null", "NULL" -> null;
            default -> BOOLEANS.containsKey(text) ? BOOLEANS.get(text) : NOT_RESOLVED;
        };
    }

    private static Object number(String text) {
        switch (text) {
            case ".nan", ".NaN", ".NAN" -> throw new JsonException("json: unsupported value: NaN");
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" ->
                throw new JsonException("json: unsupported value: +Inf");
            case "-.inf", "-.Inf", "-.INF" -> throw new JsonException("json: unsupported value: -Inf");
            default -> {}
        }
        if (text.length() > MAX_NUMBER) return NOT_RESOLVED;
        String digits = text.charAt(0) == '.' ? text : text.replace("_", "");
        if (INTEGER.matcher(digits).matches()) return whole(new BigInteger(digits));
        Object based = based(digits);
        if (based != NOT_RESOLVED) return based;
        if (!FLOAT.matcher(digits).matches()) return NOT_RESOLVED;
        double value = Double.parseDouble(digits);
        if (Double.isInfinite(value)) return NOT_RESOLVED;
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) return (long) value; // as JSON prints it
        return Json.parse(Json.write(value));
    }

    /** Numbers of another base: {@code 0x1f}, {@code 0b11}, {@code 0o17}, {@code 017}. */
    private static Object based(String digits) {
        boolean negative = digits.startsWith("-");
        String rest = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        if (rest.length() < 2 || rest.charAt(0) != '0') return NOT_RESOLVED;
        int radix = switch (rest.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            default -> 8;
        };
        boolean octalWord = rest.charAt(1) == 'o' || rest.charAt(1) == 'O';
        String body = rest.substring(radix != 8 || octalWord ? 2 : 1);
        if (body.isEmpty() || body.charAt(0) == '-' || body.charAt(0) == '+') return NOT_RESOLVED;
        try {
            BigInteger value = new BigInteger(body, radix);
            return whole(negative ? value.negate() : value);
        } catch (NumberFormatException e) {
            return NOT_RESOLVED;
        }
    }

    private static Object whole(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Object) value.longValueExact() : value;
    }

    /** A map's key as the string that JSON needs. */
    static String key(Object key) {
        return switch (key) {
            case String s -> s;
            case Boolean b -> b.toString();
            case Number n -> Json.writeString(n);
            case null -> throw new JsonException("unsupported map key of type: %!s(<nil>), key: <nil>");
            default -> throw new JsonException("yaml: invalid map key: " + Json.writeString(key));
        };
    }
}
