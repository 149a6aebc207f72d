package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Checks of names, labels, annotations and addresses wherever they stand. */
public final class Meta {
    static final String IMMUTABLE = "field is immutable";
    private static final int ANNOTATIONS_LIMIT = 256 * 1024;
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private Meta() {}

    /** Adds each sentence that a grammar has about the text. */
    static void grammar(Findings f, Place p, Function<String, List<String>> grammar) {
        f.invalid(p, p.text(), grammar.apply(p.text()));
    }

    static void dnsLabel(Findings f, Place p) {
        grammar(f, p, Names::dns1123Label);
    }

    static void dnsSubdomain(Findings f, Place p) {
        grammar(f, p, Names::dns1123Subdomain);
    }

    static void qualifiedName(Findings f, Place p) {
        grammar(f, p, Names::qualifiedName);
    }

    static void labels(Findings f, Place labels) {
        sorted(labels).forEach((key, value) -> {
            f.invalid(labels, key, Names.qualifiedName(key));
            if (value instanceof String text) {
                f.invalid(labels, text, Names.labelValue(text));
            }
        });
    }

    static void annotations(Findings f, Place annotations) {
        long size = 0;
        for (Map.Entry<String, Object> e : sorted(annotations).entrySet()) {
            f.invalid(annotations, e.getKey(), Names.qualifiedName(e.getKey().toLowerCase(Locale.ROOT)));
            size += e.getKey().length() + (e.getValue() instanceof String s ? s.length() : 0);
        }
        if (size > ANNOTATIONS_LIMIT) {
            f.tooLong(annotations, ANNOTATIONS_LIMIT);
        }
    }

    /** Entries in order of their keys, because upstream's order is by chance. */
    static Map<String, Object> sorted(Place map) {
        return new TreeMap<>(map.map());
    }

    /** How long a text is as upstream counts. */
    public static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static boolean isIp(String text) {
        return address(text) != null;
    }

    /** The address that a text means; null if it is none. Never asks a name server. */
    static InetAddress address(String text) {
        boolean v4 = IPV4.matcher(text).matches();
        if (!v4 && (!text.contains(":") || text.contains("%") || text.contains("/") || text.startsWith("["))) {
            return null;
        }
        try {
            if (v4) {
                return InetAddress.getByAddress(octets(text));
            }
            return InetAddress.getByName(text);
        } catch (UnknownHostException | IllegalArgumentException e) {
            return null; // says exactly that it is no address
        }
    }

    private static byte[] octets(String text) {
        String[] parts = text.split("\\.");
        byte[] octets = new byte[4];
        for (int i = 0; i < 4; i++) {
            int n = Integer.parseInt(parts[i]);
            if (n > 255) {
                throw new IllegalArgumentException("octet beyond 255: " + text);
            }
            octets[i] = (byte) n;
        }
        return octets;
    }

    static boolean isIpv6(String text) {
        return text.contains(":");
    }

    static void ip(Findings f, Place p) {
        String problem = IpText.problem(p.text());
        if (problem != null) {
            f.invalid(p, p.text(), problem);
        }
    }

    /** Whether it is an address with the length of a prefix. */
    public static boolean isCidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !isIp(text.substring(0, slash))) {
            return false;
        }
        String bits = text.substring(slash + 1);
        if (!bits.matches("\\d{1,3}")) {
            return false;
        }
        return Integer.parseInt(bits) <= (isIpv6(text) ? 128 : 32);
    }

    static void cidr(Findings f, Place p) {
        if (!isCidr(p.text())) {
            f.invalid(p, p.text(), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            return;
        }
        int slash = p.text().indexOf('/');
        String address = p.text().substring(0, slash);
        String bits = p.text().substring(slash + 1);
        if (IpText.hasLeadingZeros(address) || bits.length() > 1 && bits.startsWith("0")) {
            f.invalid(p, p.text(), "must not have leading 0s in IP or prefix length");
        } else if (IpText.isMapped(address)) {
            f.invalid(p, p.text(), "must not have an IPv4-mapped IPv6 address");
        } else if (IpText.hasHostBits(address(address), Integer.parseInt(bits))) {
            f.invalid(p, p.text(), "must not have bits set beyond the prefix length");
        }
    }

    /** An address that an endpoint may have. */
    static void endpointIp(Findings f, Place p) {
        InetAddress ip = address(p.text());
        if (ip == null) {
            f.invalid(p, p.text(), "must be a valid IP address");
            return;
        }
        if (ip.isAnyLocalAddress()) {
            f.invalid(p, p.text(), "may not be unspecified (" + p.text() + ")");
        }
        if (ip.isLoopbackAddress()) {
            f.invalid(p, p.text(), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (ip.isLinkLocalAddress()) {
            f.invalid(p, p.text(), "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        if (ip.isMCLinkLocal()) {
            f.invalid(p, p.text(), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }

    /** A port: a number from 1 to 65535 or the name of one. */
    static void portOrName(Findings f, Place p) {
        if (p.value() instanceof String name) {
            f.invalid(p, name, Names.portName(name));
        } else {
            long port = p.number(0);
            f.invalid(p, port, Names.portNumber(port));
        }
    }

    static void port(Findings f, Place p) {
        f.invalid(p, p.number(0), Names.portNumber(p.number(0)));
    }

    /** A field that must be one of some words. */
    static void oneOf(Findings f, Place p, List<String> words) {
        if (!words.contains(p.text())) {
            f.notSupported(p, p.text(), words);
        }
    }

    /** A field that must be there and one of some words. */
    static void requiredOneOf(Findings f, Place p, List<String> words) {
        if (p.text().isEmpty()) {
            f.required(p);
        } else {
            oneOf(f, p, words);
        }
    }

    /** A field that, if there, must be one of some words. */
    static void optionalOneOf(Findings f, Place p, List<String> words) {
        if (p.present()) {
            oneOf(f, p, words);
        }
    }

    static void immutable(Findings f, Place now, Place before) {
        if (!io.k8j.model.json.Trees.deepEquals(now.value(), before.value())) {
            f.invalid(now, now.value(), IMMUTABLE);
        }
    }

    /** Whether two places say the same, also in whether an empty list or map is spelled out. */
    static boolean identical(Place a, Place b) {
        return io.k8j.model.json.Trees.identical(a.value(), b.value());
    }

    /** Whether two places say the same; nothing and emptiness are the same, as in upstream's semantic comparison. */
    static boolean same(Place a, Place b) {
        return Differences.same(a.value(), b.value());
    }
}
