package io.k8j.apiserver.http;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The certificates a client has presented, read once for each connection: no client can present others later, and the
 * TLS library makes new objects of the same bytes whenever it is asked.
 */
final class PeerCertificates {
    private static final AttributeKey<List<X509Certificate>> KNOWN =
            AttributeKey.valueOf(PeerCertificates.class, "chain");

    private PeerCertificates() {}

    /**
     * The chain, the client's own first; empty if none was sent. The handshake must be over.
     *
     * @param connection the TCP connection's channel
     * @param ssl null for a connection without TLS
     */
    static List<X509Certificate> of(Channel connection, SslHandler ssl) {
        if (ssl == null) return List.of();
        List<X509Certificate> known = connection.attr(KNOWN).get();
        if (known == null) {
            known = List.copyOf(read(ssl));
            connection.attr(KNOWN).set(known);
        }
        return known;
    }

    private static List<X509Certificate> read(SslHandler ssl) {
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : ssl.engine().getSession().getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) chain.add(plain(x509));
            }
            return chain;
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // the usual case: no certificate was sent
        }
    }

    /** The same certificate as an object that compares without copying its bytes. */
    private static X509Certificate plain(X509Certificate certificate) {
        try {
            byte[] bytes = certificate.getEncoded();
            try {
                return (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
            } catch (CertificateException strict) {
                return lenient(bytes); // such as one without any name, which must be refused, not fail
            }
        } catch (CertificateException e) {
            return certificate; // whoever checks it finds out what is wrong with it
        }
    }

    private static X509Certificate lenient(byte[] bytes) throws CertificateException {
        return (X509Certificate) new org.bouncycastle.jcajce.provider.asymmetric.x509.CertificateFactory()
                .engineGenerateCertificate(new ByteArrayInputStream(bytes));
    }
}
