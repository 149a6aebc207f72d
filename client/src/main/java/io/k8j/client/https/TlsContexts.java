package io.k8j.client.https;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Makes TLS contexts of what a kubeconfig says. */
public final class TlsContexts {
    private TlsContexts() {}

    /** @throws IllegalArgumentException if a certificate or key is of no use */
    public static SSLContext of(ServerAccess access) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(access.certificate(), access.key()), trust(access), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("TLS settings for %s: %s".formatted(access.server(), e.getMessage()), e);
        }
    }

    /**
     * Shows its own keys and believes any certificate: it asks whether a server is there, not who it is.
     *
     * @param keys null: none
     */
    public static SSLContext trustingAll(KeyManager[] keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {new TrustAll()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("make a TLS context: " + e.getMessage(), e);
        }
    }

    /**
     * What shows a client certificate.
     *
     * @param certificate PEM, those between it and its authority behind it; empty for none
     * @return null for none
     */
    public static KeyManager[] keys(byte[] certificate, byte[] key) throws GeneralSecurityException, IOException {
        if (certificate.length == 0) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Certificate[] chain = Pem.certificates(certificate).toArray(Certificate[]::new);
        store.setKeyEntry("client", Pem.privateKey(key), new char[0], chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(ServerAccess access) throws GeneralSecurityException, IOException {
        if (access.insecure()) {
            return new TrustManager[] {new TrustAll()};
        }
        if (access.authority().length == 0) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        List<? extends Certificate> authorities = Pem.certificates(access.authority());
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca-" + i, authorities.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** An extended one, so that nobody else asks for the host's name either. */
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
