package io.k8j.controllers.nodeipam;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/** Cuts one network into equal subnets and remembers which are in use. Used by one thread. */
final class CidrPool {
    private static final int MOST_BITS = 16;

    private final BigInteger base;
    private final int bytes;
    private final int subnetLength;
    private final int count;
    private final BitSet used = new BitSet();
    private int next;

    /**
     * @param cidr such as {@code 10.42.0.0/16}
     * @throws IllegalArgumentException if it is no network, or has too many or no subnets of that length
     */
    CidrPool(String cidr, int subnetLength) {
        int slash = cidr.indexOf('/');
        byte[] address = parse(slash < 0 ? cidr : cidr.substring(0, slash));
        int length = slash < 0 ? address.length * 8 : Integer.parseInt(cidr.substring(slash + 1));
        int bits = subnetLength - length;
        if (bits < 0 || bits > MOST_BITS || subnetLength > address.length * 8) {
            throw new IllegalArgumentException("cluster CIDR %s: node mask size %d must be from %d to %d"
                    .formatted(cidr, subnetLength, length, length + MOST_BITS));
        }
        this.bytes = address.length;
        this.subnetLength = subnetLength;
        this.count = 1 << bits;
        BigInteger whole = new BigInteger(1, address);
        int host = address.length * 8 - length;
        this.base = whole.shiftRight(host).shiftLeft(host);
    }

    boolean isIpv6() {
        return bytes == 16;
    }

    /** Takes a free subnet, those that were given back last of all; empty if there is none. */
    Optional<String> take() {
        int index = used.nextClearBit(next);
        if (index >= count) index = used.nextClearBit(0);
        if (index >= count) {
            return Optional.empty();
        }
        used.set(index);
        next = (index + 1) % count;
        return Optional.of(text(index));
    }

    /** Marks what the network covers as used. False if it lies outside of this pool. */
    boolean occupy(String cidr) {
        return mark(cidr, true);
    }

    void release(String cidr) {
        mark(cidr, false);
    }

    /** A node's network may be larger than ours are, if it was given by somebody else. */
    private boolean mark(String cidr, boolean value) {
        Optional<Integer> first = indexOf(cidr);
        if (first.isEmpty()) return false;
        int length = Integer.parseInt(cidr.substring(cidr.indexOf('/') + 1));
        int covered = length >= subnetLength ? 1 : 1 << Math.min(MOST_BITS, subnetLength - length);
        used.set(first.get(), Math.min(count, first.get() + covered), value);
        return true;
    }

    private Optional<Integer> indexOf(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        byte[] address = parse(cidr.substring(0, slash));
        if (address.length != bytes) {
            return Optional.empty();
        }
        BigInteger offset = new BigInteger(1, address).subtract(base).shiftRight(bytes * 8 - subnetLength);
        boolean within = offset.signum() >= 0 && offset.compareTo(BigInteger.valueOf(count)) < 0;
        return within ? Optional.of(offset.intValue()) : Optional.empty();
    }

    private String text(int index) {
        byte[] raw = base.add(BigInteger.valueOf(index).shiftLeft(bytes * 8 - subnetLength))
                .toByteArray();
        byte[] address = new byte[bytes];
        int length = Math.min(raw.length, bytes);
        System.arraycopy(raw, raw.length - length, address, bytes - length, length);
        return format(address) + "/" + subnetLength;
    }

    private static String format(byte[] address) {
        try {
            return address.length == 4 ? InetAddress.getByAddress(address).getHostAddress() : compressed(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + address.length + " bytes", e);
        }
    }

    /** RFC 5952: the longest run of zero groups becomes two colons. */
    private static String compressed(byte[] address) {
        int[] groups = new int[8];
        Arrays.setAll(groups, i -> (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff);
        int start = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                start = i;
                longest = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static byte[] parse(String address) {
        if (!address.matches("[0-9a-fA-F:.]+")) {
            throw new IllegalArgumentException("invalid IP address: " + address);
        }
        try {
            return InetAddress.getByName(address).getAddress(); // a literal: no name is looked up
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("invalid IP address: " + address, e);
        }
    }
}
