package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;

/** Run by {@link OldJUnitTest} with the oldest JUnit that is supported; not a test of this build's own JUnit. */
@K8j(nodes = 0)
class OldJUnitSample {
    @K8j
    private static K8jCluster shared;

    @K8j
    private KubernetesClient client;

    @Test
    void fieldsAndParametersAreInjected(K8jCluster cluster, @K8j.Namespace String namespace) {
        assertThat(cluster).isSameAs(shared);
        assertThat(client.getNamespace()).isEqualTo(namespace);
        assertThat(client.namespaces().withName(namespace).get()).isNotNull();
    }

    @Test
    void theJUnitIsTheOldOne() {
        assertThat(Test.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .contains("console-standalone-1.11");
    }
}
