package io.k8j.apiserver.validation;

import java.net.Inet4Address;
import java.net.InetAddress;

/** How addresses and ranges are spelled. Pure functions. */
final class IpText {
    private IpText() {}

    /** What is wrong with an address; null if nothing is. Odd spellings of IPv6 are fine. */
    static String problem(String address) {
        if (!Meta.isIp(address)) {
            return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        }
        if (hasLeadingZeros(address)) {
            return "must not have leading 0s";
        }
        return isMapped(address) ? "must not be an IPv4-mapped IPv6 address" : null;
    }

    /** Whether a part of an IPv4 address begins with a needless 0, which some programs read as octal. */
    static boolean hasLeadingZeros(String address) {
        int dots = address.lastIndexOf(':') + 1;
        String tail = address.substring(dots);
        return tail.contains(".") && (tail.matches("0\\d.*") || tail.matches(".*\\.0\\d.*"));
    }

    /** Whether an IPv6 spelling means an IPv4 address. */
    static boolean isMapped(String address) {
        return address.contains(":") && Meta.address(address) instanceof Inet4Address;
    }

    /** The one spelling that everybody uses: no leading zeros, lower case, the longest run of zeros left out. */
    static String canonical(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int start = -1;
        int length = 1; // a single zero is written out
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) run++;
            if (run > length) {
                start = i;
                length = run;
            }
            i += run;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') text.append(':');
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }

    /** Whether an address has bits set beyond the prefix. */
    static boolean hasHostBits(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        for (int i = bits; i < bytes.length * 8; i++) {
            if ((bytes[i / 8] & 0x80 >> i % 8) != 0) {
                return true;
            }
        }
        return false;
    }

    /** The range with its host bits cleared. */
    static String canonicalRange(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        for (int i = bits; i < bytes.length * 8; i++) {
            bytes[i / 8] &= (byte) ~(0x80 >> i % 8);
        }
        try {
            return canonical(InetAddress.getByAddress(bytes)) + "/" + bits;
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes is one", e);
        }
    }
}
