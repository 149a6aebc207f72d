package io.k8j.apiserver.aggregation;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A small extension API server for {@code wardle.example.com/v1} behind the Service {@code ext/sample}. */
final class SampleServer implements AutoCloseable {
    /** What it was asked: method and path, the names of the client's certificate, headers that say who asks. */
    record Asked(String what, String certificate, Map<String, List<String>> identity) {}

    static final String GROUP_VERSION = "wardle.example.com/v1";
    private static final String RESOURCES = """
        {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"wardle.example.com/v1","resources":[
        {"name":"flunders","singularName":"flunder","namespaced":true,"kind":"Flunder","verbs":["get","list"],
         "shortNames":["fl"]},
        {"name":"flunders/status","singularName":"","namespaced":true,"kind":"Flunder","verbs":["get"]}]}
        """;
    private static final String SECOND = """
        {"swagger":"2.0","info":{"title":"w","version":"1"},"paths":{"/apis/wardle.example.com/v1/":{},"/healthz":{}},
        "definitions":{"com.example.wardle.v1.Flunder":{"type":"object","description":"a fish"}}}
        """;
    private static final String THIRD = """
        {"paths":{"apis/wardle.example.com/v1":{"serverRelativeURL":
        "/openapi/v3/apis/wardle.example.com/v1?hash=AB"}}}
        """;

    final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    final String caBundle;
    volatile int discoveryStatus = 200;
    /** Whether it knows OpenAPI v3. */
    volatile boolean hasThird = true;

    private final HttpsServer server;

    SampleServer() throws Exception {
        KeyPair keys = keys();
        X509Certificate certificate = certificate("sample", keys, "sample.ext.svc");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("k", keys.getPrivate(), new char[0], new Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        caBundle = Base64.getEncoder().encodeToString(pem(certificate).getBytes(StandardCharsets.US_ASCII));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = tls.getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    static KeyPair keys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    static X509Certificate certificate(String name, KeyPair keys, String dns) throws Exception {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + name),
                BigInteger.ONE,
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3600)),
                new X500Name("CN=" + name),
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, dns)));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    static String pem(X509Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, List<String>> identity = new LinkedHashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (name.toLowerCase(java.util.Locale.ROOT).startsWith("x-remote-")) identity.put(name, values);
        });
        String certificate = "";
        try {
            certificate = ((X509Certificate)
                            ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (SSLPeerUnverifiedException e) {
            certificate = "none";
        }
        String path = exchange.getRequestURI().toString();
        asked.add(new Asked(exchange.getRequestMethod() + " " + path, certificate, identity));
        byte[] body = (switch (path) {
                    case "/apis/wardle.example.com/v1" -> RESOURCES;
                    case "/openapi/v2" -> SECOND;
                    case "/openapi/v3" -> THIRD;
                    case "/openapi/v3/apis/wardle.example.com/v1?hash=AB" -> "{\"openapi\":\"3.0.0\"}";
                    case "/apis/wardle.example.com/v1/namespaces/default/flunders/gone" ->
                        "{\"kind\":\"Status\",\"code\":404}";
                    default -> "{\"kind\":\"Flunder\",\"path\":\"" + path + "\"}";
                })
                .getBytes(StandardCharsets.UTF_8);
        boolean missing = path.endsWith("/gone") || path.startsWith("/openapi/v3") && !hasThird;
        int status = missing ? 404 : path.equals("/apis/" + GROUP_VERSION) ? discoveryStatus : 200;
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("X-Sample", "yes");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
