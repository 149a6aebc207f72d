package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Trees;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Tokens of nodes over their life: they sign the cluster's description, and are gone when they have ended. */
class BootstrapTokensTest {
    private static final String INFO = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
    private static final String SECRET = "/api/v1/namespaces/kube-system/secrets";

    @Test
    void aTokenSignsUntilItEnds() {
        try (K8jCluster cluster =
                        K8jCluster.builder().withNodes(0).without("scheduler").start();
                RawApi admin = RawApi.admin(cluster)) {
            admin.post(
                    "/api/v1/namespaces/kube-public/configmaps",
                    "{metadata: {name: cluster-info}, data: {kubeconfig: content, jws-kubeconfig-stale: x}}");
            String end = cluster.time().instant().plusSeconds(600).toString();
            admin.post(SECRET, """
                metadata: {name: bootstrap-token-abcdef}
                type: bootstrap.kubernetes.io/token
                stringData:
                  token-id: abcdef
                  token-secret: 0123456789abcdef
                  usage-bootstrap-signing: "true"
                  expiration: "%s"
                """.formatted(end));

            Awaitility.await()
                    .untilAsserted(() -> assertThat(Trees.map(admin.get(INFO).body(), "data"))
                            .containsKey("jws-kubeconfig-abcdef")
                            .doesNotContainKey("jws-kubeconfig-stale"));
            cluster.advance(Duration.ofSeconds(601));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(admin.get(SECRET + "/bootstrap-token-abcdef")
                                    .code())
                            .isEqualTo(404));
            Awaitility.await()
                    .untilAsserted(() -> assertThat(Trees.map(admin.get(INFO).body(), "data"))
                            .containsOnlyKeys("kubeconfig"));
        }
    }
}
