package io.k8j.apiserver.admission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.FakeReader;
import io.k8j.apiserver.admission.Requests;
import io.k8j.apiserver.admission.Services;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Talks to a webhook over real TLS on loopback. */
class WebhooksTest {
    private static final String POD = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}}";

    private HttpsServer server;
    private String authority;
    private final List<Map<String, Object>> reviews = new ArrayList<>();
    private volatile Function<Map<String, Object>, String> answer = review -> "";

    @BeforeEach
    void start() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X509Certificate certificate = certificate(keys);
        authority = Base64.getEncoder()
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
        server.createContext("/", exchange -> {
            Map<String, Object> review =
                    Json.parseObject(exchange.getRequestBody().readAllBytes());
            reviews.add(review);
            byte[] body = answer.apply(review).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private static X509Certificate certificate(KeyPair keys) throws Exception {
        X500Name name = new X500Name("CN=hook");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3600)),
                name,
                keys.getPublic());
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "hook.system.svc"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        }));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String hook(String name, String config, String more) {
        return "{metadata: {name: " + name + "}, webhooks: [{name: " + name + ".example.com, clientConfig: {" + config
                + ", caBundle: " + authority + "}, sideEffects: None, timeoutSeconds: 5, admissionReviewVersions: [v1],"
                + " rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]" + more
                + "}]}";
    }

    private String url() {
        return "url: 'https://127.0.0.1:" + server.getAddress().getPort() + "/x'";
    }

    private AdmissionServices services(FakeReader reader) {
        return Services.of(reader, (namespace, name, port) -> {
            if (!name.equals("hook")) {
                throw new IOException("service \"" + name + "\" not found");
            }
            return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        });
    }

    private void validate(String hook) {
        var reader = new FakeReader().with("validatingwebhookconfigurations.admissionregistration.k8s.io", hook);
        Requests.run(new ValidatingWebhooks(services(reader)), Requests.createPod(POD));
    }

    private static String response(Map<String, Object> review, String rest) {
        return "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"response\":{\"uid\":\""
                + Trees.string(review, "request", "uid") + "\"," + rest + "}}";
    }

    @Test
    void aRefusalIsPassedOnWithTheWebhooksName() {
        answer = r -> response(r, "\"allowed\":false,\"status\":{\"message\":\"no way\",\"code\":403}");
        assertThatThrownBy(() -> validate(hook("v", url(), "")))
                .hasMessage("admission webhook \"v.example.com\" denied the request: no way")
                .extracting("code")
                .isEqualTo(403);
        answer = r -> response(r, "\"allowed\":false");
        assertThatThrownBy(() -> validate(hook("v", url(), "")))
                .hasMessage("admission webhook \"v.example.com\" denied the request without explanation");
    }

    @Test
    void theReviewTellsWhoWantsWhat() {
        answer = r -> response(r, "\"allowed\":true");
        validate(hook("v", url(), ""));
        Map<String, Object> request = Trees.map(reviews.getFirst(), "request");
        assertThat(request)
                .containsEntry("operation", "CREATE")
                .containsEntry("namespace", "a")
                .containsEntry("name", "p")
                .containsEntry("dryRun", false);
        assertThat(Trees.string(request, "userInfo", "username")).isEqualTo("me");
        assertThat(Trees.string(request, "resource", "resource")).isEqualTo("pods");
    }

    @Test
    void aServiceMustShowItsOwnName() {
        answer = r -> response(r, "\"allowed\":true");
        validate(hook("v", "service: {namespace: system, name: hook, path: /x}", ""));
        assertThat(reviews).hasSize(1);
        assertThatThrownBy(() -> validate(hook("v", "service: {namespace: other, name: hook, path: /x}", "")))
                .hasMessageStartingWith(
                        "Internal error occurred: failed calling webhook \"v.example.com\": failed to call"
                                + " webhook: Post \"https://hook.other.svc:443/x?timeout=5s\": ");
    }

    @Test
    void aFailedCallRefusesUnlessItMayBeIgnored() {
        answer = r -> "{}";
        assertThatThrownBy(() -> validate(hook("v", url(), "")))
                .hasMessageStartingWith(
                        "Internal error occurred: failed calling webhook \"v.example.com\": received invalid webhook"
                                + " response: ");
        validate(hook("v", url(), ", failurePolicy: Ignore"));
    }

    @Test
    void othersAreNotAsked() {
        validate(hook("v", url(), ", objectSelector: {matchLabels: {x: y}}"));
        assertThat(reviews).isEmpty();
    }

    @Test
    void patchesChangeTheObjectAndEarlierHooksAreAskedAgain() {
        String patch = Base64.getEncoder()
                .encodeToString("[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"x\":\"y\"}}]"
                        .getBytes(StandardCharsets.UTF_8));
        answer = r -> Trees.get(r, "request", "object", "metadata", "labels") == null
                        && !reviews.isEmpty()
                        && reviews.size() == 2
                ? response(r, "\"allowed\":true,\"patchType\":\"JSONPatch\",\"patch\":\"" + patch + "\"")
                : response(r, "\"allowed\":true,\"warnings\":[\"seen\"]");
        String resource = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
        var reader = new FakeReader()
                .with(resource, hook("a", url(), ", reinvocationPolicy: IfNeeded"))
                .with(resource, hook("b", url(), ", reinvocationPolicy: Never"));
        AdmissionRequest request = Requests.createPod(POD);
        Requests.run(new MutatingWebhooks(services(reader)), request);
        assertThat(Trees.string(request.object(), "metadata", "labels", "x")).isEqualTo("y");
        assertThat(reviews).hasSize(3);
        assertThat(request.context().warnings()).containsExactly("seen");
    }
}
