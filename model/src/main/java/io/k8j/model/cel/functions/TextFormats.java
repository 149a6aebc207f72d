package io.k8j.model.cel.functions;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The formats of strings that custom resources may ask for; all patterns take linear time. */
public final class TextFormats {
    private static final String UUID = "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?%s-?%s-?[0-9a-f]{12}$";
    private static final String HEX = "[0-9a-f]{4}";
    private static final String VARIANT = "[89ab][0-9a-f]{3}";
    private static final String SHORT_NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String BYTE = "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])";
    private static final Map<String, Pattern> PATTERNS = Map.ofEntries(
            pattern("bsonobjectid", "^[0-9a-fA-F]{24}$"),
            pattern("uuid", UUID.formatted(HEX, HEX)),
            pattern("uuid3", UUID.formatted("3[0-9a-f]{3}", HEX)),
            pattern("uuid4", UUID.formatted("4[0-9a-f]{3}", VARIANT)),
            pattern("uuid5", UUID.formatted("5[0-9a-f]{3}", VARIANT)),
            pattern("ssn", "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$"),
            pattern("hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
            pattern("rgbcolor", "^rgb\\(\\s*%1$s\\s*,\\s*%1$s\\s*,\\s*%1$s\\s*\\)$".formatted(BYTE)),
            pattern("byte", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"),
            pattern(
                    "mac",
                    "^(?:[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?::[0-9A-Fa-f]{2}){7}|(?::[0-9A-Fa-f]{2}){19}"
                            + "|(?:-[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){7}|(?:-[0-9A-Fa-f]{2}){19})"
                            + "|[0-9A-Fa-f]{4}(?:(?:\\.[0-9A-Fa-f]{4}){2}|(?:\\.[0-9A-Fa-f]{4}){3}"
                            + "|(?:\\.[0-9A-Fa-f]{4}){9}))$"),
            pattern(
                    "hostname",
                    "^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}]"
                            + "(([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}"
                            + "([a-zA-Z\\p{L}]){2,63})$"),
            pattern("k8sshortname", "^" + SHORT_NAME + "$"),
            pattern("k8slongname", "^%1$s(\\.%1$s)*$".formatted(SHORT_NAME)));
    private static final Pattern CARD = Pattern.compile("^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}"
            + "|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}"
            + "|(?:2131|1800|35\\d{3})\\d{11})$");
    private static final Pattern TIME =
            Pattern.compile("^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$");
    private static final Pattern DATE = Pattern.compile("^\\d{4}-\\d{2}-\\d{2}$");
    private static final Pattern EMAIL = Pattern.compile(
            "^(?:[^<>\"@]*<)?[^\\s<>@,;:\\\\\"()\\[\\]]+" + "@(?:[^\\s<>@,;:\\\\\"()\\[\\]]+|\\[[^\\[\\]]+\\])>?$");
    private static final Pattern GO_DURATION =
            Pattern.compile("^[+-]?(?:0|(?:(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$");
    private static final Pattern GO_PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
    private static final Pattern LOOSE_PART = Pattern.compile("(\\d+)\\s*([A-Za-zµ]+)");
    private static final Set<String> SUPPORTED = Set.of(
            "bsonobjectid",
            "uri",
            "email",
            "hostname",
            "ipv4",
            "ipv6",
            "cidr",
            "mac",
            "uuid",
            "uuid3",
            "uuid4",
            "uuid5",
            "isbn",
            "isbn10",
            "isbn13",
            "creditcard",
            "ssn",
            "hexcolor",
            "rgbcolor",
            "byte",
            "password",
            "date",
            "duration",
            "datetime",
            "k8sshortname",
            "k8slongname");

    /** The names of a unit of time, the last of which may be followed by anything, and its nanoseconds. */
    private record Unit(List<String> names, long nanos) {}

    private static final List<Unit> UNITS = List.of(
            new Unit(List.of("ns", "nano"), 1),
            new Unit(List.of("us", "µs", "micro"), 1_000),
            new Unit(List.of("ms", "milli"), 1_000_000),
            new Unit(List.of("s", "sec"), 1_000_000_000L),
            new Unit(List.of("m", "min"), 60_000_000_000L),
            new Unit(List.of("h", "hr", "hour"), 3_600_000_000_000L),
            new Unit(List.of("d", "day"), 86_400_000_000_000L),
            new Unit(List.of("w", "wk", "week"), 604_800_000_000_000L));

    private TextFormats() {}

    private static Map.Entry<String, Pattern> pattern(String name, String expression) {
        return Map.entry(name, Pattern.compile(expression));
    }

    /** Whether a format is known for strings; others are ignored. Dashes do not count. */
    public static boolean isSupported(String format) {
        return SUPPORTED.contains(format.replace("-", ""));
    }

    /** Whether the text has the format; every text has an unknown one. */
    public static boolean fits(String format, String text) {
        String name = format.replace("-", "");
        Pattern pattern = PATTERNS.get(name);
        if (pattern != null) return lengthFits(name, text) && pattern.matches(text);
        return switch (name) {
            case "date" -> isDate(text);
            case "datetime" -> isDateTime(text);
            case "duration" -> duration(text).isPresent();
            case "uri" -> isUri(text);
            case "email" -> EMAIL.matches(text);
            case "ipv4" -> isAddress(text) && text.indexOf(':') < 0;
            case "ipv6" -> isAddress(text) && text.indexOf(':') >= 0;
            case "cidr" -> isCidr(text);
            case "isbn" -> isbn10(text) || isbn13(text);
            case "isbn10" -> isbn10(text);
            case "isbn13" -> isbn13(text);
            case "creditcard" -> isCard(text);
            default -> true;
        };
    }

    private static boolean lengthFits(String format, String text) {
        return switch (format) {
            case "hostname" ->
                text.length() <= 255 && List.of(text.split("\\.")).stream().allMatch(p -> p.length() <= 63);
            case "k8sshortname" -> text.length() <= 63;
            case "k8slongname" -> text.length() <= 253;
            default -> true;
        };
    }

    private static boolean isDate(String text) {
        if (!DATE.matches(text)) return false;
        try {
            LocalDate.of(
                    Integer.parseInt(text.substring(0, 4)),
                    Integer.parseInt(text.substring(5, 7)),
                    Integer.parseInt(text.substring(8)));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isDateTime(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("t", -1);
        if (parts.length < 2 || !isDate(parts[0])) return false;
        Matcher time = TIME.matcher(parts[1]);
        return time.find()
                && time.group(1).compareTo("23") <= 0
                && time.group(2).compareTo("59") <= 0
                && time.group(3).compareTo("59") <= 0;
    }

    /** The duration a text of the format {@code duration} means; empty if it is none. */
    public static Optional<Duration> duration(String text) {
        if (text.length() > 1000) return Optional.empty();
        if (GO_DURATION.matches(text)) return goDuration(text);
        Matcher parts = LOOSE_PART.matcher(text);
        BigInteger nanos = BigInteger.ZERO;
        boolean found = false;
        while (parts.find()) {
            BigInteger factor = new BigInteger(parts.group(1));
            if (factor.bitLength() >= Long.SIZE) return Optional.empty();
            String unit = parts.group(2).toLowerCase(Locale.ROOT);
            for (Unit known : UNITS) {
                boolean named = known.names().contains(unit)
                        || unit.startsWith(known.names().getLast());
                if (!named) continue;
                found = true;
                nanos = nanos.add(factor.multiply(BigInteger.valueOf(known.nanos())));
            }
        }
        return found ? Optional.of(Duration.ofNanos(nanos.longValue())) : Optional.empty();
    }

    private static Optional<Duration> goDuration(String text) {
        java.math.BigDecimal nanos = java.math.BigDecimal.ZERO;
        Matcher parts = GO_PART.matcher(text);
        while (parts.find()) {
            String unit = parts.group(2).replace('μ', 'µ');
            long factor = UNITS.stream()
                    .filter(u -> u.names().contains(unit))
                    .findFirst()
                    .orElseThrow()
                    .nanos();
            nanos = nanos.add(new java.math.BigDecimal(parts.group(1)).multiply(java.math.BigDecimal.valueOf(factor)));
        }
        BigInteger whole = nanos.toBigInteger();
        if (whole.bitLength() >= Long.SIZE) return Optional.empty();
        return Optional.of(Duration.ofNanos(text.startsWith("-") ? -whole.longValue() : whole.longValue()));
    }

    private static boolean isUri(String text) {
        try {
            GoUrl.parse(text);
            return true;
        } catch (GoUrl.MalformedException e) {
            return false;
        }
    }

    private static boolean isAddress(String text) {
        try {
            IpAddress.read(text, text);
            return true;
        } catch (IpAddress.MalformedException e) {
            return false;
        }
    }

    private static boolean isCidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !isAddress(text.substring(0, slash))) return false;
        String bits = text.substring(slash + 1);
        int most = text.indexOf(':') >= 0 ? 128 : 32;
        boolean digits = !bits.isEmpty() && bits.length() <= 3 && bits.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits && Integer.parseInt(bits) <= most;
    }

    private static boolean isbn10(String text) {
        String digits = text.replaceAll("[\\s-]+", "");
        if (digits.length() != 10) return false;
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            char c = digits.charAt(i);
            if (c == 'X' && i == 9) sum += 100;
            else if (c >= '0' && c <= '9') sum += (i + 1) * (c - '0');
            else return false;
        }
        return sum % 11 == 0;
    }

    private static boolean isbn13(String text) {
        String digits = text.replaceAll("[\\s-]+", "");
        if (digits.length() != 13 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) return false;
        int sum = 0;
        for (int i = 0; i < 12; i++) sum += (i % 2 == 0 ? 1 : 3) * (digits.charAt(i) - '0');
        return digits.charAt(12) - '0' == (10 - sum % 10) % 10;
    }

    private static boolean isCard(String text) {
        String digits = text.replaceAll("[^0-9]+", "");
        if (!CARD.matches(digits)) return false;
        int sum = 0;
        boolean twice = false;
        for (int i = digits.length() - 1; i >= 0; i--) {
            int digit = digits.charAt(i) - '0';
            if (twice) digit = digit * 2 >= 10 ? digit * 2 % 10 + 1 : digit * 2;
            sum += digit;
            twice = !twice;
        }
        return sum % 10 == 0;
    }
}
