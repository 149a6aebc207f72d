package io.k8j.apiserver;

import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.encryption.Encryption;
import io.k8j.apiserver.encryption.KeyRotation;

/**
 * How the API server is operated.
 *
 * @param encryption how objects are stored; null for plainly. It stays the caller's
 * @param rotation changes the keys of Secrets; null if the configuration file is not the server's own
 * @param auditor records requests; null for none. It stays the caller's
 * @param limits how much is done at once
 */
public record Operations(Encryption encryption, KeyRotation rotation, Auditor auditor, ServingLimits limits) {
    /** Nothing is encrypted. */
    public static final Operations DEFAULTS = new Operations(null, null, null, ServingLimits.DEFAULTS);

    public Operations withEncryption(Encryption values, KeyRotation keys) {
        return new Operations(values, keys, auditor, limits);
    }

    public Operations withAuditor(Auditor recorder) {
        return new Operations(encryption, rotation, recorder, limits);
    }

    public Operations withLimits(ServingLimits bounds) {
        return new Operations(encryption, rotation, auditor, bounds);
    }
}
