package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.client.Client;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

@K8j
class K8jExtensionTest {
    private static final Set<K8jCluster> CLUSTERS = ConcurrentHashMap.newKeySet();
    private static final Set<String> NAMESPACES = ConcurrentHashMap.newKeySet();

    @K8j
    private KubernetesClient fabric8;

    @K8j
    private static K8jCluster shared;

    @Test
    void fieldsAndParametersBelongToOneCluster(K8jCluster cluster, Client client, KubernetesClient other) {
        assertThat(cluster).isSameAs(shared);
        assertThat(other).isSameAs(fabric8);
        assertThat(client).isNotNull();
    }

    @Test
    void eachTestHasANamespaceOfItsOwn(@K8j.Namespace String namespace, ApiClient official) throws Exception {
        assertThat(fabric8.getNamespace()).isEqualTo(namespace);
        fabric8.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("mine")
                        .endMetadata()
                        .build())
                .create();
        assertThat(new CoreV1Api(official)
                        .readNamespacedConfigMap("mine", namespace)
                        .execute()
                        .getMetadata()
                        .getName())
                .isEqualTo("mine");
    }

    @Test
    void aKubeconfigNamesTheNamespace(
            @K8j.Namespace String namespace, @K8j.Kubeconfig String text, @K8j.Kubeconfig Path file) throws Exception {
        assertThat(text).contains("namespace: " + namespace).contains(shared.url());
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    @Nested
    class Inner {
        @Test
        void aNestedClassSharesTheClusterAroundIt(K8jCluster cluster) {
            assertThat(cluster).isSameAs(shared);
        }
    }

    @K8j(scope = K8j.Scope.METHOD, nodes = 0)
    static class PerMethod {
        @Test
        void one(K8jCluster cluster, @K8j.Namespace String namespace) {
            CLUSTERS.add(cluster);
            NAMESPACES.add(namespace);
        }

        @Test
        void two(K8jCluster cluster, @K8j.Namespace String namespace) {
            CLUSTERS.add(cluster);
            NAMESPACES.add(namespace);
        }
    }

    @K8j(nodes = 0)
    static class Failing {
        @Test
        void fails(KubernetesClient client) {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("left-behind")
                            .endMetadata()
                            .build())
                    .create();
            throw new AssertionError("on purpose");
        }
    }

    @K8j(nodes = 0)
    static class FailingBefore {
        @BeforeEach
        void setUp(KubernetesClient client) {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("set-up")
                            .endMetadata()
                            .build())
                    .create();
            throw new AssertionError("on purpose");
        }

        @Test
        void isNotReached() {}
    }

    @K8j(nodes = 0)
    static class GivenUp {
        @Test
        void isGivenUp() {
            Assumptions.abort("on purpose");
        }
    }

    @Test
    void perMethodEachTestHasAClusterOfItsOwn() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(PerMethod.class))
                .execute()
                .testEvents()
                .assertStatistics(events -> events.succeeded(2));
        assertThat(CLUSTERS).hasSize(2);
        assertThat(NAMESPACES).hasSize(2);
    }

    @Test
    void aFailedTestShowsTheStateOfItsNamespace() {
        assertThat(printed(Failing.class)).contains("'fails(").contains("ConfigMap left-behind");
    }

    @Test
    void aFailedSetUpShowsItOnce() {
        assertThat(printed(FailingBefore.class)).containsOnlyOnce("ConfigMap set-up");
    }

    @Test
    void aTestThatIsGivenUpShowsNothing() {
        assertThat(printed(GivenUp.class)).doesNotContain("state of the cluster");
    }

    private static String printed(Class<?> sample) {
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            EngineTestKit.engine("junit-jupiter").selectors(selectClass(sample)).execute();
        } finally {
            System.setErr(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
