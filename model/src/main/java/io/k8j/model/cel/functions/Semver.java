package io.k8j.model.cel.functions;

import io.k8j.model.cel.Values;
import io.k8j.model.validation.GoText;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A semantic version 2.0.0; build metadata do not count for order or equality of precedence. */
public record Semver(long major, long minor, long patch, List<String> pre, List<String> build)
        implements Comparable<Semver> {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern IDENTIFIER = Pattern.compile("[0-9A-Za-z-]+");
    private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    /** Reads a version; the failure has upstream's words. */
    public static Semver parse(String text) {
        if (text.isEmpty()) throw Values.error("Version string empty");
        String[] parts = text.split("\\.", 3);
        if (parts.length != 3) throw Values.error("No Major.Minor.Patch elements found");
        String patch = parts[2];
        List<String> build = List.of();
        List<String> pre = List.of();
        int plus = patch.indexOf('+');
        if (plus >= 0) {
            build = identifiers(patch.substring(plus + 1), "Build meta data is empty", "build meta data", false);
            patch = patch.substring(0, plus);
        }
        int dash = patch.indexOf('-');
        if (dash >= 0) {
            pre = identifiers(patch.substring(dash + 1), "Prerelease is empty", "prerelease", true);
            patch = patch.substring(0, dash);
        }
        return new Semver(number("Major", parts[0]), number("Minor", parts[1]), number("Patch", patch), pre, build);
    }

    private static long number(String what, String text) {
        if (!DIGITS.matcher(text).matches()) {
            throw Values.error("Invalid character(s) found in " + what.toLowerCase(java.util.Locale.ROOT) + " number "
                    + GoText.quote(text));
        }
        if (text.length() > 1 && text.startsWith("0")) {
            throw Values.error(what + " number must not contain leading zeroes " + GoText.quote(text));
        }
        BigInteger value = text.length() > 20 ? LARGEST.add(BigInteger.ONE) : new BigInteger(text);
        if (value.compareTo(LARGEST) > 0) {
            throw Values.error("strconv.ParseUint: parsing " + GoText.quote(text) + ": value out of range");
        }
        return value.longValue();
    }

    private static List<String> identifiers(String text, String empty, String what, boolean numeric) {
        List<String> all = new ArrayList<>();
        for (String part : text.split("\\.", -1)) {
            if (part.isEmpty()) throw Values.error(empty);
            if (numeric && DIGITS.matcher(part).matches()) {
                if (part.length() > 1 && part.startsWith("0")) {
                    throw Values.error(
                            "Numeric PreRelease version must not contain leading zeroes " + GoText.quote(part));
                }
            } else if (!IDENTIFIER.matcher(part).matches()) {
                throw Values.error("Invalid character(s) found in " + what + " " + GoText.quote(part));
            }
            all.add(part);
        }
        return List.copyOf(all);
    }

    /** Reads what people write for versions: with {@code v}, with leading zeros, without minor or patch number. */
    static Semver parseNormalized(String text) {
        List<String> parts =
                new ArrayList<>(List.of((text.startsWith("v") ? text.substring(1) : text).split("\\.", 3)));
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            if (part.length() <= 1) continue;
            part = part.replaceFirst("^0+", "");
            if (part.isEmpty() || !DIGITS.matcher(part.substring(0, 1)).matches()) part = "0" + part;
            parts.set(i, part);
        }
        if (parts.size() < 3) {
            String last = parts.getLast();
            if (last.contains("+") || last.contains("-")) {
                throw Values.error("short version cannot contain PreRelease/Build meta data");
            }
            while (parts.size() < 3) parts.add("0");
        }
        return parse(String.join(".", parts));
    }

    @Override
    public int compareTo(Semver other) {
        int order = Long.compareUnsigned(major, other.major);
        if (order == 0) order = Long.compareUnsigned(minor, other.minor);
        if (order == 0) order = Long.compareUnsigned(patch, other.patch);
        if (order != 0) return order;
        if (pre.isEmpty() || other.pre.isEmpty()) return Boolean.compare(pre.isEmpty(), other.pre.isEmpty());
        for (int i = 0; i < Math.min(pre.size(), other.pre.size()); i++) {
            order = comparePre(pre.get(i), other.pre.get(i));
            if (order != 0) return order;
        }
        return Integer.signum(Integer.compare(pre.size(), other.pre.size()));
    }

    private static int comparePre(String a, String b) {
        boolean first = DIGITS.matcher(a).matches();
        boolean second = DIGITS.matcher(b).matches();
        if (first && second) return new BigInteger(a).compareTo(new BigInteger(b));
        if (first != second) return first ? -1 : 1;
        return Integer.signum(a.compareTo(b));
    }
}
