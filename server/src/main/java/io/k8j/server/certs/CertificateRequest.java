package io.k8j.server.certs;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;

/**
 * What a certificate must say.
 *
 * @param name file name without ending, such as {@code kube-apiserver}
 * @param commonName the user, for client certificates
 * @param organizations the groups, for client certificates
 * @param alternativeNames DNS names and IP addresses, for serving certificates
 * @param server whether it serves TLS
 * @param client whether it identifies a client
 * @param rsa whether its key is RSA instead of elliptic, for programs that read nothing else
 */
public record CertificateRequest(
        String name,
        String commonName,
        List<String> organizations,
        List<String> alternativeNames,
        boolean server,
        boolean client,
        boolean rsa) {
    public static CertificateRequest client(String name, String commonName, String... organizations) {
        return new CertificateRequest(name, commonName, List.of(organizations), List.of(), false, true, false);
    }

    /** For a kubeconfig that any client library must be able to read. */
    public static CertificateRequest kubeconfig(String name, String commonName, String... organizations) {
        return new CertificateRequest(name, commonName, List.of(organizations), List.of(), false, true, true);
    }

    /** A request with this content for somebody else's authority, signed by the key, as PEM (PKCS #10). */
    public String signed(KeyPair pair) throws GeneralSecurityException {
        return CertificateWriter.request(this, pair);
    }

    public static CertificateRequest server(String name, String commonName, List<String> alternativeNames) {
        return new CertificateRequest(name, commonName, List.of(), alternativeNames, true, false, false);
    }
}
