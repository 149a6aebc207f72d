package io.k8j.apiserver.encryption;

import java.util.Map;

/** A plugin that encrypts keys with a key that it never shows. Calls block until it answers or its time is up. */
interface KmsService extends AutoCloseable {
    /** What the plugin says of itself; {@code healthz} is {@code ok} if all is well. */
    record Status(String version, String healthz, String keyId) {}

    /** An encrypted key, and what is needed to decrypt it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Encrypted(byte[] ciphertext, String keyId, Map<String, byte[]> annotations) {}

    /** @throws ValueException if the plugin cannot be reached */
    Status status();

    /** @throws ValueException if it fails */
    Encrypted encrypt(String uid, byte[] plain);

    /** @throws ValueException if it fails */
    byte[] decrypt(String uid, Encrypted encrypted);

    @Override
    void close();
}
