package io.k8j.apiserver.aggregation;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** TLS towards servers behind this one: their authorities, our certificate. Contexts are kept. Safe for all threads. */
final class RemoteTls {
    private static final int MAX_KEPT = 100;

    private final Supplier<FrontProxy> identity; // gives null if there is none
    private final Map<List<Object>, SslContext> proxies = new ConcurrentHashMap<>();

    RemoteTls(Supplier<FrontProxy> identity) {
        this.identity = identity;
    }

    /**
     * For connections of the proxy.
     *
     * @throws IOException if the bundle cannot be read
     */
    SslContext forProxy(RemoteService service) throws IOException {
        FrontProxy own = identity.get();
        Object us = own == null ? "" : own.chain();
        List<Object> key = List.of(service.caBundle(), service.insecure(), us);
        SslContext known = proxies.get(key);
        if (known != null) return known;
        if (proxies.size() >= MAX_KEPT) proxies.clear(); // bundles and certificates are renewed
        try {
            SslContextBuilder builder = SslContextBuilder.forClient();
            if (own != null) builder.keyManager(own.key(), own.chain().toArray(new X509Certificate[0]));
            if (service.insecure()) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
            } else {
                builder.trustManager(trust(service.caBundle()));
            }
            SslContext made = builder.build();
            proxies.put(key, made);
            return made;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("unable to load root certificates: " + e.getMessage(), e);
        }
    }

    /** For our own questions. */
    SSLContext forQuestions(RemoteService service) throws IOException {
        try {
            FrontProxy own = identity.get();
            TrustManager[] trust = service.insecure()
                    ? InsecureTrustManagerFactory.INSTANCE.getTrustManagers()
                    : trust(service.caBundle()).getTrustManagers();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own == null ? null : keys(own), trust, null);
            return context;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("unable to load root certificates: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keys(FrontProxy own) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static TrustManagerFactory trust(String bundle) throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (!bundle.isEmpty()) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            byte[] pem = Base64.getDecoder().decode(bundle);
            int i = 0;
            for (Certificate authority :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
                store.setCertificateEntry("ca" + i++, authority);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }
}
