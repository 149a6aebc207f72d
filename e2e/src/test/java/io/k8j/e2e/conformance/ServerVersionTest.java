package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;
import io.k8j.junit.K8j;
import org.junit.jupiter.api.Test;

/** The version that clients ask for first. */
@K8j(nodes = 2, scope = K8j.Scope.SHARED)
class ServerVersionTest {
    @K8j
    private KubernetesClient client;

    @Test
    @Conformance("api-machinery/ServerVersion/1")
    void majorAndMinorAreBareIntegers() {
        VersionInfo version = client.getKubernetesVersion();
        assertThat(version.getMajor()).matches("\\d+");
        assertThat(version.getMinor()).matches("\\d+");
    }
}
