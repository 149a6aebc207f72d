package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
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

/** Versions that a webhook on loopback translates: v1 has {@code hostPort}, v2 has {@code host} and {@code port}. */
class ConversionWebhookTest {
    private final TestServer server = new TestServer();
    private HttpsServer webhook;
    private volatile String failure = "";
    private volatile boolean forgetful;
    private final AtomicInteger reviews = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X509Certificate certificate = certificate(keys);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("k", keys.getPrivate(), new char[0], new Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        webhook = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        webhook.setHttpsConfigurator(new HttpsConfigurator(tls));
        webhook.createContext("/convert", this::convert);
        webhook.start();
        String bundle = Base64.getEncoder()
                .encodeToString(("-----BEGIN CERTIFICATE-----\n"
                                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                                + "\n-----END CERTIFICATE-----\n")
                        .getBytes(StandardCharsets.US_ASCII));
        String v1 = "'schema':{'openAPIV3Schema':{'type':'object','required':['hostPort'],'properties':{'hostPort':{"
                + "'type':'string'},'kept':{'type':'string','default':'v1'}}}},"
                + "'selectableFields':[{'jsonPath':'.hostPort'}]";
        String v2 = "'schema':{'openAPIV3Schema':{'type':'object','required':['host','port'],'properties':{'host':{"
                + "'type':'string'},'port':{'type':'string','pattern':'^[0-9]+$'},'kept':{'type':'string'}}}},"
                + "'selectableFields':[{'jsonPath':'.host'},{'jsonPath':'.port'}]";
        server.create(
                "apiextensions.k8s.io/v1/customresourcedefinitions",
                ("{'metadata':{'name':'ends.a.b'},'spec':{'group':'a.b','scope':'Namespaced','names':{'plural':'ends',"
                                + "'kind':'End'},'conversion':{'strategy':'Webhook','webhook':{'conversionReviewVersions':["
                                + "'v1'],'clientConfig':{'url':'https://127.0.0.1:%d/convert','caBundle':'%s'}}},"
                                + "'versions':[{'name':'v1','served':true,'storage':true,%s},{'name':'v2','served':true,"
                                + "'storage':false,%s}]}}")
                        .formatted(webhook.getAddress().getPort(), bundle, v1, v2));
        Awaitility.await().until(() -> server.core.table().get(TestServer.gvr("a.b/v2/ends")) != null);
    }

    @AfterEach
    void stop() {
        webhook.stop(0);
        server.close();
    }

    private static X509Certificate certificate(KeyPair keys) throws Exception {
        X500Name name = new X500Name("CN=convert");
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3600)),
                name,
                keys.getPublic());
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        }));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    private static Map<String, Object> converted(Map<String, Object> object, String wanted) {
        object.put("apiVersion", wanted);
        if ("a.b/v2".equals(wanted)) {
            String[] parts = String.valueOf(object.remove("hostPort")).split(":", -1);
            object.put("host", parts[0]);
            object.put("port", parts[1]);
        } else {
            object.put("hostPort", object.remove("host") + ":" + object.remove("port"));
        }
        return object;
    }

    private void convert(HttpExchange exchange) throws IOException {
        Map<String, Object> review = Json.parseObject(exchange.getRequestBody().readAllBytes());
        String wanted = Trees.string(review, "request", "desiredAPIVersion");
        reviews.incrementAndGet();
        List<Object> converted = new ArrayList<>();
        for (Object object : Trees.list(review, "request", "objects")) {
            converted.add(converted(Trees.asMap((Map<?, ?>) object), wanted));
        }
        if (forgetful) converted.removeLast();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("status", failure.isEmpty() ? "Success" : "Failure");
        if (!failure.isEmpty()) result.put("message", failure);
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("uid", Trees.get(review, "request", "uid"));
        response.put("convertedObjects", converted);
        response.put("result", result);
        review.put("response", response);
        byte[] body = Json.write(review);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void objectsAreReadAndWrittenInBothVersions() {
        server.create("a.b/v1/ends", "{'metadata':{'name':'one'},'hostPort':'h:1'}");
        assertThat(server.get("a.b/v2/ends", "one")).containsEntry("host", "h").containsEntry("port", "1");
        server.create("a.b/v2/ends", "{'metadata':{'name':'two'},'host':'g','port':'2'}");
        assertThat(server.get("a.b/v1/ends", "two")).containsEntry("hostPort", "g:2");
        assertThat(server.list("a.b/v2/ends", "").items())
                .allMatch(o -> o.apiVersion().equals("a.b/v2"));
    }

    @Test
    void theWebhookIsAskedOnceForAWholeList() {
        for (int i = 0; i < 50; i++)
            server.create("a.b/v1/ends", "{'metadata':{'name':'e%02d'},'hostPort':'h:%d'}".formatted(i, i));
        reviews.set(0);
        List<ApiObject> items = server.list("a.b/v2/ends", "").items();
        assertThat(items).hasSize(50);
        for (int i = 0; i < 50; i++) {
            assertThat(items.get(i).tree())
                    .containsEntry("port", Integer.toString(i))
                    .doesNotContainKey("hostPort");
        }
        assertThat(reviews).hasValue(1);
        assertThat(server.list("a.b/v1/ends", "").items()).hasSize(50);
        assertThat(reviews).hasValue(1); // stored as they are served
        forgetful = true;
        assertThat(TestServer.refusal(() -> server.list("a.b/v2/ends", "")).getMessage())
                .isEqualTo("conversion webhook for a.b/v1, Kind=EndList returned 49 objects, expected 50");
    }

    @Test
    void fieldsAreSelectedInTheVersionThatIsAskedFor() {
        server.create("a.b/v2/ends", "{'metadata':{'name':'one'},'host':'h','port':'1'}");
        server.create("a.b/v2/ends", "{'metadata':{'name':'two'},'host':'h','port':'2'}");
        server.create("a.b/v1/ends", "{'metadata':{'name':'three'},'hostPort':'g:1'}");
        assertThat(server.names("a.b/v2/ends", "fieldSelector=host=h")).containsExactly("one", "two");
        assertThat(server.names("a.b/v2/ends", "fieldSelector=host=h,port!=2")).containsExactly("one");
        assertThat(server.names("a.b/v2/ends", "fieldSelector=host=h&limit=1")).containsExactly("one");
        assertThat(server.names("a.b/v1/ends", "fieldSelector=hostPort=h:2")).containsExactly("two");
        assertThat(TestServer.refusal(() -> server.names("a.b/v2/ends", "fieldSelector=hostPort=h:2"))
                        .getMessage())
                .isEqualTo("field label not supported: hostPort");
    }

    @Test
    void theWebhookIsAskedOnceForAListThatSelectsFields() {
        for (int i = 0; i < 5; i++) {
            server.create("a.b/v1/ends", "{'metadata':{'name':'e%d'},'hostPort':'h:%d'}".formatted(i, i % 2));
        }
        reviews.set(0);

        assertThat(server.names("a.b/v2/ends", "fieldSelector=port=1")).containsExactly("e1", "e3");

        assertThat(reviews).hasValue(1);
    }

    @Test
    void whatCannotBeConvertedCannotBeDeletedThroughAnotherVersion() {
        server.create("a.b/v1/ends", "{'metadata':{'name':'one'},'hostPort':'h:1'}");
        failure = "cannot";

        assertThat(TestServer.refusal(() -> server.delete("a.b/v2/ends", "one", ""))
                        .getMessage())
                .isEqualTo("conversion webhook for a.b/v1, Kind=End failed: cannot");
        server.delete("a.b/v1/ends", "one", "");
    }

    @Test
    void watchesSelectFieldsInTheVersionThatTheyShow() {
        server.create("a.b/v2/ends", "{'metadata':{'name':'one'},'host':'h','port':'1'}");
        List<String> seen = new CopyOnWriteArrayList<>();
        ApiCall call = new ApiCall(
                Verb.WATCH,
                TestServer.gvr("a.b/v2/ends"),
                "rec",
                "",
                "",
                Map.of("fieldSelector", "host=h"),
                null,
                null);
        try (ApiTransport.Watch watch = server.core.watch(TestServer.ADMIN, "t", call, VerbsTest.listener(seen))) {
            server.create("a.b/v1/ends", "{'metadata':{'name':'two'},'hostPort':'g:1'}");
            server.patch("a.b/v2/ends", "two", "merge", "{'host':'h'}");
            server.patch("a.b/v1/ends", "two", "merge", "{'hostPort':'h:3'}");
            server.patch("a.b/v2/ends", "one", "merge", "{'host':'g'}");
            server.delete("a.b/v2/ends", "two", "");
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> seen.size() == 5);
        }
        assertThat(List.copyOf(seen).subList(0, 5))
                .containsExactly("ADDED one", "ADDED two", "MODIFIED two", "DELETED one", "DELETED two");
    }

    @Test
    void aFailureOfTheWebhookIsTheAnswer() {
        server.create("a.b/v1/ends", "{'metadata':{'name':'one'},'hostPort':'h:1'}");
        failure = "cannot";
        assertThat(TestServer.refusal(() -> server.get("a.b/v2/ends", "one")).getMessage())
                .isEqualTo("conversion webhook for a.b/v1, Kind=End failed: cannot");
    }

    @Test
    void eachVersionIsCheckedByItsOwnSchemaAndFilledByTheStoredOne() {
        Map<String, Object> made = server.create(
                "a.b/v2/ends",
                "{'apiVersion':'a.b/v2','kind':'End','metadata':{'name':'e'},'host':'h','port':'1','x':1}");
        assertThat(made).containsEntry("host", "h").containsEntry("kept", "v1").doesNotContainKeys("hostPort", "x");
        made.put("port", "one");
        assertThat(TestServer.refusal(() -> server.update("a.b/v2/ends", "e", made))
                        .getMessage())
                .isEqualTo("End.a.b \"e\" is invalid: port: Invalid value: \"one\": port in body should match"
                        + " '^[0-9]+$'");
        made.put("port", "2");
        server.update("a.b/v2/ends", "e", made);
        assertThat(server.get("a.b/v1/ends", "e"))
                .containsEntry("hostPort", "h:2")
                .doesNotContainKey("port");
    }

    @Test
    void ownersAreAskedInTheVersionInWhichTheyOwn() {
        String second = "{'apiVersion':'a.b/v2','kind':'End','metadata':{'name':'o'},'host':'h','port':'%s'}";
        server.patch("a.b/v2/ends", "o", "apply", second.formatted("1"), "fieldManager=two");
        assertThat(server.patch("a.b/v2/ends", "o", "apply", second.formatted("2"), "fieldManager=two"))
                .containsEntry("port", "2");
        String first = "{'apiVersion':'a.b/v1','kind':'End','metadata':{'name':'o'},'hostPort':'h:3'}";
        assertThat(TestServer.refusal(() -> server.patch("a.b/v1/ends", "o", "apply", first, "fieldManager=one"))
                        .getMessage())
                .isEqualTo("Apply failed with 1 conflict: conflict with \"two\": .port");
        Map<String, Object> forced = server.patch("a.b/v1/ends", "o", "apply", first, "fieldManager=one&force=true");
        assertThat(forced).containsEntry("hostPort", "h:3");
        assertThat(Json.writeString(Trees.get(forced, "metadata", "managedFields")))
                .contains("\"f:hostPort\":{}", "\"f:host\":{}")
                .doesNotContain("f:port\"");
        server.patch("a.b/v1/ends", "o", "merge", "{'kept':'x'}");
        assertThat(server.get("a.b/v2/ends", "o")).containsEntry("kept", "x").containsEntry("port", "3");
        String more = "{'apiVersion':'a.b/v2','kind':'End','metadata':{'name':'o'},'host':'h','port':'3','kept':'q'}";
        server.patch("a.b/v2/ends", "o", "apply", more, "fieldManager=two&force=true");
        Map<String, Object> less = server.patch("a.b/v1/ends", "o", "apply", first, "fieldManager=two");
        assertThat(less).as("what was applied in another version goes, too").containsEntry("kept", "v1");
        assertThat(less).containsEntry("hostPort", "h:3");
        server.delete("a.b/v2/ends", "o", "");
        assertThat(server.names("a.b/v1/ends", "")).isEmpty();
    }
}
