package io.k8j.controllers;

import static io.k8j.controllers.TestCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.client.ObjectKey;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tokens of old that nobody uses, against the real API server. */
class LegacyTokenCleanerTest {
    private static final String SECRET = """
            {apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, data: {token: dA==, namespace: ZGVmYXVsdA==},
            metadata: {name: %s, namespace: default, uid: %s, creationTimestamp: '2020-01-01T00:00:00Z', labels: {%s},
            annotations: {kubernetes.io/service-account.name: robot, kubernetes.io/service-account.uid: u1}}}
            """;

    private static Map<String, String> stored(String trackedSince) {
        return Map.of(
                "/registry/configmaps/kube-system/kube-apiserver-legacy-service-account-token-tracking",
                """
                {apiVersion: v1, kind: ConfigMap, data: {since: '%s'}, metadata: {uid: c, namespace: kube-system,
                name: kube-apiserver-legacy-service-account-token-tracking, creationTimestamp: '2020-01-01T00:00:00Z'}}
                """.formatted(trackedSince),
                "/registry/serviceaccounts/default/robot",
                """
                {apiVersion: v1, kind: ServiceAccount, secrets: [{name: unused}, {name: marked}],
                metadata: {name: robot, namespace: default, uid: u1, creationTimestamp: '2020-01-01T00:00:00Z'}}
                """,
                "/registry/secrets/default/unused",
                SECRET.formatted("unused", "s1", ""),
                "/registry/secrets/default/marked",
                SECRET.formatted("marked", "s2", "kubernetes.io/legacy-token-invalid-since: '2021-01-01'"),
                "/registry/secrets/default/handmade",
                SECRET.formatted("handmade", "s3", ""));
    }

    private static Optional<Secret> secret(TestCluster cluster, String name) {
        return cluster.resources(Secret.class).find(new ObjectKey("default", name));
    }

    private static boolean isMarked(Secret secret) {
        Map<String, String> labels = secret.getMetadata().getLabels();
        return labels != null && labels.containsKey("kubernetes.io/legacy-token-invalid-since");
    }

    @Test
    void anUnusedTokenGoesOutOfUseAndThenGoes() throws Exception {
        try (TestCluster cluster = new TestCluster(ControllersConfig.DEFAULTS, stored("2020-01-01"))) {
            eventually("marked", () -> isMarked(secret(cluster, "unused").orElseThrow()));
            eventually("gone", () -> secret(cluster, "marked").isEmpty());
            assertThat(secret(cluster, "handmade"))
                    .hasValueSatisfying(s -> assertThat(isMarked(s)).isFalse());
        }
    }
}
