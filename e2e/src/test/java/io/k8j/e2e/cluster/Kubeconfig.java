package io.k8j.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The cluster and the credentials of a kubeconfig's current context.
 *
 * @param token bearer token, or empty if the user has a client certificate
 */
public record Kubeconfig(URI server, SSLContext tls, Optional<String> token) {
    /** Reads a kubeconfig whose certificates and keys are in it or in files beside it. */
    public static Kubeconfig read(Path file) throws IOException {
        var yaml = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        Map<?, ?> context = named(yaml, "contexts", "context", (String) yaml.get("current-context"));
        Map<?, ?> cluster = named(yaml, "clusters", "cluster", (String) context.get("cluster"));
        Map<?, ?> user = named(yaml, "users", "user", (String) context.get("user"));
        try {
            return new Kubeconfig(
                    URI.create((String) cluster.get("server")),
                    tls(
                            data(file, cluster, "certificate-authority"),
                            data(file, user, "client-certificate"),
                            data(file, user, "client-key")),
                    Optional.ofNullable((String) user.get("token")));
        } catch (GeneralSecurityException e) {
            throw new IOException("read the certificates of " + file, e);
        }
    }

    private static Map<?, ?> named(Map<?, ?> yaml, String list, String field, String name) {
        for (Object entry : (List<?>) yaml.get(list)) {
            if (((Map<?, ?>) entry).get("name").equals(name)) {
                return (Map<?, ?>) ((Map<?, ?>) entry).get(field);
            }
        }
        throw new IllegalArgumentException("no '%s' among the %s".formatted(name, list));
    }

    private static Optional<byte[]> data(Path file, Map<?, ?> from, String key) throws IOException {
        if (from.get(key + "-data") instanceof String inline) {
            return Optional.of(Base64.getMimeDecoder().decode(inline));
        }
        return from.get(key) instanceof String name
                ? Optional.of(Files.readAllBytes(file.resolveSibling(name)))
                : Optional.empty();
    }

    private static SSLContext tls(Optional<byte[]> ca, Optional<byte[]> certificate, Optional<byte[]> key)
            throws GeneralSecurityException, IOException {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        int number = 0;
        for (Certificate c : certificates(ca.orElseThrow())) {
            trusted.setCertificateEntry("ca" + number++, c);
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (certificate.isPresent() && key.isPresent()) {
            own.setKeyEntry(
                    "user",
                    key(key.get()),
                    new char[0],
                    certificates(certificate.get()).toArray(Certificate[]::new));
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static List<? extends Certificate> certificates(byte[] pem) throws GeneralSecurityException {
        return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)));
    }

    private static PrivateKey key(byte[] pem) throws IOException {
        try (var parser = new PEMParser(new StringReader(new String(pem, UTF_8)))) {
            var converter = new JcaPEMKeyConverter();
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (found instanceof PrivateKeyInfo key) {
                    return converter.getPrivateKey(key);
                }
            }
            throw new IOException("no private key in the kubeconfig's client-key");
        }
    }
}
