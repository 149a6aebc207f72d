package io.k8j.kubelet.server;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * How the node agent's server proves itself, and whom it may believe.
 *
 * @param key private key of the server
 * @param chain its certificate, followed by those that sign it
 * @param clientAuthorities whose client certificates count (--client-ca-file)
 */
public record KubeletTls(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> clientAuthorities) {
    public KubeletTls {
        chain = List.copyOf(chain);
        clientAuthorities = List.copyOf(clientAuthorities);
    }
}
