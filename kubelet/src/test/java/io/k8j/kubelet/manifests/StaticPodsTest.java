package io.k8j.kubelet.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.KubeletOptions;
import io.k8j.kubelet.testing.TestNode;
import io.k8j.model.time.SystemTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticPodsTest {
    private static final String WEB = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: web
              labels: {app: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: c
                image: busybox:%d
            """;

    @TempDir
    Path dir;

    private Path manifests;
    private KubeletOptions options;

    @BeforeEach
    void makeTheDirectory() throws IOException {
        manifests = Files.createDirectory(dir.resolve("manifests"));
        options =
                KubeletOptions.DEFAULTS.withManifests(ManifestConfig.NONE.withPath(manifests, Duration.ofMillis(200)));
    }

    /** In one step, as whoever changes manifests should do it. */
    private void put(String file, String text) throws IOException {
        Path draft = Files.writeString(manifests.resolve("." + file), text);
        Files.move(draft, manifests.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Pod read(String text) {
        return StaticPod.read(
                StaticPod.Source.file("/etc/web.yaml"),
                text.getBytes(StandardCharsets.UTF_8),
                "Node-1",
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    @Test
    void aManifestIsNamedAndMarkedAsUpstreamDoes() {
        Pod pod = read(WEB.formatted(1));
        assertThat(pod.getMetadata().getName()).isEqualTo("web-node-1");
        assertThat(pod.getMetadata().getNamespace()).isEqualTo("default");
        assertThat(pod.getSpec().getNodeName()).isEqualTo("Node-1");
        assertThat(pod.getSpec().getRestartPolicy()).isEqualTo("Always"); // by default
        String uid = pod.getMetadata().getUid();
        assertThat(uid).matches("[0-9a-f]{32}");
        assertThat(pod.getMetadata().getAnnotations())
                .containsEntry("kubernetes.io/config.hash", uid)
                .containsEntry("kubernetes.io/config.source", "file")
                .containsEntry("kubernetes.io/config.seen", "2026-01-01T00:00:00Z");
        assertThat(pod.getSpec().getTolerations())
                .anySatisfy(toleration -> assertThat(toleration.getOperator() + toleration.getEffect())
                        .isEqualTo("ExistsNoExecute"));
        assertThat(read(WEB.formatted(1)).getMetadata().getUid()).isEqualTo(uid);
        assertThat(read(WEB.formatted(2)).getMetadata().getUid()).isNotEqualTo(uid);
    }

    @Test
    void whatCannotRunWithoutTheApiIsRefused() {
        assertThatThrownBy(() -> read("kind: Deployment\napiVersion: apps/v1"))
                .hasMessage("it is no Pod of version v1");
        assertThatThrownBy(() -> read("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}"))
                .hasMessage("it has no spec.containers");
        assertThatThrownBy(() -> read("just text")).hasMessage("it is no object");
        assertThatThrownBy(() -> read(WEB.formatted(1) + "  volumes: [{name: v, secret: {secretName: s}}]"))
                .hasMessage("static pods may not reference secrets");
        assertThatThrownBy(() -> read(WEB.formatted(1) + "  serviceAccountName: admin"))
                .hasMessage("static pods may not reference serviceaccounts");
    }

    private static void assertRefused(String more, String resource) {
        assertThatThrownBy(() -> read(WEB.formatted(1) + more)).hasMessage("static pods may not reference " + resource);
    }

    @Test
    void everyReferenceToTheApiIsFound() {
        assertRefused(
                "  initContainers: [{name: i, image: i, env: [{name: E, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]",
                "secrets");
        assertRefused("  initContainers: [{name: i, image: i, envFrom: [{configMapRef: {name: m}}]}]", "configmaps");
        assertRefused("  resourceClaims: [{name: r, resourceClaimName: c}]", "resourceclaims");
        assertRefused("  volumes: [{name: v, csi: {driver: d}}]", "csidrivers (via CSI volumes)");
        assertRefused("  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]", "persistentvolumeclaims");
        assertRefused(
                "  volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}]",
                "serviceaccounts (via projected volumes)");
        assertRefused(
                "  volumes: [{name: v, projected: {sources: [{clusterTrustBundle: {name: b, path: t}}]}}]",
                "clustertrustbundles");
        assertThat(
                        read(
                                WEB.formatted(1)
                                        + "  volumes: [{name: v, projected: {sources: [{downwardAPI: {items: []}}]}}, {name: e, emptyDir: {}}]"))
                .isNotNull();
    }

    @Test
    void withADirectoryThatIsNotThereTheNodeStillClearsUp() throws Exception {
        Files.delete(manifests);
        List<Boolean> told = new CopyOnWriteArrayList<>();
        try (Manifests read = Manifests.start(
                options.manifests(),
                "node-1",
                new SystemTime(),
                (all, complete) -> told.add(all.isEmpty() && complete))) {
            assertThat(told).as(read.toString()).last().isEqualTo(true);
        }
    }

    @Test
    void aFileThatCannotBeReadKeepsNoOtherAway() throws Exception {
        put("web.yaml", WEB.formatted(1));
        Files.createSymbolicLink(manifests.resolve("dangling.yaml"), manifests.resolve("none"));
        Files.write(manifests.resolve("large.yaml"), new byte[(10 << 20) + 1]);
        List<Integer> told = new CopyOnWriteArrayList<>();
        try (Manifests read = Manifests.start(
                options.manifests(), "node-1", new SystemTime(), (all, complete) -> told.add(all.size()))) {
            assertThat(told).as(read.toString()).last().isEqualTo(1);
        }
    }

    @Test
    void aStaticPodRunsAndItsMirrorShowsIt() throws Exception {
        put("web.yaml", WEB.formatted(1));
        put("broken.yaml", "kind: [");
        try (TestNode node = TestNode.simulated(dir, options)) {
            Pod mirror = node.awaitPhase("web-node-1", "Running");
            String hash = mirror.getMetadata().getAnnotations().get("kubernetes.io/config.hash");
            assertThat(mirror.getMetadata().getAnnotations()).containsEntry("kubernetes.io/config.mirror", hash);
            assertThat(mirror.getMetadata().getUid()).isNotEqualTo(hash);
            assertThat(mirror.getMetadata().getOwnerReferences())
                    .singleElement()
                    .satisfies(owner -> assertThat(owner.getKind() + owner.getName() + owner.getController())
                            .isEqualTo("Nodenode-1true"));
            assertThat(node.kubelet()
                            .pods()
                            .find(new ObjectKey("default", "web-node-1"))
                            .orElseThrow()
                            .getMetadata()
                            .getUid())
                    .isEqualTo(hash);
            assertThat(node.kubelet().pods().pods()).hasSize(1);
        }
    }

    @Test
    void aDeletedMirrorComesBackAndThePodGoesOn() throws Exception {
        put("web.yaml", WEB.formatted(1));
        try (TestNode node = TestNode.simulated(dir, options)) {
            Pod mirror = node.awaitPhase("web-node-1", "Running");
            node.api()
                    .resources(Pod.class)
                    .deleteIfPresent(
                            ObjectKey.of(mirror),
                            DeleteOptions.ofUid(mirror.getMetadata().getUid()));
            Pod again = node.await(
                    "web-node-1",
                    "mirrored again",
                    pod -> !pod.getMetadata()
                                    .getUid()
                                    .equals(mirror.getMetadata().getUid())
                            && "Running".equals(pod.getStatus().getPhase()));
            assertThat(TestNode.container(again, 0).getContainerID())
                    .isEqualTo(TestNode.container(mirror, 0).getContainerID());
        }
    }

    @Test
    void aChangedManifestReplacesThePodAndARemovedOneEndsIt() throws Exception {
        put("web.yaml", WEB.formatted(1));
        try (TestNode node = TestNode.simulated(dir, options)) {
            node.awaitPhase("web-node-1", "Running");
            put("web.yaml", WEB.formatted(2));
            node.await(
                    "web-node-1",
                    "replaced",
                    pod -> pod.getSpec().getContainers().getFirst().getImage().equals("busybox:2")
                            && "Running".equals(pod.getStatus().getPhase()));
            Files.delete(manifests.resolve("web.yaml"));
            node.awaitGone("web-node-1");
            Awaitility.await().until(() -> node.kubelet().pods().pods().isEmpty());
        }
    }

    @Test
    void aRestartedKubeletTakesItsStaticPodsUpAgain() throws Exception {
        put("web.yaml", WEB.formatted(1));
        try (TestNode node = TestNode.simulated(dir, options)) {
            String before = TestNode.container(node.awaitPhase("web-node-1", "Running"), 0)
                    .getContainerID();
            node.stopKubelet();
            node.startKubelet();
            Awaitility.await().until(() -> node.kubelet().pods().evictable().size() == 1);
            assertThat(TestNode.container(node.awaitPhase("web-node-1", "Running"), 0)
                            .getContainerID())
                    .isEqualTo(before);
        }
    }
}
