package io.k8j.apiserver.service;

/**
 * An IPv4 range that Services get addresses from. The network's own and its broadcast address are not given out, and
 * random addresses come from above a band that is left to people who choose theirs. Immutable.
 */
public final class AddressRange {
    private static final int MAX_BITS = 20; // upstream's limit for random addresses: about a million

    private final String cidr;
    private final long first;
    private final long size;
    private final long band;

    private AddressRange(long network, int bits) {
        int hostBits = 32 - bits;
        this.cidr = text(network) + "/" + bits;
        this.first = network + 1;
        this.size = (1L << hostBits) - 2;
        this.band = size <= 16 ? 0 : Math.clamp((size + 2) / 16, 16, 256);
    }

    /**
     * The range of the cluster's own flag.
     *
     * @param cidr such as {@code 10.43.0.0/16}
     * @throws IllegalArgumentException if it is none, or is larger than /8 or smaller than /30
     */
    public static AddressRange ofFlag(String cidr) {
        AddressRange range = parseRange(cidr, 8);
        if (range == null) {
            throw new IllegalArgumentException(
                    "service address range %s: want an IPv4 range such as 10.43.0.0/16, /8 to /30".formatted(cidr));
        }
        return range;
    }

    /** The range that a ServiceCIDR names; null if it is no IPv4 range with room for two addresses. */
    static AddressRange ofObject(String cidr) {
        return parseRange(cidr, 0);
    }

    private static AddressRange parseRange(String cidr, int fewestBits) {
        int slash = cidr.indexOf('/');
        long base = slash < 0 ? -1 : parse(cidr.substring(0, slash));
        if (base < 0 || !cidr.substring(slash + 1).matches("\\d{1,2}")) return null;
        int bits = Integer.parseInt(cidr.substring(slash + 1));
        if (bits < fewestBits || bits > 30) return null;
        return new AddressRange(base >> 32 - bits << 32 - bits, bits);
    }

    /** The range as given, its host bits cleared. */
    public String cidr() {
        return cidr;
    }

    /** The first address, which the Service {@code kubernetes} has. */
    public String firstAddress() {
        return text(first);
    }

    boolean contains(String address) {
        long value = parse(address);
        return value >= first && value < first + size;
    }

    /** How many addresses can be given out without being asked for. */
    int randomSize() {
        return (int) Math.min(size, (1L << MAX_BITS) - 2);
    }

    /** Where random addresses begin; the ones below come last. */
    int band() {
        return (int) band;
    }

    /** @param offset from 0 */
    String at(int offset) {
        return text(first + offset);
    }

    /** The address as a number; -1 if it is none. */
    private static long parse(String address) {
        String[] parts = address.split("\\.", -1);
        if (parts.length != 4) return -1;
        long value = 0;
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) return -1;
            int n = Integer.parseInt(part);
            if (n > 255) return -1;
            value = value << 8 | n;
        }
        return value;
    }

    private static String text(long address) {
        return "%d.%d.%d.%d".formatted(address >> 24 & 255, address >> 16 & 255, address >> 8 & 255, address & 255);
    }

    @Override
    public String toString() {
        return cidr;
    }
}
