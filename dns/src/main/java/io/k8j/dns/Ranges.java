package io.k8j.dns;

import java.net.InetAddress;
import java.util.List;

/** Address ranges in CIDR notation. */
final class Ranges {
    private Ranges() {}

    static boolean isRange(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,3}")) return false;
        InetAddress address = ServiceEntry.literal(text.substring(0, slash));
        return address != null && Integer.parseInt(text.substring(slash + 1)) <= address.getAddress().length * 8;
    }

    static boolean contain(List<String> ranges, InetAddress address) {
        return ranges.stream().anyMatch(range -> contains(range, address.getAddress()));
    }

    private static boolean contains(String range, byte[] address) {
        int slash = range.indexOf('/');
        byte[] network = ServiceEntry.literal(range.substring(0, slash)).getAddress();
        if (network.length != address.length) return false;
        int bits = Integer.parseInt(range.substring(slash + 1));
        for (int i = 0; i < network.length && bits > 0; i++, bits -= 8) {
            int mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
            if (((network[i] ^ address[i]) & mask) != 0) return false;
        }
        return true;
    }
}
