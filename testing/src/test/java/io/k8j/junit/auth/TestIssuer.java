package io.k8j.junit.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.k8j.server.certs.CertificateAuthority;
import io.k8j.server.certs.CertificateRequest;
import io.k8j.server.certs.KeyAndCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An HTTPS server of the test's own: an issuer of tokens, or a webhook that answers reviews. */
final class TestIssuer implements AutoCloseable {
    private final HttpsServer server;
    private final CertificateAuthority authority;
    private volatile RSAKey key = newKey("first");
    final AtomicInteger requests = new AtomicInteger();

    private TestIssuer() throws IOException, GeneralSecurityException {
        authority = CertificateAuthority.inMemory("issuer-ca", InstantSource.system(), Duration.ofDays(10));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(
                authority.issue(CertificateRequest.server("issuer", "issuer", List.of("localhost", "127.0.0.1"))))));
    }

    static TestIssuer start() {
        try {
            TestIssuer issuer = new TestIssuer();
            issuer.server.createContext("/.well-known/openid-configuration", exchange -> {
                issuer.requests.incrementAndGet();
                answer(exchange, "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(issuer.url(), issuer.url()));
            });
            issuer.server.createContext(
                    "/keys", exchange -> answer(exchange, new JWKSet(issuer.key.toPublicJWK()).toString()));
            issuer.server.start();
            return issuer;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("start an issuer: " + e.getMessage(), e);
        }
    }

    /** A webhook at {@code /review}. */
    TestIssuer answering(Function<String, String> reviews) {
        server.createContext("/review", exchange -> {
            requests.incrementAndGet();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            answer(exchange, reviews.apply(body));
        });
        return this;
    }

    /** A place where a token is to be had, for those who bring the right one. */
    TestIssuer telling(String path, String bearer, Supplier<String> token) {
        server.createContext(path, exchange -> {
            requests.incrementAndGet();
            boolean known =
                    ("Bearer " + bearer).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            if (known) {
                answer(exchange, token.get());
            } else {
                exchange.sendResponseHeaders(403, -1);
                exchange.close();
            }
        });
        return this;
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static SSLContext tls(KeyAndCertificate own) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return tls;
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    String authorityPem() {
        return authority.certificatePem();
    }

    /** A kubeconfig whose server is the webhook. */
    String kubeconfig() {
        return """
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: w, cluster: {server: "%s/review", certificate-authority-data: %s}}]
            users: [{name: u, user: {token: ours}}]
            contexts: [{name: c, context: {cluster: w, user: u}}]
            """.formatted(
                url(),
                java.util.Base64.getEncoder().encodeToString(authorityPem().getBytes(StandardCharsets.US_ASCII)));
    }

    /** Replaces the key: older tokens are worth nothing any more. */
    void rotate() {
        key = newKey("second");
    }

    private static RSAKey newKey(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private JWTClaimsSet claims(Map<String, Object> claims, Instant end) {
        JWTClaimsSet.Builder builder = new JWTClaimsSet.Builder()
                .issuer(url())
                .audience("k8j-test")
                .subject("jane")
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(end));
        claims.forEach(builder::claim);
        return builder.build();
    }

    String token(Map<String, Object> claims) {
        return token(claims, Instant.now().plusSeconds(600));
    }

    String token(Map<String, Object> claims, Instant end) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims(claims, end));
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The classic attacks: no signature at all, and the public key taken for a shared secret. */
    List<String> forgeries() {
        Instant end = Instant.now().plusSeconds(600);
        try {
            SignedJWT shared = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims(Map.of(), end));
            shared.sign(new MACSigner(key.toRSAPublicKey().getEncoded()));
            SignedJWT other = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims(Map.of(), end));
            other.sign(new RSASSASigner(newKey("x")));
            String good = token(Map.of());
            return List.of(
                    new PlainJWT(claims(Map.of(), end)).serialize(),
                    shared.serialize(),
                    other.serialize(),
                    good.substring(0, good.lastIndexOf('.') + 1),
                    good.substring(0, good.length() - 4) + "AAAA",
                    "e30.e30.e30",
                    "..",
                    "a.b.c.d.e");
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
