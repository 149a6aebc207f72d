package io.k8j.model.cel.functions;

import io.k8j.model.cel.functions.IpAddress.MalformedException;
import io.k8j.model.validation.GoText;

/** An address with the number of its leading bits that name a network. */
record IpPrefix(IpAddress address, int length) {
    /** Reads {@code address/length}, as upstream's {@code cidr()} does. */
    static IpPrefix parse(String text) throws MalformedException {
        String quoted = GoText.quote(text);
        int slash = text.lastIndexOf('/');
        if (slash < 0) throw malformed(quoted, "no '/'");
        IpAddress address;
        try {
            address = IpAddress.read(text.substring(0, slash), text.substring(0, slash));
        } catch (MalformedException e) {
            throw malformed(quoted, e.getMessage());
        }
        String bits = text.substring(slash + 1);
        boolean digits = !bits.isEmpty() && bits.length() <= 3 && bits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || bits.length() > 1 && bits.startsWith("0")) {
            throw malformed(quoted, "bad bits after slash: " + GoText.quote(bits));
        }
        int length = Integer.parseInt(bits);
        if (length > address.bits()) throw malformed(quoted, "prefix length out of range");
        if (address.isMapped()) {
            throw new MalformedException("IPv4-mapped IPv6 address " + quoted + " is not allowed");
        }
        return new IpPrefix(address, length);
    }

    private static MalformedException malformed(String quoted, String why) {
        return new MalformedException(
                "network address parse error during conversion from string: netip.ParsePrefix(" + quoted + "): " + why);
    }

    boolean contains(IpAddress other) {
        return other.bits() == address.bits() && other.masked(length).equals(address.masked(length));
    }

    boolean contains(IpPrefix other) {
        return length <= other.length && contains(other.address);
    }

    IpPrefix masked() {
        return new IpPrefix(address.masked(length), length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
