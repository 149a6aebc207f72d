package io.k8j.proxy;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/** An address family, with the words nftables and the API have for it. */
enum Family {
    V4("ip", "ipv4_addr", "IPv4", "127.0.0.0/8", "224.0.0.0/4"),
    V6("ip6", "ipv6_addr", "IPv6", "::1", "ff00::/8");

    final String keyword;
    final String type;
    final String addressType;
    final String loopback;
    final String multicast;

    Family(String keyword, String type, String addressType, String loopback, String multicast) {
        this.keyword = keyword;
        this.type = type;
        this.addressType = addressType;
        this.loopback = loopback;
        this.multicast = multicast;
    }

    /** Whether the text is an address of this family and nothing else, so that it may go into a rule. */
    boolean isAddress(String text) {
        if (text == null || text.isEmpty() || text.indexOf('%') >= 0) return false;
        if (this == V4 && text.chars().filter(c -> c == '.').count() != 3) return false;
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            return this == V4 ? address instanceof Inet4Address : address instanceof Inet6Address;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether the text is a range in CIDR notation of this family. */
    boolean isCidr(String text) {
        if (text == null) return false;
        int slash = text.indexOf('/');
        if (slash < 0 || !isAddress(text.substring(0, slash))) return false;
        String length = text.substring(slash + 1);
        return length.matches("[0-9]{1,3}") && Integer.parseInt(length) <= (this == V4 ? 32 : 128);
    }

    /** Those of the ranges that are of this family. */
    List<String> cidrs(List<String> ranges) {
        return ranges.stream().map(String::strip).filter(this::isCidr).toList();
    }

    /** Those of the addresses that are of this family. */
    List<String> addresses(List<String> addresses) {
        return addresses == null
                ? List.of()
                : addresses.stream().filter(this::isAddress).toList();
    }

    /** Whether a range holds an address. */
    static boolean contains(String cidr, String address) {
        int slash = cidr.indexOf('/');
        byte[] network = InetAddress.ofLiteral(cidr.substring(0, slash)).getAddress();
        byte[] candidate = InetAddress.ofLiteral(address).getAddress();
        if (network.length != candidate.length) return false;
        int bits = Integer.parseInt(cidr.substring(slash + 1));
        for (int i = 0; i < network.length && bits > 0; i++, bits -= 8) {
            int mask = bits >= 8 ? 0xff : 0xff << (8 - bits) & 0xff;
            if (((network[i] ^ candidate[i]) & mask) != 0) return false;
        }
        return true;
    }

    /** Address and port as nftables and people write them. */
    String withPort(String address, int port) {
        return this == V4 ? address + ":" + port : "[" + address + "]:" + port;
    }
}
