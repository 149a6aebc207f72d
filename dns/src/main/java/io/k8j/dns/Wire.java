package io.k8j.dns;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Numbers of the protocol (RFC 1035, 2782, 3596, 6891) and names on the wire. */
final class Wire {
    static final int A = 1;
    static final int NS = 2;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int TXT = 16;
    static final int AAAA = 28;
    static final int SRV = 33;
    static final int OPT = 41;
    static final int ANY = 255;

    static final int NOERROR = 0;
    static final int FORMERR = 1;
    static final int SERVFAIL = 2;
    static final int NXDOMAIN = 3;
    static final int NOTIMP = 4;
    static final int REFUSED = 5;
    static final int BADVERS = 16;

    static final int IN = 1;
    static final int HEADER = 12;
    static final int FLAG_QR = 0x8000;
    static final int FLAG_AA = 0x0400;
    static final int FLAG_TC = 0x0200;
    static final int FLAG_RD = 0x0100;
    static final int FLAG_RA = 0x0080;
    static final int FLAG_CD = 0x0010;

    private static final Map<Integer, String> TYPES = Map.ofEntries(
            Map.entry(A, "A"),
            Map.entry(NS, "NS"),
            Map.entry(CNAME, "CNAME"),
            Map.entry(SOA, "SOA"),
            Map.entry(PTR, "PTR"),
            Map.entry(15, "MX"),
            Map.entry(TXT, "TXT"),
            Map.entry(AAAA, "AAAA"),
            Map.entry(SRV, "SRV"),
            Map.entry(43, "DS"),
            Map.entry(48, "DNSKEY"),
            Map.entry(65, "HTTPS"),
            Map.entry(ANY, "ANY"));

    private Wire() {}

    /** Name of a type for metrics, where rare ones are counted together. */
    static String typeName(int type) {
        return TYPES.getOrDefault(type, "other");
    }

    static String rcodeName(int rcode) {
        return switch (rcode) {
            case NOERROR -> "NOERROR";
            case FORMERR -> "FORMERR";
            case SERVFAIL -> "SERVFAIL";
            case NXDOMAIN -> "NXDOMAIN";
            case NOTIMP -> "NOTIMP";
            case REFUSED -> "REFUSED";
            case BADVERS -> "BADVERS";
            default -> "other";
        };
    }

    /**
     * Reads a name at the buffer's position and moves behind it.
     *
     * @return lower case, labels joined by dots, without the last dot; bytes that are no letters, digits, '-' or '_'
     *     as {@code \ddd}, so that different names never look alike
     * @throws ProtocolException if it is too long, runs in a circle or leaves the message
     */
    static String readName(ByteBuffer message, boolean pointers) throws ProtocolException {
        StringBuilder name = new StringBuilder();
        int length = 0;
        int end = -1; // where to go on after the first pointer
        int lowest = message.position();
        while (true) {
            int count = next(message);
            if (count == 0) break;
            if ((count & 0xc0) == 0xc0) {
                int target = (count & 0x3f) << 8 | next(message);
                if (!pointers || target >= lowest) throw new ProtocolException("bad name pointer");
                if (end < 0) end = message.position();
                lowest = target;
                message.position(target);
                continue;
            }
            if ((count & 0xc0) != 0) throw new ProtocolException("bad label type");
            length += count + 1;
            if (length > 254) throw new ProtocolException("name too long");
            if (!name.isEmpty()) name.append('.');
            for (int i = 0; i < count; i++) append(name, next(message));
        }
        if (end >= 0) message.position(end);
        return name.toString();
    }

    private static void append(StringBuilder name, int value) {
        if (value >= 'A' && value <= 'Z') {
            name.append((char) (value + 32));
        } else if (value >= 'a' && value <= 'z' || value >= '0' && value <= '9' || value == '-' || value == '_') {
            name.append((char) value);
        } else {
            name.append('\\').append((char) ('0' + value / 100));
            name.append((char) ('0' + value / 10 % 10)).append((char) ('0' + value % 10));
        }
    }

    private static int next(ByteBuffer message) throws ProtocolException {
        if (!message.hasRemaining()) throw new ProtocolException("message ends within a name");
        return message.get() & 0xff;
    }

    /** Labels of a name in the form of {@link #readName}. */
    static List<String> labels(String name) {
        return name.isEmpty() ? List.of() : List.of(name.split("\\."));
    }

    /** The bytes of a label in the form of {@link #readName}. */
    static byte[] bytes(String label) {
        List<Byte> bytes = new ArrayList<>(label.length());
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            if (c == '\\') {
                bytes.add((byte) Integer.parseInt(label.substring(i + 1, i + 4)));
                i += 3;
            } else {
                bytes.add((byte) c);
            }
        }
        byte[] all = new byte[bytes.size()];
        for (int i = 0; i < all.length; i++) all[i] = bytes.get(i);
        return all;
    }
}
