package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import io.k8j.model.json.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** AuthenticationConfiguration and AuthorizationConfiguration, and the webhooks that they and flags name. */
class StructuredConfigurationTest {
    private static final String WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    @TempDir
    Path directory;

    private static K8jCluster cluster(String... flags) {
        return K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .withApiServerFlags(flags)
                .start();
    }

    private static Answer whoIs(RawApi api, String token) {
        return api.post(
                WHO,
                "{apiVersion: authentication.k8s.io/v1, kind: SelfSubjectReview}",
                "Authorization",
                "Bearer " + token);
    }

    private static Map<String, Object> user(Answer answer) {
        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
        return Trees.map(answer.body(), "status", "userInfo");
    }

    private static String authentication(TestIssuer issuer, String rest) {
        return """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AuthenticationConfiguration
            anonymous: {enabled: true, conditions: [{path: /livez}]}
            jwt:
            - issuer:
                url: %s
                audiences: [k8j-test, other]
                audienceMatchPolicy: MatchAny
                certificateAuthority: |
                  %s
            %s
            """.formatted(issuer.url(), issuer.authorityPem().strip().replace("\n", "\n      "), rest);
    }

    @Test
    void expressionsMapAndCheckClaims() throws Exception {
        try (TestIssuer issuer = TestIssuer.start()) {
            Path file = Files.writeString(directory.resolve("authn.yaml"), authentication(issuer, """
                  claimMappings:
                    username: {expression: '"acme:" + claims.sub'}
                    groups: {expression: 'claims.roles.split(",")'}
                    uid: {claim: id}
                    extra:
                    - {key: acme.io/tenant, valueExpression: claims.tenant}
                    - {key: acme.io/empty, valueExpression: '""'}
                  claimValidationRules:
                  - {claim: hd, requiredValue: acme}
                  - {expression: 'claims.level >= 2.0', message: the level is too low}
                  userValidationRules:
                  - {expression: "!user.username.startsWith('acme:system:')", message: reserved}
                """));
            try (K8jCluster cluster = cluster("authentication-config=" + file);
                    RawApi plain = RawApi.anonymous(cluster)) {
                Map<String, Object> good =
                        Map.of("roles", "dev,ops", "id", "u1", "tenant", "blue", "hd", "acme", "level", 2);
                assertThat(user(whoIs(plain, issuer.token(good))))
                        .containsEntry("username", "acme:jane")
                        .containsEntry("uid", "u1")
                        .containsEntry("groups", List.of("dev", "ops", "system:authenticated"))
                        .containsEntry("extra", Map.of("acme.io/tenant", List.of("blue")));
                for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                        Map.of("level", 1), Map.of("hd", "evil"), Map.of("sub", "system:admin"), Map.of("roles", 5))) {
                    Map<String, Object> claims = new java.util.HashMap<>(good);
                    claims.putAll(wrong);
                    assertThat(whoIs(plain, issuer.token(claims)).code())
                            .as(wrong.toString())
                            .isEqualTo(401);
                }
                for (String forgery : issuer.forgeries()) {
                    assertThat(whoIs(plain, forgery).code()).isEqualTo(401);
                }
                assertThat(plain.get("/livez").code()).isEqualTo(200);
                assertThat(plain.get("/version").code()).isEqualTo(401); // anonymous in one place only

                // A new key is fetched when a token names it, and a new file is taken over within a minute.
                issuer.rotate();
                cluster.advance(Duration.ofSeconds(11));
                assertThat(whoIs(plain, issuer.token(good)).code()).isEqualTo(201);
                Files.writeString(file, "kind: nonsense");
                cluster.advance(Duration.ofSeconds(61));
                assertThat(whoIs(plain, issuer.token(good)).code()).isEqualTo(201); // the old one stays in force
                Files.writeString(
                        file, authentication(issuer, "  claimMappings: {username: {claim: id, prefix: 'new:'}}\n"));
                cluster.advance(Duration.ofSeconds(61));
                Awaitility.await()
                        .until(() -> "new:u1"
                                .equals(Trees.string(
                                        whoIs(plain, issuer.token(good)).body(), "status", "userInfo", "username")));
            }
        }
    }

    @Test
    void groupsThatTheTokenOnlyPointsToAreFetched() throws Exception {
        try (TestIssuer issuer = TestIssuer.start()) {
            issuer.telling("/groups", "key", () -> issuer.token(Map.of("roles", List.of("dev", "ops"))));
            issuer.telling("/other", "key", () -> issuer.token(Map.of("teams", "x")));
            issuer.telling("/forged", "key", () -> issuer.forgeries().getFirst());
            Path file = Files.writeString(directory.resolve("authn.yaml"), authentication(issuer, """
                  claimMappings:
                    username: {claim: sub, prefix: ''}
                    groups: {claim: roles, prefix: 'g:'}
                """));
            try (K8jCluster cluster = cluster("authentication-config=" + file);
                    RawApi plain = RawApi.anonymous(cluster)) {
                assertThat(user(whoIs(plain, issuer.token(pointing(issuer, "src", "/groups", "key")))))
                        .containsEntry("groups", List.of("g:dev", "g:ops", "system:authenticated"));
                for (Map<String, Object> wrong : List.of(
                        pointing(issuer, "src", "/other", "key"),
                        pointing(issuer, "src", "/forged", "key"),
                        pointing(issuer, "src", "/nowhere", "key"),
                        pointing(issuer, "src", "/groups", "other"),
                        pointing(issuer, "missing", "/groups", "key"))) {
                    assertThat(whoIs(plain, issuer.token(wrong)).code())
                            .as(wrong.toString())
                            .isEqualTo(401);
                }
                // What the token itself says counts.
                Map<String, Object> both = new java.util.HashMap<>(pointing(issuer, "src", "/nowhere", "key"));
                both.put("roles", "own");
                assertThat(user(whoIs(plain, issuer.token(both))))
                        .containsEntry("groups", List.of("g:own", "system:authenticated"));
            }
        }
    }

    private static Map<String, Object> pointing(TestIssuer issuer, String source, String path, String bearer) {
        return Map.of(
                "_claim_names",
                Map.of("roles", source),
                "_claim_sources",
                Map.of("src", Map.of("endpoint", issuer.url() + path, "access_token", bearer)));
    }

    record Wrong(String name, String yaml, String words) {}

    static Stream<Wrong> wrong() {
        String head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n";
        return Stream.of(
                new Wrong(
                        "other kind",
                        "apiVersion: v1\nkind: Pod\n",
                        "no kind \"Pod\" is registered for version \"v1\""),
                new Wrong("misspelt", head + "jwts: []\n", "unknown field \"jwts\""),
                new Wrong(
                        "plain http",
                        head
                                + "jwt: [{issuer: {url: 'http://x.example', audiences: [a]}, claimMappings: {username:"
                                + " {claim: sub, prefix: ''}}}]\n",
                        "jwt[0].issuer.url: Invalid value: \"http://x.example\": URL scheme must be https"),
                new Wrong(
                        "our own issuer",
                        head
                                + "jwt: [{issuer: {url: 'https://kubernetes.default.svc.cluster.local', audiences:"
                                + " [a]}, claimMappings: {username: {claim: sub, prefix: ''}}}]\n",
                        "URL must not overlap with disallowed issuers"),
                new Wrong(
                        "no prefix",
                        head
                                + "jwt: [{issuer: {url: 'https://x.example', audiences: [a]}, claimMappings:"
                                + " {username: {claim: sub}}}]\n",
                        "jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set"),
                new Wrong(
                        "no audience",
                        head
                                + "jwt: [{issuer: {url: 'https://x.example'}, claimMappings: {username: {claim: sub,"
                                + " prefix: ''}}}]\n",
                        "jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required"),
                new Wrong(
                        "bad expression",
                        head
                                + "jwt: [{issuer: {url: 'https://x.example', audiences: [a]}, claimMappings:"
                                + " {username: {expression: 'claims.'}}}]\n",
                        "jwt[0].claimMappings.username.expression: Invalid value: \"claims.\": compilation failed:"),
                new Wrong(
                        "unverified address",
                        head
                                + "jwt: [{issuer: {url: 'https://x.example', audiences: [a]}, claimMappings:"
                                + " {username: {expression: 'claims.email'}}}]\n",
                        "claims.email_verified must be used in claimMappings.username.expression"),
                new Wrong(
                        "reserved key",
                        head
                                + "jwt: [{issuer: {url: 'https://x.example', audiences: [a]}, claimMappings:"
                                + " {username: {claim: sub, prefix: ''}, extra: [{key: a.k8s.io/x, valueExpression:"
                                + " '1'}]}}]\n",
                        "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use"),
                new Wrong(
                        "paths for nobody",
                        head + "anonymous: {enabled: false, conditions: [{path: /livez}]}\n",
                        "enabled should be set to true when conditions are defined"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongFileIsRefusedWithWhatIsWrong(Wrong wrong) throws Exception {
        Path file = Files.writeString(directory.resolve("authn.yaml"), wrong.yaml());

        assertThatThrownBy(() -> cluster("authentication-config=" + file).close())
                .as(wrong.name())
                .hasStackTraceContaining(wrong.words());
    }

    @Test
    void aWebhookKnowsTokens() throws Exception {
        try (TestIssuer webhook = TestIssuer.start()
                .answering(review -> review.contains("\"token\":\"good\"")
                        ? "{\"status\":{\"authenticated\":true,\"user\":{\"username\":\"wes\",\"uid\":\"9\",\"groups\":[\"g\"],\"extra\":{\"k\":[\"v\"]}}}}"
                        : "{\"status\":{\"authenticated\":false}}")) {
            Path file = Files.writeString(directory.resolve("hook"), webhook.kubeconfig());
            try (K8jCluster cluster = cluster(
                            "authentication-token-webhook-config-file=" + file,
                            "authentication-token-webhook-version=v1");
                    RawApi plain = RawApi.anonymous(cluster)) {
                assertThat(user(whoIs(plain, "good")))
                        .containsEntry("username", "wes")
                        .containsEntry("groups", List.of("g", "system:authenticated"))
                        .containsEntry("extra", Map.of("k", List.of("v")));
                assertThat(whoIs(plain, "bad").code()).isEqualTo(401);
                int asked = webhook.requests.get();
                assertThat(whoIs(plain, "good").code()).isEqualTo(201);
                assertThat(whoIs(plain, "bad").code()).isEqualTo(401);
                assertThat(webhook.requests.get()).isEqualTo(asked); // answers are remembered
                cluster.advance(Duration.ofSeconds(121));
                assertThat(whoIs(plain, "good").code()).isEqualTo(201);
                assertThat(webhook.requests.get()).isEqualTo(asked + 1);
            }
        }
    }

    @Test
    void authorizersComeFromAFile() throws Exception {
        try (TestIssuer webhook = TestIssuer.start()
                .answering(review -> review.contains("\"name\":\"open\"")
                        ? "{\"status\":{\"allowed\":true,\"reason\":\"the hook says so\"}}"
                        : "{\"status\":{\"allowed\":false,\"denied\":true,\"reason\":\"the hook forbids\"}}")) {
            Path hook = Files.writeString(directory.resolve("hook"), webhook.kubeconfig());
            Path tokens = Files.writeString(directory.resolve("tokens"), "t,tom,1\n");
            Path file = Files.writeString(directory.resolve("authz.yaml"), """
                apiVersion: apiserver.config.k8s.io/v1
                kind: AuthorizationConfiguration
                authorizers:
                - {type: Node, name: node}
                - type: Webhook
                  name: hook
                  webhook:
                    timeout: 3s
                    subjectAccessReviewVersion: v1
                    matchConditionSubjectAccessReviewVersion: v1
                    failurePolicy: Deny
                    connectionInfo: {type: KubeConfigFile, kubeConfigFile: %s}
                    matchConditions:
                    - {expression: has(request.resourceAttributes)}
                    - {expression: request.resourceAttributes.namespace == 'default'}
                - {type: RBAC, name: rbac}
                """.formatted(hook));
            try (K8jCluster cluster = cluster("authorization-config=" + file, "token-auth-file=" + tokens);
                    RawApi plain = RawApi.anonymous(cluster)) {
                String[] tom = {"Authorization", "Bearer t"};
                assertThat(plain.get("/api/v1/namespaces/default/configmaps/open", tom)
                                .code())
                        .isEqualTo(404);
                Answer refused = plain.get("/api/v1/namespaces/default/configmaps/shut", tom);
                assertThat(refused.message())
                        .isEqualTo(
                                "configmaps \"shut\" is forbidden: User \"tom\" cannot get resource \"configmaps\" in"
                                        + " API group \"\" in the namespace \"default\": the hook forbids");
                int asked = webhook.requests.get();
                assertThat(plain.get("/api/v1/namespaces/kube-system/configmaps/open", tom)
                                .code())
                        .isEqualTo(403); // the conditions do not hold there
                assertThat(plain.get("/version", tom).code()).isEqualTo(200);
                assertThat(webhook.requests.get()).isEqualTo(asked);
            }
        }
    }

    @Test
    void modesOfFlags() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "t,tom,1\n");
        try (K8jCluster cluster = cluster("authorization-mode=AlwaysAllow", "token-auth-file=" + tokens);
                RawApi plain = RawApi.anonymous(cluster)) {
            assertThat(plain.get("/api/v1/secrets", "Authorization", "Bearer t").code())
                    .isEqualTo(200);
        }
        try (K8jCluster cluster = cluster("authorization-mode=AlwaysDeny", "token-auth-file=" + tokens);
                RawApi plain = RawApi.anonymous(cluster)) {
            assertThat(plain.get("/version", "Authorization", "Bearer t").message())
                    .endsWith("cannot get path \"/version\": Everything is forbidden.");
        }
        assertThatThrownBy(() -> cluster("authorization-mode=Magic").close())
                .hasStackTraceContaining("authorization-mode \"Magic\" is not a valid mode");
        assertThatThrownBy(() -> cluster("authorization-mode=RBAC,RBAC").close())
                .hasStackTraceContaining("authorization-mode [\"RBAC\" \"RBAC\"] has mode specified more than once");
        assertThatThrownBy(() -> cluster("authorization-mode=Webhook").close())
                .hasStackTraceContaining("authorization-mode Webhook's authorization config file not passed");
    }
}
