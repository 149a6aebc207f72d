package io.k8j.junit;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes the tokens by which clients of a cluster prove who they are. Safe for all threads. */
final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /** A secret of 256 bits. */
    static String newToken() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
