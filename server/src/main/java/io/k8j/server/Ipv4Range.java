package io.k8j.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses as a flag gives it.
 *
 * @param first the network's own address, as a number
 * @param bits length of the prefix
 */
public record Ipv4Range(long first, int bits) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3})/(\\d{1,2})");

    /**
     * Reads what a flag says.
     *
     * @throws IllegalArgumentException if it is no range with a prefix from {@code least} to {@code most} bits; the
     *     message names the flag
     */
    public static Ipv4Range of(String flag, String text, int least, int most) {
        Matcher parts = TEXT.matcher(text);
        long address = parts.matches() ? address(parts.group(1)) : -1;
        int bits = address < 0 ? -1 : Integer.parseInt(parts.group(2));
        if (bits < least || bits > most) {
            throw new IllegalArgumentException("%s %s: must be an IPv4 range such as 10.43.0.0/16, from /%d to /%d"
                    .formatted(flag, text, least, most));
        }
        return new Ipv4Range(address >> 32 - bits << 32 - bits, bits);
    }

    /** The address as a number; -1 if it is none. */
    public static long address(String text) {
        long value = 0;
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return -1;
        }
        for (String part : parts) {
            if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
                return -1;
            }
            value = value << 8 | Integer.parseInt(part);
        }
        return value;
    }

    /** Whether a text is an IPv4 address. */
    public static boolean isAddress(String text) {
        return address(text) >= 0;
    }

    boolean contains(long address) {
        return address >= first && address < first + (1L << 32 - bits);
    }

    /** Whether a text is a range that lies within this one. */
    public boolean contains(String range) {
        Matcher parts = TEXT.matcher(range);
        return parts.matches()
                && Integer.parseInt(parts.group(2)) >= bits
                && Integer.parseInt(parts.group(2)) <= 32
                && contains(address(parts.group(1)));
    }

    boolean overlaps(Ipv4Range other) {
        return contains(other.first) || other.contains(first);
    }
}
