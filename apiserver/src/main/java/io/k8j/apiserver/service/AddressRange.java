package io.k8j.apiserver.service;

import java.util.random.RandomGenerator;

/** IPv4 addresses of Services. The network's own and its broadcast address are not given out. */
public final class AddressRange {
    private static final int MAX_BITS = 20; // upstream's limit: about a million addresses

    private final String cidr;
    private final long first;
    private final int size;
    private final NumberPool pool;

    /**
     * @param cidr such as {@code 10.43.0.0/16}
     * @throws IllegalArgumentException if it is none, or has room for fewer than two addresses
     */
    public AddressRange(String cidr, RandomGenerator random) {
        int slash = cidr.indexOf('/');
        long base = slash < 0 ? -1 : parse(cidr.substring(0, slash));
        int bits = -1;
        try {
            if (slash > 0) bits = Integer.parseInt(cidr.substring(slash + 1));
        } catch (NumberFormatException e) {
            bits = -1; // refused below together with everything else that is no range
        }
        if (base < 0 || bits < 8 || bits > 30) {
            throw new IllegalArgumentException(
                    "service address range %s: want an IPv4 range such as 10.43.0.0/16, /8 to".formatted(cidr)
                            + " /30");
        }
        int hostBits = 32 - bits;
        long network = base >> hostBits << hostBits;
        this.cidr = text(network) + "/" + bits;
        this.first = network + 1;
        this.size = (1 << Math.min(hostBits, MAX_BITS)) - 2;
        int band = Math.min(Math.max(16, (size + 2) / 16), 256);
        this.pool = new NumberPool(size, size <= 16 ? 0 : band, random);
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

    /** Takes a certain address of the range; false if somebody has it. */
    boolean take(String address) {
        return pool.take((int) (parse(address) - first));
    }

    /** Takes any address; null if none is left. */
    String takeAny() {
        int number = pool.takeAny();
        return number < 0 ? null : text(first + number);
    }

    void release(String address) {
        if (contains(address)) pool.release((int) (parse(address) - first));
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
}
