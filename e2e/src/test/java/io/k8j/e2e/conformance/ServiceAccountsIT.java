package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What processes in containers find of their ServiceAccount, and what they can do with it. */
class ServiceAccountsIT extends ContainerTest {
    private static final String PLACE = "/var/run/secrets/kubernetes.io/serviceaccount/";

    private TokenReviewStatus review(String token, String... audiences) {
        return client().resource(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .withAudiences(audiences)
                        .endSpec()
                        .build())
                .create()
                .getStatus();
    }

    @Test
    @Conformance("auth/ServiceAccounts/4")
    void theTokenTheRootCertificateAndTheNamespaceAreMounted() {
        createSleeper("mounted", "", "");
        awaitRunning("mounted");
        TokenReviewStatus status = review(shell("mounted", "cat %stoken".formatted(PLACE)));
        assertThat(status.getAuthenticated()).isTrue();
        assertThat(status.getUser().getUsername()).isEqualTo("system:serviceaccount:%s:default".formatted(namespace()));
        assertThat(status.getUser().getExtra())
                .containsEntry("authentication.kubernetes.io/pod-name", List.of("mounted"));
        assertThat(shell("mounted", "cat %sca.crt".formatted(PLACE)))
                .isEqualTo(client().configMaps()
                        .withName("kube-root-ca.crt")
                        .get()
                        .getData()
                        .get("ca.crt"));
        assertThat(shell("mounted", "cat %snamespace".formatted(PLACE))).isEqualTo(namespace());
    }

    @Test
    @Conformance("auth/ServiceAccounts/5")
    void aTokenWithAnAudienceIsMountedThroughAProjectedVolume() {
        createSleeper(
                "projected",
                "volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: my-token, audience: vault, expirationSeconds: 600}}]}}]",
                "volumeMounts: [{name: t, mountPath: /tokens}]");
        awaitRunning("projected");
        String token = shell("projected", "cat /tokens/my-token");
        TokenReviewStatus status = review(token, "vault");
        assertThat(status.getAuthenticated()).isTrue();
        assertThat(status.getAudiences()).containsExactly("vault");
        assertThat(status.getUser().getExtra())
                .containsEntry(
                        "authentication.kubernetes.io/pod-uid",
                        List.of(pod("projected").getMetadata().getUid()));
        assertThat(review(token, "another").getAuthenticated()).isNotEqualTo(true);
        assertThat(shell("projected", "stat -L -c '%a %u' /tokens/my-token").strip())
                .isEqualTo("644 0");
    }

    /** A process reads the issuer's documents with its own token; its token is genuine by the keys that it has read. */
    @Test
    @Conformance("auth/ServiceAccounts/1")
    void aTokenIsVerifiedByTheKeysThatItsPodReads() throws Exception {
        createSleeper(
                "oidc",
                "volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token, audience: oidc-discovery-test}}]}}]",
                "volumeMounts: [{name: t, mountPath: /oidc}]");
        awaitRunning("oidc");
        String[] parts = shell("oidc", "cat /oidc/token").split("\\.");
        Map<String, Object> head = Json.parseObject(Base64.getUrlDecoder().decode(parts[0]));
        Map<String, Object> claims = Json.parseObject(Base64.getUrlDecoder().decode(parts[1]));
        Map<String, Object> discovery = fetch("/.well-known/openid-configuration");
        assertThat(discovery).containsEntry("issuer", claims.get("iss"));
        assertThat(Trees.string(discovery, "jwks_uri")).endsWith("/openid/v1/jwks");
        Object key = Trees.list(fetch("/openid/v1/jwks"), "keys").stream()
                .filter(k -> head.get("kid").equals(Trees.string(k, "kid")))
                .findFirst()
                .orElseThrow();
        @SuppressWarnings("unchecked") // an object of JSON
        Map<String, Object> fields = (Map<String, Object>) key;
        assertThat(Jwks.verifies(fields, parts)).isTrue();
        assertThat(claims.get("sub")).isEqualTo("system:serviceaccount:%s:default".formatted(namespace()));
        assertThat(claims.get("aud")).isEqualTo(List.of("oidc-discovery-test"));
        parts[1] = Base64.getUrlEncoder().withoutPadding().encodeToString("{}".getBytes(StandardCharsets.UTF_8));
        assertThat(Jwks.verifies(fields, parts)).as("other claims").isFalse();
    }

    private Map<String, Object> fetch(String path) {
        String answer = shell(
                "oidc",
                "wget -q -O - --no-check-certificate --header \"Authorization: Bearer $(cat %stoken)\" https://kubernetes.default.svc%s"
                        .formatted(PLACE, path));
        return Json.parseObject(answer.getBytes(StandardCharsets.UTF_8));
    }
}
