package io.k8j.server.certs;

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
 */
public record CertificateRequest(
        String name,
        String commonName,
        List<String> organizations,
        List<String> alternativeNames,
        boolean server,
        boolean client) {
    public static CertificateRequest client(String name, String commonName, String... organizations) {
        return new CertificateRequest(name, commonName, List.of(organizations), List.of(), false, true);
    }

    public static CertificateRequest server(String name, String commonName, List<String> alternativeNames) {
        return new CertificateRequest(name, commonName, List.of(), alternativeNames, true, false);
    }
}
