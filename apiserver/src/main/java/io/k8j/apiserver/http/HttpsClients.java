package io.k8j.apiserver.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Makes clients with which the API server asks others, such as token issuers and webhooks. */
public final class HttpsClients {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private HttpsClients() {}

    /** @param authorities who may have issued the other's certificate; empty for those the machine trusts */
    public static HttpClient trusting(List<X509Certificate> authorities) {
        return with(authorities, null, List.of());
    }

    /**
     * A client that may present a certificate.
     *
     * @param key null if it presents none
     */
    public static HttpClient with(List<X509Certificate> authorities, PrivateKey key, List<X509Certificate> chain) {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(key == null ? null : keys(key, chain), authorities.isEmpty() ? null : trust(authorities), null);
            return HttpClient.newBuilder()
                    .sslContext(tls)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("make an HTTPS client: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keys(PrivateKey key, List<X509Certificate> chain)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", key, new char[0], chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca" + i, authorities.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
