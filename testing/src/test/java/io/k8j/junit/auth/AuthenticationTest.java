package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import io.k8j.server.certs.CertificateAuthority;
import io.k8j.server.certs.CertificateRequest;
import io.k8j.server.certs.KeyAndCertificate;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All ways to prove who one is, and all that is none, over the real API. */
class AuthenticationTest {
    private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    private static final String SECRETS = "/api/v1/namespaces/kube-system/secrets";

    @TempDir
    static Path directory;

    private static CertificateAuthority proxies;
    private static TestIssuer issuer;
    private static K8jCluster cluster;
    private static RawApi admin;
    private static RawApi plain;

    @BeforeAll
    static void start() throws Exception {
        proxies = CertificateAuthority.inMemory("proxy-ca", InstantSource.system(), Duration.ofDays(10));
        issuer = TestIssuer.start();
        Path proxyCa = Files.writeString(directory.resolve("proxy.crt"), proxies.certificatePem());
        Path issuerCa = Files.writeString(directory.resolve("issuer.crt"), issuer.authorityPem());
        Path tokens = Files.writeString(
                directory.resolve("tokens.csv"), "opensesame,ali,7,\"thieves,cooks\"\n,nobody,0\nplain,baba,8\n");
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .withApiServerFlags(
                        "token-auth-file=" + tokens,
                        "requestheader-client-ca-file=" + proxyCa,
                        "requestheader-allowed-names=front-proxy",
                        "requestheader-username-headers=X-Remote-User",
                        "requestheader-uid-headers=X-Remote-Uid",
                        "requestheader-group-headers=X-Remote-Group",
                        "requestheader-extra-headers-prefix=X-Remote-Extra-",
                        "oidc-issuer-url=" + issuer.url(),
                        "oidc-client-id=k8j-test",
                        "oidc-ca-file=" + issuerCa,
                        "oidc-username-prefix=oidc:",
                        "oidc-groups-claim=teams",
                        "oidc-groups-prefix=oidc:",
                        "oidc-required-claim=tenant=acme")
                .start();
        admin = RawApi.admin(cluster);
        plain = RawApi.anonymous(cluster);
    }

    @AfterAll
    static void stop() {
        admin.close();
        plain.close();
        cluster.close();
        issuer.close();
    }

    private static Answer whoIs(RawApi api, String... headers) {
        return api.post(WHO, "{apiVersion: authentication.k8s.io/v1, kind: SelfSubjectReview}", headers);
    }

    private static Answer whoIs(String token) {
        return whoIs(plain, "Authorization", "Bearer " + token);
    }

    private static Map<String, Object> user(Answer answer) {
        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
        return io.k8j.model.json.Trees.map(answer.body(), "status", "userInfo");
    }

    private static void refused(Answer answer) {
        assertThat(answer.code()).as(answer.toString()).isEqualTo(401);
        assertThat(answer.message()).isEqualTo("Unauthorized");
        assertThat(answer.reason()).isEqualTo("Unauthorized");
    }

    @Test
    void whoHasNothingIsAnonymous() {
        assertThat(whoIs(plain).code()).isEqualTo(403);
        assertThat(plain.get("/version").code()).isEqualTo(200);
        assertThat(plain.get("/api/v1/secrets").message())
                .isEqualTo(
                        "secrets is forbidden: User \"system:anonymous\" cannot list resource \"secrets\" in API group"
                                + " \"\" at the cluster scope");
    }

    @Test
    void staticTokensNameUsersAndGroups() {
        assertThat(user(whoIs("opensesame")))
                .containsEntry("username", "ali")
                .containsEntry("uid", "7")
                .containsEntry("groups", List.of("thieves", "cooks", "system:authenticated"));
        assertThat(user(whoIs("plain"))).containsEntry("groups", List.of("system:authenticated"));
    }

    @Test
    void theAuthorizationHeaderIsReadAsUpstreamDoes() {
        assertThat(user(whoIs(plain, "Authorization", "bearer plain"))).containsEntry("username", "baba");
        assertThat(user(whoIs(plain, "Authorization", "Bearer plain trailing words")))
                .containsEntry("username", "baba");
        assertThat(whoIs(plain, "Authorization", "Basic YTpi").code()).isEqualTo(403); // no bearer: anonymous
        Answer spaced = plain.get("/version", "Authorization", "Bearer  plain");
        assertThat(spaced.code()).isEqualTo(200);
        assertThat(spaced.headers().firstValue("Warning"))
                .hasValue(
                        "299 - \"the provided Authorization header contains extra space before the bearer token, and is"
                                + " ignored\"");
        refused(whoIs(plain, "Authorization", "Bearer nonsense"));
        // The first one counts, as upstream's Header.Get takes it.
        refused(whoIs(plain, "Authorization", "Bearer nonsense", "Authorization", "Bearer plain"));
        refused(whoIs("x".repeat(7000)));
    }

    @Test
    void headersOfAProxyCountOnlyFromTheProxy() throws Exception {
        String[] headers = {
            "X-Remote-User",
            "eve",
            "X-Remote-Group",
            "a",
            "X-Remote-Group",
            "b",
            "X-Remote-Uid",
            "5",
            "X-Remote-Extra-Acme.io%2fproject",
            "p1",
            "X-Remote-Extra-Acme.io%2fproject",
            "p2",
        };
        try (RawApi proxy = RawApi.with(cluster, proxies.issue(CertificateRequest.client("p", "front-proxy")));
                RawApi other = RawApi.with(cluster, proxies.issue(CertificateRequest.client("q", "stranger")))) {
            assertThat(user(whoIs(proxy, headers)))
                    .containsEntry("username", "eve")
                    .containsEntry("uid", "5")
                    .containsEntry("groups", List.of("a", "b", "system:authenticated"))
                    .containsEntry("extra", Map.of("acme.io/project", List.of("p1", "p2")));
            refused(whoIs(other, headers)); // its name is not in the list, and it is no client of ours
            refused(whoIs(proxy)); // names nobody, and its own certificate is not one of ours
        }
        // Without the proxy's certificate, the headers are nothing.
        assertThat(whoIs(plain, headers).code()).isEqualTo(403);
        assertThat(user(whoIs(admin, headers))).containsEntry("username", "system:admin");
        assertThat(user(whoIs(
                        plain,
                        "Authorization",
                        "Bearer plain",
                        "X-Remote-User",
                        "system:admin",
                        "X-Remote-Group",
                        "system:masters")))
                .containsEntry("username", "baba")
                .containsEntry("groups", List.of("system:authenticated"));
    }

    @Test
    void certificatesMustBeOursAndTimely() throws Exception {
        CertificateAuthority strangers =
                CertificateAuthority.inMemory("strangers", InstantSource.system(), Duration.ofDays(10));
        CertificateAuthority sleepers = CertificateAuthority.inMemory(
                "old", InstantSource.fixed(Instant.parse("2020-01-01T00:00:00Z")), Duration.ofDays(1));
        try (RawApi stranger = RawApi.with(
                        cluster, strangers.issue(CertificateRequest.client("s", "root", "system:masters")));
                RawApi late = RawApi.with(
                        cluster, sleepers.issue(CertificateRequest.client("o", "root", "system:masters")))) {
            refused(whoIs(stranger));
            refused(stranger.get("/version")); // a bad certificate is not taken for none
            refused(whoIs(late));
        }
    }

    @Test
    void aCertificateWithoutAnyNameIsRefused() throws Exception {
        try (RawApi empty = RawApi.with(cluster, nameless())) {
            refused(whoIs(empty)); // Java's own reader does not even take it for a certificate
            refused(empty.get("/version"));
        }
    }

    /** By an unknown authority, which is found out only after it could be read. */
    private static KeyAndCertificate nameless() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X509CertificateHolder made = new X509v3CertificateBuilder(
                        new X500Name("CN=nobody"),
                        BigInteger.ONE,
                        Date.from(Instant.now().minusSeconds(60)),
                        Date.from(Instant.now().plusSeconds(3600)),
                        new X500Name(""),
                        SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        X509Certificate certificate =
                (X509Certificate) new org.bouncycastle.jcajce.provider.asymmetric.x509.CertificateFactory()
                        .engineGenerateCertificate(new ByteArrayInputStream(made.getEncoded()));
        return new KeyAndCertificate(keys.getPrivate(), List.of(certificate));
    }

    @Test
    void bootstrapTokensLetNodesIn() {
        String end = Instant.now().plusSeconds(3600).toString();
        bootstrap("aaaaaa", end, "true", "system:bootstrappers:blue,system:bootstrappers:all");
        bootstrap("bbbbbb", Instant.now().minusSeconds(1).toString(), "true", "");
        bootstrap("cccccc", end, "false", "");
        bootstrap("dddddd", end, "true", "system:masters");
        bootstrap("eeeeee", "soon", "true", "");

        assertThat(user(whoIs("aaaaaa.0123456789abcdef")))
                .containsEntry("username", "system:bootstrap:aaaaaa")
                .containsEntry(
                        "groups",
                        List.of(
                                "system:bootstrappers",
                                "system:bootstrappers:all",
                                "system:bootstrappers:blue",
                                "system:authenticated"));
        refused(whoIs("aaaaaa.0123456789abcdee"));
        refused(whoIs("bbbbbb.0123456789abcdef"));
        refused(whoIs("cccccc.0123456789abcdef"));
        refused(whoIs("dddddd.0123456789abcdef"));
        refused(whoIs("eeeeee.0123456789abcdef"));
        admin.send("DELETE", SECRETS + "/bootstrap-token-aaaaaa", null);
        refused(whoIs("aaaaaa.0123456789abcdef"));
    }

    private static void bootstrap(String id, String end, String usage, String groups) {
        String yaml = """
            metadata: {name: bootstrap-token-%s}
            type: bootstrap.kubernetes.io/token
            stringData:
              token-id: %s
              token-secret: 0123456789abcdef
              expiration: "%s"
              usage-bootstrap-authentication: "%s"
            """.formatted(id, id, end, usage);
        Answer made = admin.post(SECRETS, groups.isEmpty() ? yaml : yaml + "  auth-extra-groups: \"" + groups + "\"\n");
        assertThat(made.code()).as(made.toString()).isEqualTo(201);
    }

    @Test
    void tokensOfAnIssuerNameUsersWithPrefixes() {
        String token = issuer.token(Map.of("teams", List.of("dev"), "tenant", "acme", "jti", "t1"));

        assertThat(user(whoIs(token)))
                .containsEntry("username", "oidc:jane")
                .containsEntry("groups", List.of("oidc:dev", "system:authenticated"))
                .containsEntry("extra", Map.of("authentication.kubernetes.io/credential-id", List.of("JTI=t1")));
        assertThat(user(whoIs(issuer.token(Map.of("teams", "ops", "tenant", "acme")))))
                .containsEntry("groups", List.of("oidc:ops", "system:authenticated"));
        refused(whoIs(issuer.token(Map.of("tenant", "evil"))));
        refused(whoIs(issuer.token(Map.of())));
        refused(whoIs(issuer.token(Map.of("tenant", "acme", "aud", "others"))));
        refused(whoIs(issuer.token(Map.of("tenant", "acme", "iss", "https://elsewhere.example"))));
        refused(whoIs(issuer.token(Map.of("tenant", "acme"), Instant.now().minusSeconds(5))));
        for (String forgery : issuer.forgeries()) {
            refused(whoIs(forgery));
        }
    }

    @Test
    void accountTokensLiveWithTheirObjects() {
        String account = "/api/v1/namespaces/default/serviceaccounts";
        admin.post(account, "{metadata: {name: robot}}");
        admin.post(
                "/api/v1/namespaces/default/pods",
                "{metadata: {name: home}, spec: {serviceAccountName: robot, nodeName: n1, containers: [{name: c,"
                        + " image: i}]}}");
        Answer issued = admin.post(
                account + "/robot/token",
                "{spec: {boundObjectRef: {apiVersion: v1, kind: Pod, name: home}, expirationSeconds: 3607}}");
        assertThat(issued.code()).as(issued.toString()).isEqualTo(201);
        String token = issued.at("status", "token");
        Map<String, Object> claims = claims(token);

        assertThat(user(whoIs(token)))
                .containsEntry("username", "system:serviceaccount:default:robot")
                .containsEntry(
                        "groups",
                        List.of("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"));
        assertThat(user(whoIs(token)).get("extra").toString())
                .contains("JTI=" + claims.get("jti"), "pod-name=[home]", "node-name=[n1]");
        // Mounted tokens live for a year, and tell when they should have been renewed.
        Map<String, Object> own = io.k8j.model.json.Trees.map(claims, "kubernetes.io");
        long issuedAt = ((Number) claims.get("iat")).longValue();
        assertThat(((Number) own.get("warnafter")).longValue()).isEqualTo(issuedAt + 3607);
        assertThat(((Number) claims.get("exp")).longValue()).isEqualTo(issuedAt + 365 * 24 * 3600);

        admin.send("DELETE", "/api/v1/namespaces/default/pods/home?gracePeriodSeconds=0", null);
        refused(whoIs(token));
        String free = admin.post(account + "/robot/token", "{spec: {}}").at("status", "token");
        assertThat(whoIs(free).code()).isEqualTo(201);
        String foreign = admin.post(account + "/robot/token", "{spec: {audiences: [vault]}}")
                .at("status", "token");
        refused(whoIs(foreign));
        admin.send("DELETE", account + "/robot", null);
        refused(whoIs(free));
    }

    private static Map<String, Object> claims(String token) {
        return io.k8j.model.json.Json.parseObject(
                Base64.getUrlDecoder().decode(token.split("\\.")[1].getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void tokenRequestsAreChecked() {
        String account = "/api/v1/namespaces/default/serviceaccounts";
        admin.post(account, "{metadata: {name: asker}}");
        admin.post("/api/v1/namespaces/default/secrets", "{metadata: {name: bound}}");
        String path = account + "/asker/token";

        assertThat(admin.post(path, "{spec: {expirationSeconds: 60}}").message())
                .contains("may not specify a duration less than 10 minutes");
        assertThat(admin.post(path, "{spec: {boundObjectRef: {apiVersion: v1, kind: Secret, name: bound, uid: old}}}")
                        .message())
                .isEqualTo("Operation cannot be fulfilled on Secret \"bound\": the UID in the bound object reference"
                        + " (old) does not match the UID in record. The object might have been deleted and then"
                        + " recreated");
        assertThat(admin.post(path, "{spec: {boundObjectRef: {apiVersion: v1, kind: Secret, name: none}}}")
                        .code())
                .isEqualTo(404);
        assertThat(admin.post(path, "{spec: {boundObjectRef: {apiVersion: apps/v1, kind: Deployment, name: d}}}")
                        .message())
                .isEqualTo("cannot bind token to object of type apps/v1, Kind=Deployment");
        Answer answer = admin.post(path, "{spec: {}}");
        assertThat(answer.at("spec", "audiences", "0")).isNull();
        assertThat(answer.text()).contains("\"audiences\":[\"https://kubernetes.default.svc.cluster.local\",\"k8j\"]");
    }

    @Test
    void reviewsTellWhoATokenIs() {
        Answer known = admin.post("/apis/authentication.k8s.io/v1/tokenreviews", "{spec: {token: opensesame}}");
        assertThat(known.text()).contains("\"authenticated\":true", "\"username\":\"ali\"");
        Answer unknown = admin.post("/apis/authentication.k8s.io/v1/tokenreviews", "{spec: {token: nonsense}}");
        assertThat(unknown.code()).isEqualTo(201);
        assertThat(unknown.at("status", "error")).isEqualTo("invalid bearer token");
        Answer elsewhere = admin.post(
                "/apis/authentication.k8s.io/v1/tokenreviews", "{spec: {token: opensesame, audiences: [vault]}}");
        assertThat(elsewhere.text()).doesNotContain("\"authenticated\":true");
        admin.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: keeper}}");
        String token = admin.post(
                        "/api/v1/namespaces/default/serviceaccounts/keeper/token", "{spec: {audiences: [vault, bank]}}")
                .at("status", "token");
        Answer vault = admin.post(
                "/apis/authentication.k8s.io/v1/tokenreviews",
                "{spec: {token: %s, audiences: [vault, shop]}}".formatted(token));
        assertThat(vault.text()).contains("\"authenticated\":true", "\"audiences\":[\"vault\"]");
    }

    @Test
    void theIssuerPublishesItself() {
        Answer discovery = admin.get("/.well-known/openid-configuration");
        assertThat(discovery.at("issuer")).isEqualTo("https://kubernetes.default.svc.cluster.local");
        assertThat(discovery.at("jwks_uri")).isEqualTo(cluster.url() + "/openid/v1/jwks");
        assertThat(discovery.headers().firstValue("Cache-Control")).hasValue("public, max-age=3600");
        Answer keys = admin.get("/openid/v1/jwks");
        assertThat(keys.headers().firstValue("Content-Type")).hasValue("application/jwk-set+json");
        assertThat(keys.text()).contains("\"kty\":\"EC\"", "\"kid\":").doesNotContain("\"d\":");
        assertThat(plain.get("/openid/v1/jwks").code()).isEqualTo(403);
    }

    @Test
    void legacyTokensDieWithTheirSecret() {
        // Signed like any token of a Secret, but no Secret holds it.
        String free = admin.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: old}}")
                .at("metadata", "uid");
        assertThat(free).isNotEmpty();
        String forged = Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.US_ASCII))
                + "."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                ("{\"iss\":\"kubernetes/serviceaccount\",\"sub\":\"system:serviceaccount:default:old\"}")
                                        .getBytes(StandardCharsets.US_ASCII))
                + ".";
        refused(whoIs(forged));
    }
}
