package io.k8j.server.certs;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key with its certificate.
 *
 * @param chain the own certificate first; without the root
 */
public record KeyAndCertificate(PrivateKey key, List<X509Certificate> chain) {
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    public String keyPem() {
        return Pem.key(key);
    }

    public String chainPem() {
        return Pem.certificates(chain);
    }
}
