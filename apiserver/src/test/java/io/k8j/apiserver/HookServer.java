package io.k8j.apiserver;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Webhooks over real TLS on loopback: a path for each, with a function from review to response. */
final class HookServer implements AutoCloseable {
    final HttpsServer server;
    /** A certificate bundle as a configuration has it. */
    final String bundle;
    /** The requests of all reviews so far. */
    final List<Map<String, Object>> requests = Collections.synchronizedList(new ArrayList<>());

    private final CountDownLatch closing = new CountDownLatch(1);

    HookServer() throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X509Certificate certificate = certificate(keys);
        bundle = Base64.getEncoder()
                .encodeToString(("-----BEGIN CERTIFICATE-----\n"
                                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                                + "\n-----END CERTIFICATE-----\n")
                        .getBytes(StandardCharsets.US_ASCII));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("k", keys.getPrivate(), new char[0], new Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private static X509Certificate certificate(KeyPair keys)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        X500Name name = new X500Name("CN=hook");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3600)),
                name,
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    /** Serves a webhook that answers reviews with a response; {@code uid} and the envelope are added. */
    HookServer on(String path, Function<Map<String, Object>, Map<String, Object>> hook) {
        return raw(path, review -> {
            Map<String, Object> response = hook.apply(Trees.map(review, "request"));
            response.put("uid", Trees.string(review, "request", "uid"));
            return Json.writeString(Yaml.tree("{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, response: "
                    + Json.writeString(response) + "}"));
        });
    }

    /** Serves a webhook that answers with whatever text. */
    HookServer raw(String path, Function<Map<String, Object>, String> hook) {
        server.createContext(path, exchange -> {
            Map<String, Object> review =
                    Json.parseObject(exchange.getRequestBody().readAllBytes());
            requests.add(Trees.map(review, "request"));
            byte[] body = hook.apply(review).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        return this;
    }

    /** Serves a webhook that does not answer until the server is closed. */
    HookServer silent(String path) {
        server.createContext(path, exchange -> {
            try {
                closing.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        return this;
    }

    static Map<String, Object> allow() {
        return Yaml.tree("{allowed: true}");
    }

    static Map<String, Object> deny(String message) {
        return Yaml.tree("{allowed: false, status: {message: " + message + ", code: 403}}");
    }

    static Map<String, Object> patch(String operations) {
        Map<String, Object> response = allow();
        response.put("patchType", "JSONPatch");
        response.put(
                "patch",
                Base64.getEncoder().encodeToString(operations.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        return response;
    }

    /** A client configuration for a path. */
    String client(String path) {
        return "clientConfig: {url: 'https://127.0.0.1:%d%s', caBundle: %s}"
                .formatted(server.getAddress().getPort(), path, bundle);
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
