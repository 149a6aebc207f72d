package io.k8j.apiserver;

import io.k8j.apiserver.encryption.Encryption;
import io.k8j.apiserver.encryption.KeyRotation;

/**
 * How the API server is operated.
 *
 * @param encryption how objects are stored; null for plainly. It stays the caller's
 * @param rotation changes the keys of Secrets; null if the configuration file is not the server's own
 */
public record Operations(Encryption encryption, KeyRotation rotation) {
    /** Nothing is encrypted. */
    public static final Operations DEFAULTS = new Operations(null, null);

    public Operations withEncryption(Encryption values, KeyRotation keys) {
        return new Operations(values, keys);
    }
}
