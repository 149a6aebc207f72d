package io.k8j.apiserver;

import io.k8j.apiserver.aggregation.FrontProxy;
import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.encryption.Encryption;
import io.k8j.apiserver.encryption.KeyRotation;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How the API server is operated.
 *
 * @param encryption how objects are stored; null for plainly. It stays the caller's
 * @param rotation changes the keys of Secrets; null if the configuration file is not the server's own
 * @param auditor records requests; null for none. It stays the caller's
 * @param limits how much is done at once
 * @param frontProxy how it presents itself to servers behind it; gives null if it cannot
 * @param flags upstream's flags that were given, as {@code /flagz} shows them; without secrets
 */
public record Operations(
        Encryption encryption,
        KeyRotation rotation,
        Auditor auditor,
        ServingLimits limits,
        Supplier<FrontProxy> frontProxy,
        Map<String, String> flags) {
    /** Nothing is encrypted. */
    public static final Operations DEFAULTS =
            new Operations(null, null, null, ServingLimits.DEFAULTS, () -> null, Map.of());

    public Operations withEncryption(Encryption values, KeyRotation keys) {
        return new Operations(values, keys, auditor, limits, frontProxy, flags);
    }

    public Operations withAuditor(Auditor recorder) {
        return new Operations(encryption, rotation, recorder, limits, frontProxy, flags);
    }

    public Operations withLimits(ServingLimits bounds) {
        return new Operations(encryption, rotation, auditor, bounds, frontProxy, flags);
    }

    public Operations withFlags(Map<String, String> given) {
        return new Operations(encryption, rotation, auditor, limits, frontProxy, given);
    }

    public Operations withFrontProxy(Supplier<FrontProxy> identity) {
        return new Operations(encryption, rotation, auditor, limits, identity, flags);
    }
}
