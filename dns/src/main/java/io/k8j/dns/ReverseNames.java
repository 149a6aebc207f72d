package io.k8j.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Addresses spelled backwards (RFC 1035 §3.5, RFC 3596 §2.5). */
final class ReverseNames {
    private static final String V4 = ".in-addr.arpa";
    private static final String V6 = ".ip6.arpa";

    private ReverseNames() {}

    static boolean isReverse(String name) {
        return name.endsWith(V4) || name.endsWith(V6);
    }

    /** The address, or null if the name does not spell a whole one. */
    static InetAddress address(String name) {
        try {
            if (name.endsWith(V4)) return bytes(Wire.labels(name.substring(0, name.length() - V4.length())), 4, 10);
            if (name.endsWith(V6)) return bytes(Wire.labels(name.substring(0, name.length() - V6.length())), 32, 16);
            return null;
        } catch (NumberFormatException | UnknownHostException e) {
            return null;
        }
    }

    private static InetAddress bytes(List<String> labels, int count, int radix) throws UnknownHostException {
        if (labels.size() != count) return null;
        byte[] address = new byte[count == 4 ? 4 : 16];
        for (int i = 0; i < count; i++) {
            int value = Integer.parseInt(labels.get(count - 1 - i), radix);
            if (value < 0 || value > (radix == 10 ? 255 : 15)) return null;
            if (count == 4) {
                address[i] = (byte) value;
            } else {
                address[i / 2] |= (byte) (i % 2 == 0 ? value << 4 : value);
            }
        }
        return InetAddress.getByAddress(address);
    }
}
