package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.client.ListOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
    private static final String CRD = "classpath:io/k8j/junit/widget-crd.yaml";
    private static final String OBJECTS = "classpath:io/k8j/junit/widget.yaml";

    private static GenericKubernetesResource widget(KubernetesClient client) {
        return client.genericKubernetesResources("example.test/v1", "Widget")
                .inNamespace("default")
                .withName("first")
                .get();
    }

    @Test
    void freshClustersStartFromASnapshotAndStayApart() {
        K8jSnapshot snapshot;
        try (K8jCluster first =
                K8jCluster.builder().withCrds(CRD).withManifests(OBJECTS).start()) {
            KubernetesClient client = first.client(KubernetesClient.class);
            client.resource(ClientsTest.deployment("web", 2)).create();
            client.apps()
                    .deployments()
                    .withName("web")
                    .waitUntilCondition(
                            d -> d.getStatus() != null
                                    && Integer.valueOf(2).equals(d.getStatus().getReadyReplicas()),
                            20,
                            TimeUnit.SECONDS);
            snapshot = first.snapshot();
        }
        try (K8jCluster one = snapshot.start();
                K8jCluster other = snapshot.start()) {
            KubernetesClient client = one.client(KubernetesClient.class);
            ConfigMap settings = client.configMaps().withName("settings").get();
            assertThat(settings.getData()).containsEntry("a", "b");
            assertThat(widget(client)).isNotNull();
            client.configMaps().withName("settings").delete();
            client.apps().deployments().withName("web").scale(3);
            client.apps()
                    .deployments()
                    .withName("web")
                    .waitUntilCondition(
                            d -> Integer.valueOf(3).equals(d.getStatus().getReadyReplicas()), 20, TimeUnit.SECONDS);
            ConfigMap kept = other.client(KubernetesClient.class)
                    .configMaps()
                    .withName("settings")
                    .get();
            assertThat(kept.getMetadata().getUid())
                    .isEqualTo(settings.getMetadata().getUid());
            assertThat(kept.getMetadata().getResourceVersion())
                    .isEqualTo(settings.getMetadata().getResourceVersion());
        }
    }

    @Nested
    @K8j(scope = K8j.Scope.METHOD, nodes = 0, crds = CRD, manifests = OBJECTS)
    class PerMethod {
        @K8j
        KubernetesClient client;

        @Test
        void oneDeletesWhatTheOtherNeeds() {
            assertThat(widget(client)).isNotNull();
            client.configMaps().inNamespace("default").withName("settings").delete();
        }

        @Test
        void otherDeletesWhatOneNeeds() {
            assertThat(widget(client)).isNotNull();
            assertThat(client.configMaps()
                            .inNamespace("default")
                            .withName("settings")
                            .delete())
                    .hasSize(1);
        }
    }

    @Test
    void aWrongManifestIsToldByItsFile() {
        assertThatThrownBy(() ->
                        K8jCluster.builder().withNodes(0).withManifests(OBJECTS).start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(OBJECTS + ", line 8: kind: no matches for kind \"Widget\" in version \"example.test/v1\"");
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withCrds("classpath:nosuch.yaml")
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no resource nosuch.yaml on the class path");
        assertThatThrownBy(() -> K8jOptions.DEFAULTS.without("kubelet"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("without kubelet: must be controllers, scheduler or metrics-server");
    }

    @Test
    void aMistakeInAManifestIsToldWithLineAndField() {
        try (K8jCluster cluster = K8jCluster.builder().withNodes(0).start()) {
            assertThatThrownBy(() -> cluster.apply("a: b\n---\nkind: [x]\n"))
                    .hasMessage("manifest, line 1: apiVersion: must be a name");
            assertThatThrownBy(() -> cluster.apply("\n---\n\napiVersion: v1\nkind: [x]\n"))
                    .hasMessage("manifest, line 5: kind: must be a name");
            assertThatThrownBy(() -> cluster.apply("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n"))
                    .hasMessage("manifest, line 4: metadata.name: must be a name");
            assertThatThrownBy(() -> cluster.apply("apiVersion: v1\nkind: List\nitems:\n- just words\n"))
                    .hasMessage("manifest, line 4: must be an object with apiVersion, kind and metadata");
            assertThatThrownBy(() -> cluster.apply("a: {b: c\n")).hasMessageStartingWith("manifest: yaml: line 1: ");
            assertThat(cluster.client().resources(ConfigMap.class).list(ListOptions.inNamespace("default")))
                    .as("nothing was made")
                    .allMatch(map -> map.getMetadata().getName().equals("kube-root-ca.crt"));
        }
    }

    @Test
    void whatTheServerRefusesOfAFileIsToldWithTheFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("wrong.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: good}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: Not_Good}
                """);
        assertThatThrownBy(() -> K8jCluster.builder()
                        .withNodes(0)
                        .withManifests(file.toString())
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ", line 5: ConfigMap \"Not_Good\" is invalid: metadata.name: ");
    }
}
