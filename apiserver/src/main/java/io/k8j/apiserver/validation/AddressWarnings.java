package io.k8j.apiserver.validation;

import io.k8j.model.api.GoQuote;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Spellings of addresses that older objects may keep but nobody should write. Pure functions. */
public final class AddressWarnings {
    private AddressWarnings() {}

    /** What is odd about an address; nothing if it is none. */
    public static List<String> address(Place p) {
        return address(p.path(), p.text());
    }

    /** What is odd about an address whose warnings name another place. */
    public static List<String> address(String path, String text) {
        InetAddress address = Meta.address(text);
        if (address == null) {
            return List.of();
        }
        String right = IpText.canonical(address);
        if (IpText.hasLeadingZeros(text) || IpText.isMapped(text)) {
            return List.of(path + ": non-standard IP address " + GoQuote.quote(text) + " is invalid: use "
                    + GoQuote.quote(right));
        }
        if (text.contains(":") && !right.equals(text)) {
            return List.of(path + ": IPv6 address " + GoQuote.quote(text) + " should be in RFC 5952 canonical format ("
                    + GoQuote.quote(right) + ")");
        }
        return List.of();
    }

    /** What is odd about a range; nothing if it is none. */
    public static List<String> range(Place p) {
        if (!Meta.isCidr(p.text())) {
            return List.of();
        }
        int slash = p.text().indexOf('/');
        String ip = p.text().substring(0, slash);
        int bits = Integer.parseInt(p.text().substring(slash + 1));
        InetAddress address = Meta.address(ip);
        String right = IpText.canonicalRange(address, bits);
        List<String> warnings = new ArrayList<>();
        if (IpText.hasHostBits(address, bits)) {
            String single = IpText.canonical(address) + "/" + address.getAddress().length * 8;
            warnings.add(p.path() + ": CIDR value " + GoQuote.quote(p.text())
                    + " is ambiguous in this context (should be " + GoQuote.quote(right) + " or "
                    + GoQuote.quote(single) + "?)");
        }
        boolean zeros = p.text().substring(slash + 1).matches("0\\d+");
        if (IpText.hasLeadingZeros(ip) || IpText.isMapped(ip) || zeros) {
            warnings.add(p.path() + ": non-standard CIDR value " + GoQuote.quote(p.text()) + " is invalid: use "
                    + GoQuote.quote(right));
        }
        String spelled = IpText.canonical(address) + "/" + bits;
        if (warnings.isEmpty() && ip.contains(":") && !spelled.equals(p.text())) {
            warnings.add(p.path() + ": IPv6 CIDR value " + GoQuote.quote(p.text())
                    + " should be in RFC 5952 canonical format (" + GoQuote.quote(spelled) + ")");
        }
        return warnings;
    }
}
