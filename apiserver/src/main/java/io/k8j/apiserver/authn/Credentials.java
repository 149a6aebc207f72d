package io.k8j.apiserver.authn;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a client presented.
 *
 * @param certificates chain of the TLS connection, the client's own first; empty if none
 * @param bearerToken token of the Authorization header; null if none
 */
public record Credentials(List<X509Certificate> certificates, String bearerToken) {
    public static final Credentials NONE = new Credentials(List.of(), null);
}
