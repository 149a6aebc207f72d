package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Steps that are on by default and fill in or refuse one thing each. */
class DefaultAdmissionTest {
    private static final String CLAIM =
            "{metadata: {name: %s}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}%s}}";
    private static final String INGRESS =
            "{metadata: {name: %s%s}, spec: {defaultBackend: {service: {name: s, port: {number: 80}}}%s}}";
    private static final String CLASS = "{metadata: {name: %s, annotations: {%s: 'true'}}, %s}";

    private static String[] finalizers(Map<String, Object> object) {
        return Trees.list(object, "metadata", "finalizers").toArray(String[]::new);
    }

    @Test
    void volumesAndClaimsAreHeldWhileTheyAreInUse() {
        try (AdmittingServer server = new AdmittingServer()) {
            Map<String, Object> volume = server.create(
                    "v1/persistentvolumes",
                    "{metadata: {name: v}, spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}}}");
            assertThat(finalizers(volume)).containsExactly("kubernetes.io/pv-protection");
            Map<String, Object> claim = server.create("v1/persistentvolumeclaims", CLAIM.formatted("c", ""));
            assertThat(finalizers(claim)).containsExactly("kubernetes.io/pvc-protection");
            Map<String, Object> named = server.create(
                    "storage.k8s.io/v1/volumeattributesclasses",
                    "{metadata: {name: c}, driverName: d, parameters: {a: b}}");
            assertThat(finalizers(named)).containsExactly("kubernetes.io/vac-protection");
        }
    }

    @Test
    void claimsWithoutAClassGetTheNewestDefaultOne() {
        try (AdmittingServer server = new AdmittingServer()) {
            assertThat(storageClass(server, "early", "")).isNull();
            for (String name : List.of("b", "a")) {
                server.create(
                        "storage.k8s.io/v1/storageclasses",
                        CLASS.formatted(name, "storageclass.kubernetes.io/is-default-class", "provisioner: x/y"));
            }
            assertThat(storageClass(server, "late", ""))
                    .as("made later, or at the same time and first by name")
                    .isEqualTo("a");
            assertThat(storageClass(server, "named", ", storageClassName: other"))
                    .isEqualTo("other");
            assertThat(storageClass(server, "none", ", storageClassName: ''"))
                    .as("no class is a choice")
                    .isEmpty();
        }
    }

    private static String storageClass(AdmittingServer server, String name, String field) {
        return Trees.string(
                server.create("v1/persistentvolumeclaims", CLAIM.formatted(name, field)), "spec", "storageClassName");
    }

    @Test
    void ingressesWithoutAClassGetTheDefaultOne() {
        try (AdmittingServer server = new AdmittingServer()) {
            assertThat(ingressClass(server, "early", "", "")).isNull();
            server.create(
                    "networking.k8s.io/v1/ingressclasses",
                    CLASS.formatted("a", "ingressclass.kubernetes.io/is-default-class", "spec: {controller: x/y}"));
            assertThat(ingressClass(server, "late", "", "")).isEqualTo("a");
            assertThat(ingressClass(server, "named", "", ", ingressClassName: other"))
                    .isEqualTo("other");
            assertThat(ingressClass(server, "old", ", annotations: {kubernetes.io/ingress.class: z}", ""))
                    .as("the older way of naming one")
                    .isNull();
        }
    }

    private static String ingressClass(AdmittingServer server, String name, String metadata, String field) {
        return Trees.string(
                server.create("networking.k8s.io/v1/ingresses", INGRESS.formatted(name, metadata, field)),
                "spec",
                "ingressClassName");
    }

    @Test
    void aNewNodeTakesNoPodsYet() {
        try (AdmittingServer server = new AdmittingServer()) {
            assertThat(Trees.list(server.create("v1/nodes", "{metadata: {name: n}}"), "spec", "taints"))
                    .containsExactly(Map.of("key", "node.kubernetes.io/not-ready", "effect", "NoSchedule"));
        }
    }

    @Test
    void claimsGrowWhereTheirClassSaysSo() {
        try (AdmittingServer server = new AdmittingServer()) {
            server.create(
                    "storage.k8s.io/v1/storageclasses",
                    "{metadata: {name: grows}, provisioner: x/y, allowVolumeExpansion: true}");
            server.create("storage.k8s.io/v1/storageclasses", "{metadata: {name: stays}, provisioner: x/y}");
            for (String name : List.of("grows", "stays")) {
                server.create(
                        "v1/persistentvolumeclaims",
                        CLAIM.formatted(name, ", storageClassName: " + name + ", volumeName: v"));
            }
            bind(server, "grows");
            bind(server, "stays");
            grow(server, "grows");
            ApiException refused = TestServer.refusal(() -> grow(server, "stays"));
            assertThat(refused.code()).isEqualTo(403);
            assertThat(refused.getMessage())
                    .isEqualTo("persistentvolumeclaims \"stays\" is forbidden: only dynamically provisioned pvc can be"
                            + " resized and the storageclass that provisions the pvc must support resize");
        }
    }

    private static void grow(AdmittingServer server, String claim) {
        server.server.patch(
                "v1/persistentvolumeclaims", claim, "merge", "{'spec':{'resources':{'requests':{'storage':'2Gi'}}}}");
    }

    private static void bind(AdmittingServer server, String claim) {
        server.server.send(
                Verb.PATCH,
                "v1/persistentvolumeclaims",
                claim,
                "status",
                "",
                "application/merge-patch+json",
                Yaml.tree("{status: {phase: Bound, capacity: {storage: 1Gi}}}"));
    }

    @Test
    void aBoundPodLearnsWhereItsNodeStands() {
        try (AdmittingServer server = new AdmittingServer()) {
            server.create(
                    "v1/nodes",
                    "{metadata: {name: n, labels: {topology.kubernetes.io/zone: z, topology.kubernetes.io/region: r, other: o}}}");
            server.create("v1/pods", "{metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}");
            server.server.send(
                    Verb.CREATE,
                    "v1/pods",
                    "p",
                    "binding",
                    "",
                    null,
                    Yaml.tree("{metadata: {name: p}, target: {kind: Node, name: n}}"));
            assertThat(Trees.map(server.server.get("v1/pods", "p"), "metadata", "labels"))
                    .isEqualTo(Map.of("topology.kubernetes.io/zone", "z", "topology.kubernetes.io/region", "r"));
        }
    }
}
