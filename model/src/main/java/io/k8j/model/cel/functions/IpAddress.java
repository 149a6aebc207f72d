package io.k8j.model.cel.functions;

import io.k8j.model.validation.GoText;
import java.util.Arrays;

/**
 * An address of four or sixteen bytes, read and printed by the rules of Go's {@code netip}.
 *
 * @param bytes never changed
 */
record IpAddress(byte[] bytes) {
    private static final int SIX = 16;

    /** Why a text is no address, in Go's words. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /** Reads an address without zone that is not an IPv4 address in IPv6 clothes, as upstream's {@code ip()} does. */
    static IpAddress parse(String text) throws MalformedException {
        IpAddress address;
        String quoted = GoText.quote(text);
        int zone = text.indexOf('%');
        try {
            boolean hasZone = zone >= 0 && text.indexOf(':') >= 0 && text.indexOf(':') < zone;
            address = read(hasZone ? text.substring(0, zone) : text, text);
        } catch (MalformedException e) {
            throw new MalformedException(
                    "IP Address " + quoted + " parse error during conversion from string: " + e.getMessage());
        }
        if (zone >= 0) throw new MalformedException("IP address " + quoted + " with zone value is not allowed");
        if (address.isMapped()) {
            throw new MalformedException("IPv4-mapped IPv6 address " + quoted + " is not allowed");
        }
        return address;
    }

    /** Reads an address; {@code whole} is what messages show. */
    static IpAddress read(String text, String whole) throws MalformedException {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '.') return new IpAddress(four(text, whole));
            if (text.charAt(i) == ':') return new IpAddress(six(text, whole));
        }
        throw malformed(whole, "unable to parse IP");
    }

    private static MalformedException malformed(String text, String why) {
        return new MalformedException("ParseAddr(" + GoText.quote(text) + "): " + why);
    }

    private static byte[] four(String text, String whole) throws MalformedException {
        byte[] bytes = new byte[4];
        int field = 0;
        int digits = 0;
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                if (digits == 1 && value == 0) throw malformed(whole, "IPv4 field has octet with leading zero");
                value = value * 10 + (c - '0');
                digits++;
                if (value > 255) throw malformed(whole, "IPv4 field has value >255");
            } else if (c == '.') {
                boolean empty = i == 0 || i == text.length() - 1 || text.charAt(i - 1) == '.';
                if (empty) throw malformed(whole, "IPv4 field must have at least one digit");
                if (field == 3) throw malformed(whole, "IPv4 address too long");
                bytes[field++] = (byte) value;
                value = 0;
                digits = 0;
            } else {
                throw malformed(whole, "unexpected character (at " + GoText.quote(text.substring(i)) + ")");
            }
        }
        if (field < 3) throw malformed(whole, "IPv4 address too short");
        bytes[3] = (byte) value;
        return bytes;
    }

    private static byte[] six(String text, String whole) throws MalformedException {
        byte[] bytes = new byte[SIX];
        int gap = -1;
        int filled = 0;
        String rest = text;
        if (rest.startsWith("::")) {
            gap = 0;
            rest = rest.substring(2);
            if (rest.isEmpty()) return bytes;
        }
        while (filled < SIX) {
            int digits = 0;
            while (digits < rest.length() && Character.digit(rest.charAt(digits), 16) >= 0) {
                if (digits > 3)
                    throw malformed(whole, "each group must have 4 or less digits (at " + GoText.quote(rest) + ")");
                digits++;
            }
            if (digits == 0) {
                throw malformed(
                        whole,
                        "each colon-separated field must have at least one digit (at " + GoText.quote(rest) + ")");
            }
            if (digits < rest.length() && rest.charAt(digits) == '.') {
                if (gap < 0 && filled != SIX - 4) {
                    throw malformed(
                            whole,
                            "embedded IPv4 address must replace the final 2 fields of the address (at "
                                    + GoText.quote(rest) + ")");
                }
                if (filled + 4 > SIX) {
                    throw malformed(
                            whole,
                            "too many hex fields to fit an embedded IPv4 at the end of the address (at "
                                    + GoText.quote(rest) + ")");
                }
                System.arraycopy(four(rest, whole), 0, bytes, filled, 4);
                rest = "";
                filled += 4;
                break;
            }
            int value = Integer.parseInt(rest.substring(0, digits), 16);
            bytes[filled++] = (byte) (value >> 8);
            bytes[filled++] = (byte) value;
            rest = rest.substring(digits);
            if (rest.isEmpty()) break;
            if (rest.charAt(0) != ':') {
                throw malformed(whole, "unexpected character, want colon (at " + GoText.quote(rest) + ")");
            }
            if (rest.length() == 1) {
                throw malformed(whole, "colon must be followed by more characters (at " + GoText.quote(rest) + ")");
            }
            rest = rest.substring(1);
            if (rest.charAt(0) == ':') {
                if (gap >= 0) throw malformed(whole, "multiple :: in address (at " + GoText.quote(rest) + ")");
                gap = filled;
                rest = rest.substring(1);
                if (rest.isEmpty()) break;
            }
        }
        if (!rest.isEmpty()) throw malformed(whole, "trailing garbage after address (at " + GoText.quote(rest) + ")");
        return widen(bytes, filled, gap, whole);
    }

    private static byte[] widen(byte[] bytes, int filled, int gap, String whole) throws MalformedException {
        if (filled == SIX) {
            if (gap >= 0) throw malformed(whole, "the :: must expand to at least one field of zeros");
            return bytes;
        }
        if (gap < 0) throw malformed(whole, "address string too short");
        byte[] wide = new byte[SIX];
        System.arraycopy(bytes, 0, wide, 0, gap);
        System.arraycopy(bytes, gap, wide, SIX - (filled - gap), filled - gap);
        return wide;
    }

    boolean isFour() {
        return bytes.length == 4;
    }

    boolean isMapped() {
        if (isFour()) return false;
        for (int i = 0; i < 10; i++) if (bytes[i] != 0) return false;
        return bytes[10] == -1 && bytes[11] == -1;
    }

    int bits() {
        return bytes.length * 8;
    }

    /** The address with all bits after the first {@code length} cleared. */
    IpAddress masked(int length) {
        byte[] copy = bytes.clone();
        for (int i = 0; i < copy.length; i++) {
            int kept = Math.clamp(length - i * 8L, 0, 8);
            copy[i] &= (byte) (0xff00 >> kept);
        }
        return new IpAddress(copy);
    }

    boolean isUnspecified() {
        for (byte b : bytes) if (b != 0) return false;
        return true;
    }

    boolean isLoopback() {
        if (isFour()) return bytes[0] == 127;
        for (int i = 0; i < SIX - 1; i++) if (bytes[i] != 0) return false;
        return bytes[SIX - 1] == 1;
    }

    boolean isLinkLocalMulticast() {
        if (isFour()) return bytes[0] == (byte) 224 && bytes[1] == 0 && bytes[2] == 0;
        return bytes[0] == (byte) 0xff && (bytes[1] & 0x0f) == 2;
    }

    boolean isLinkLocalUnicast() {
        if (isFour()) return bytes[0] == (byte) 169 && bytes[1] == (byte) 254;
        return bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
    }

    boolean isMulticast() {
        return isFour() ? (bytes[0] & 0xf0) == 0xe0 : bytes[0] == (byte) 0xff;
    }

    boolean isGlobalUnicast() {
        boolean broadcast = isFour() && Arrays.equals(bytes, new byte[] {-1, -1, -1, -1});
        return !broadcast && !isUnspecified() && !isLoopback() && !isMulticast() && !isLinkLocalUnicast();
    }

    /** The canonical text: RFC 5952, with the longest run of zero fields shortened. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        if (isFour()) {
            for (int i = 0; i < 4; i++) out.append(i > 0 ? "." : "").append(bytes[i] & 0xff);
            return out.toString();
        }
        if (isMapped()) return "::ffff:" + new IpAddress(Arrays.copyOfRange(bytes, 12, SIX));
        int from = -1;
        int to = -1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && group(j) == 0) j++;
            if (j - i >= 2 && j - i > to - from) {
                from = i;
                to = j;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == from) {
                out.append("::");
                i = to;
                if (i >= 8) break;
            } else if (i > 0) {
                out.append(':');
            }
            out.append(Integer.toHexString(group(i)));
        }
        return out.toString();
    }

    private int group(int i) {
        return (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
