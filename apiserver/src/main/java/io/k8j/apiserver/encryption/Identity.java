package io.k8j.apiserver.encryption;

import java.nio.charset.StandardCharsets;

/** Stores values as they are, and refuses to take encrypted ones for plain. */
final class Identity implements ValueTransformer {
    static final Identity INSTANCE = new Identity();
    private static final byte[] ENCRYPTED = "k8s:enc:".getBytes(StandardCharsets.US_ASCII);

    private Identity() {}

    @Override
    public byte[] seal(byte[] plain, byte[] context) {
        return plain;
    }

    @Override
    public Opened open(byte[] stored, byte[] context) {
        if (Prefixed.startsWith(stored, ENCRYPTED)) {
            throw new ValueException("identity transformer tried to read encrypted data");
        }
        return new Opened(stored, false);
    }

    @Override
    public boolean transforms() {
        return false;
    }
}
