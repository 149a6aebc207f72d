package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The ServiceAccounts of the cluster's own controllers, and since when the use of tokens of old is noted. */
class ServiceAccountObjectsTest {
    private static final String ACCOUNTS = "/api/v1/namespaces/kube-system/serviceaccounts/";
    private static final String TRACKING =
            "/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking";

    @Test
    void controllersHaveAccountsAndGetThemBack() {
        try (K8jCluster cluster =
                        K8jCluster.builder().withNodes(0).without("scheduler").start();
                RawApi admin = RawApi.admin(cluster)) {
            for (String name : new String[] {"generic-garbage-collector", "deployment-controller", "token-cleaner"}) {
                Awaitility.await().until(() -> admin.get(ACCOUNTS + name).code() == 200);
            }
            String first = admin.get(ACCOUNTS + "job-controller").at("metadata", "uid");
            assertThat(admin.send("DELETE", ACCOUNTS + "job-controller", null).code())
                    .isEqualTo(200);
            Awaitility.await().untilAsserted(() -> {
                Answer account = admin.get(ACCOUNTS + "job-controller");
                assertThat(account.code()).isEqualTo(200);
                assertThat(account.at("metadata", "uid")).isNotEqualTo(first);
            });
        }
    }

    @Test
    void theUseOfLegacyTokensIsNotedSinceTheFirstStart() {
        try (K8jCluster cluster = K8jCluster.builder()
                        .withNodes(0)
                        .without("controllers", "scheduler")
                        .start();
                RawApi admin = RawApi.admin(cluster)) {
            assertThat(admin.get(TRACKING).at("data", "since"))
                    .isEqualTo(cluster.time().instant().toString().substring(0, 10));
        }
    }
}
