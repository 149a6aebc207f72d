package io.k8j.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.TreeSet;

/** Names in the table that people can read and that stay the same while the Service does. */
final class ChainNames {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int LONGEST = 120; // the kernel takes 255; older ones 127

    private ChainNames() {}

    /** {@code <hash>-<namespace>/<service>/<protocol>/<port>}. */
    static String base(String namespace, String name, String protocol, String portName) {
        String readable = namespace + "/" + name + "/" + protocol + "/" + portName;
        return cut(hash(readable) + "-" + readable);
    }

    static String endpoint(String base, Backend backend) {
        return suffixed("endpoint-", base, backend);
    }

    static String affinity(String base, Backend backend) {
        return suffixed("affinity-", base, backend);
    }

    /** Addresses or ranges as an anonymous set. */
    static String set(Collection<String> items) {
        return "{ " + String.join(", ", new TreeSet<>(items)) + " }";
    }

    private static String suffixed(String prefix, String base, Backend backend) {
        String address = backend.address().replace(':', '.') + "/" + backend.port();
        String readable = base.substring(base.indexOf('-') + 1) + "__" + address;
        return cut(prefix + hash(base + "__" + address) + "-" + readable);
    }

    private static String cut(String name) {
        return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
    }

    private static String hash(String text) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
        long bits = 0;
        for (int i = 0; i < 5; i++) bits = (bits << 8) | (digest[i] & 0xff);
        StringBuilder hash = new StringBuilder();
        for (int shift = 35; shift >= 0; shift -= 5) hash.append(BASE32.charAt((int) (bits >> shift & 31)));
        return hash.toString();
    }
}
