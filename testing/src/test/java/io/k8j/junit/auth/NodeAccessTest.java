package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What kubelets may read and write: the Node authorizer and NodeRestriction, over the real API. */
class NodeAccessTest {
    private static final String[] NODE_A = {
        "Impersonate-User", "system:node:a", "Impersonate-Group", "system:nodes",
    };
    private static final String[] NODE_B = {
        "Impersonate-User", "system:node:b", "Impersonate-Group", "system:nodes",
    };

    private static K8jCluster cluster;
    private static RawApi api;
    private static String nodeUid;
    private static String podUid;

    @BeforeAll
    static void start() {
        cluster = K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .start();
        api = RawApi.admin(cluster);
        nodeUid = create("/api/v1/nodes", "{metadata: {name: a}}").at("metadata", "uid");
        create("/api/v1/nodes", "{metadata: {name: b}}");
        for (String account : new String[] {"default", "runner", "idle"}) {
            create("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: %s}}".formatted(account));
        }
        for (String name : new String[] {"env", "pulled", "volume", "projected", "foreign", "mounts"}) {
            create("/api/v1/namespaces/default/secrets", "{metadata: {name: %s}}".formatted(name));
            create("/api/v1/namespaces/default/configmaps", "{metadata: {name: %s}}".formatted(name));
        }
        volumes();
        podUid = create("/api/v1/namespaces/default/pods", """
            metadata: {name: p}
            spec:
              nodeName: a
              serviceAccountName: runner
              imagePullSecrets: [{name: pulled}]
              containers:
              - name: c
                image: i
                env: [{name: E, valueFrom: {secretKeyRef: {name: env, key: k}}}]
                envFrom: [{configMapRef: {name: env}}]
              volumes:
              - {name: s, secret: {secretName: volume}}
              - {name: m, configMap: {name: volume}}
              - {name: d, persistentVolumeClaim: {claimName: claimed}}
              - name: t
                projected:
                  sources:
                  - {secret: {name: projected}}
                  - {serviceAccountToken: {path: t, audience: vault}}
            """).at("metadata", "uid");
        create(
                "/api/v1/namespaces/default/pods",
                "{metadata: {name: q}, spec: {nodeName: b, containers: [{name: c, image: i}]}}");
    }

    private static void volumes() {
        create("/api/v1/persistentvolumes", """
            metadata: {name: vol}
            spec:
              capacity: {storage: 1Gi}
              accessModes: [ReadWriteOnce]
              claimRef: {namespace: default, name: claimed}
              csi: {driver: d.example, volumeHandle: h, nodePublishSecretRef: {namespace: default, name: mounts}}
            """);
        for (String claim : new String[] {"claimed", "other"}) {
            create("/api/v1/namespaces/default/persistentvolumeclaims", """
                metadata: {name: %s}
                spec: {accessModes: [ReadWriteOnce], volumeName: vol, resources: {requests: {storage: 1Gi}}}
                """.formatted(claim));
        }
        create(
                "/apis/storage.k8s.io/v1/volumeattachments",
                "{metadata: {name: at}, spec: {attacher: d.example, nodeName: a, source: {persistentVolumeName:"
                        + " vol}}}");
    }

    private static Answer create(String path, String yaml) {
        Answer answer = api.post(path, yaml);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    @AfterAll
    static void stop() {
        api.close();
        cluster.close();
    }

    record Case(String name, String method, String path, String body, int forA, int forB) {
        static Case get(String path, int forA, int forB) {
            return new Case("GET " + path, "GET", path, null, forA, forB);
        }
    }

    static Stream<Case> reads() {
        String core = "/api/v1/namespaces/default/";
        return Stream.of(
                Case.get(core + "secrets/env", 200, 403),
                Case.get(core + "secrets/pulled", 200, 403),
                Case.get(core + "secrets/volume", 200, 403),
                Case.get(core + "secrets/projected", 200, 403),
                Case.get(core + "secrets/mounts", 200, 403),
                Case.get(core + "secrets/foreign", 403, 403),
                Case.get(core + "secrets", 403, 403),
                Case.get(core + "secrets?fieldSelector=metadata.name%3Denv", 200, 403),
                Case.get("/api/v1/secrets", 403, 403),
                Case.get(core + "configmaps/env", 200, 403),
                Case.get(core + "configmaps/volume", 200, 403),
                Case.get(core + "configmaps/foreign", 403, 403),
                Case.get(core + "persistentvolumeclaims/claimed", 200, 403),
                Case.get(core + "persistentvolumeclaims/other", 403, 403),
                Case.get(core + "persistentvolumeclaims", 403, 403),
                Case.get("/api/v1/persistentvolumes/vol", 200, 403),
                Case.get("/api/v1/persistentvolumes", 403, 403),
                Case.get("/apis/storage.k8s.io/v1/volumeattachments/at", 200, 403),
                Case.get(core + "pods/p", 200, 403),
                Case.get(core + "pods/q", 403, 200),
                Case.get("/api/v1/pods", 403, 403),
                Case.get("/api/v1/pods?fieldSelector=spec.nodeName%3Da", 200, 403),
                Case.get("/api/v1/pods?fieldSelector=spec.nodeName!%3Da", 403, 403),
                Case.get("/api/v1/nodes/a", 200, 403),
                Case.get("/api/v1/nodes", 403, 403),
                Case.get("/api/v1/nodes?fieldSelector=metadata.name%3Da", 200, 403),
                Case.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/b", 403, 404),
                Case.get("/apis/coordination.k8s.io/v1/namespaces/default/leases/a", 403, 403),
                Case.get("/apis/storage.k8s.io/v1/csinodes/a", 404, 403),
                Case.get("/apis/storage.k8s.io/v1/csinodes", 403, 403),
                Case.get("/api/v1/services", 200, 200),
                Case.get("/apis/node.k8s.io/v1/runtimeclasses", 200, 200),
                Case.get("/apis/apps/v1/deployments", 403, 403),
                Case.get("/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Da", 200, 403),
                Case.get("/apis/resource.k8s.io/v1/resourceslices", 403, 403));
    }

    /** The pods above may still be on their way to the authorizer. */
    @BeforeEach
    void seen() {
        await().until(() ->
                api.get("/api/v1/namespaces/default/secrets/env", NODE_A).code() == 200);
    }

    @ParameterizedTest
    @MethodSource("reads")
    void aKubeletReadsWhatItsOwnPodsNeed(Case c) {
        assertThat(api.send(c.method(), c.path(), c.body(), NODE_A).code())
                .as("node a: " + c.name())
                .isEqualTo(c.forA());
        assertThat(api.send(c.method(), c.path(), c.body(), NODE_B).code())
                .as("node b: " + c.name())
                .isEqualTo(c.forB());
    }

    @Test
    void aRefusalTellsWhatIsMissing() {
        assertThat(api.get("/api/v1/namespaces/default/secrets/foreign", NODE_A).message())
                .isEqualTo("secrets \"foreign\" is forbidden: User \"system:node:a\" cannot get resource \"secrets\" in"
                        + " API group \"\" in the namespace \"default\": no relationship found between node 'a'"
                        + " and this object");
    }

    @Test
    void accessEndsWithThePod() {
        create("/api/v1/namespaces/default/secrets", "{metadata: {name: brief}}");
        create("/api/v1/namespaces/default/pods", """
            metadata: {name: brief}
            spec:
              nodeName: b
              containers: [{name: c, image: i}]
              volumes: [{name: s, secret: {secretName: brief}}]
            """);
        String secret = "/api/v1/namespaces/default/secrets/brief";
        await().until(() -> api.get(secret, NODE_B).code() == 200);

        api.send("DELETE", "/api/v1/namespaces/default/pods/brief?gracePeriodSeconds=0", null);

        // The authorizer hears of changes as watchers do, a moment later.
        await().until(() -> api.get(secret, NODE_B).code() == 403);
    }

    record Write(String name, String method, String path, String body, int code, String words) {}

    static Stream<Write> writes() {
        String nodes = "/api/v1/nodes";
        String pods = "/api/v1/namespaces/default/pods";
        String leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        String mirror =
                "{metadata: {name: %s, annotations: {kubernetes.io/config.mirror: x}, ownerReferences: [%s]}, spec:"
                        + " {nodeName: %s, %scontainers: [{name: c, image: i}]}}";
        String owner = "{apiVersion: v1, kind: Node, name: a, uid: " + nodeUid + ", controller: true}";
        return Stream.of(
                new Write(
                        "other's node",
                        "PATCH",
                        nodes + "/b",
                        "{metadata: {labels: {x: z}}}",
                        403,
                        "node \"a\" is not allowed to modify node \"b\""),
                new Write("own label", "PATCH", nodes + "/a", "{metadata: {labels: {x: z}}}", 200, ""),
                new Write(
                        "reserved label",
                        "PATCH",
                        nodes + "/a",
                        "{metadata: {labels: {node-restriction.kubernetes.io/x: z}}}",
                        403,
                        "is not allowed to modify labels: node-restriction.kubernetes.io/x"),
                new Write(
                        "kubelet's label",
                        "PATCH",
                        nodes + "/a",
                        "{metadata: {labels: {kubernetes.io/arch: amd64}}}",
                        200,
                        ""),
                new Write(
                        "taints",
                        "PATCH",
                        nodes + "/a",
                        "{spec: {taints: [{key: k, effect: NoSchedule}]}}",
                        403,
                        "node \"a\" is not allowed to modify taints"),
                new Write(
                        "node of another name",
                        "POST",
                        nodes,
                        "{metadata: {name: c}}",
                        403,
                        "node \"a\" is not allowed to modify node \"c\""),
                new Write("delete own node", "DELETE", nodes + "/a", null, 403, ""),
                new Write("own lease", "POST", leases, "{metadata: {name: a}}", 201, ""),
                new Write(
                        "other's lease",
                        "POST",
                        leases,
                        "{metadata: {name: b}}",
                        403,
                        "can only access node lease with the same name as the requesting node"),
                new Write(
                        "lease elsewhere",
                        "POST",
                        leases.replace("kube-node-lease", "default"),
                        "{metadata: {name: a}}",
                        403,
                        "can only access leases in the \"kube-node-lease\" system namespace"),
                new Write(
                        "ordinary pod",
                        "POST",
                        pods,
                        "{metadata: {name: ordinary}, spec: {nodeName: a, containers: [{name: c, image: i}]}}",
                        403,
                        "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"a\" can only create"
                                + " mirror pods"),
                new Write("mirror pod", "POST", pods, mirror.formatted("m1", owner, "a", ""), 201, ""),
                new Write(
                        "mirror elsewhere",
                        "POST",
                        pods,
                        mirror.formatted("m2", owner, "b", ""),
                        403,
                        "node \"a\" can only create pods with spec.nodeName set to itself"),
                new Write(
                        "mirror without owner",
                        "POST",
                        pods,
                        mirror.formatted("m3", "", "a", ""),
                        403,
                        "node \"a\" can only create pods with an owner reference set to itself"),
                new Write(
                        "mirror of wrong uid",
                        "POST",
                        pods,
                        mirror.formatted("m4", owner.replace(nodeUid, "old"), "a", ""),
                        403,
                        "node a UID mismatch: expected old got " + nodeUid),
                new Write(
                        "mirror that holds its owner",
                        "POST",
                        pods,
                        mirror.formatted("m5", owner.replace("}", ", blockOwnerDeletion: true}"), "a", ""),
                        403,
                        "node \"a\" must not set blockOwnerDeletion on an owner reference"),
                new Write(
                        "mirror with a secret",
                        "POST",
                        pods,
                        mirror.formatted("m6", owner, "a", "volumes: [{name: v, secret: {secretName: foreign}}], "),
                        403,
                        "a mirror pod may not reference secrets"),
                new Write(
                        "mirror with a map",
                        "POST",
                        pods,
                        mirror.formatted("m7", owner, "a", "volumes: [{name: v, configMap: {name: foreign}}], "),
                        403,
                        "node \"a\" can not create pods that reference configmaps"),
                new Write(
                        "other's pod status",
                        "PATCH",
                        pods + "/q/status",
                        "{status: {message: x}}",
                        403,
                        "node \"a\" can only update pod status for pods with spec.nodeName set to itself"),
                new Write("own pod status", "PATCH", pods + "/p/status", "{status: {message: x}}", 200, ""),
                new Write(
                        "labels through status",
                        "PATCH",
                        pods + "/p/status",
                        "{metadata: {labels: {x: z}}}",
                        403,
                        "node \"a\" cannot update labels through pod status"),
                new Write("pod spec", "PATCH", pods + "/p", "{spec: {activeDeadlineSeconds: 1}}", 403, ""),
                new Write(
                        "evict other's",
                        "POST",
                        pods + "/q/eviction",
                        "{apiVersion: policy/v1, kind: Eviction, metadata: {name: q}}",
                        403,
                        "node a can only evict pods with spec.nodeName set to itself"),
                new Write(
                        "delete other's",
                        "DELETE",
                        pods + "/q",
                        null,
                        403,
                        "node \"a\" can only delete pods with spec.nodeName set to itself"),
                new Write(
                        "claim status",
                        "PATCH",
                        "/api/v1/namespaces/default/persistentvolumeclaims/claimed/status",
                        "{status: {capacity: {storage: 1Gi}}}",
                        200,
                        ""),
                new Write(
                        "claim labels",
                        "PATCH",
                        "/api/v1/namespaces/default/persistentvolumeclaims/claimed/status",
                        "{metadata: {labels: {x: z}}}",
                        403,
                        "is not allowed to update fields other than status.quantity and status.conditions"),
                new Write(
                        "csi node",
                        "POST",
                        "/apis/storage.k8s.io/v1/csinodes",
                        "{metadata: {name: b}, spec: {drivers: []}}",
                        403,
                        "can only access CSINode with the same name as the requesting node"),
                new Write(
                        "slice of another node",
                        "POST",
                        "/apis/resource.k8s.io/v1/resourceslices",
                        "{metadata: {name: sl}, spec: {nodeName: b, driver: d.example, pool: {name: p, generation: 1,"
                                + " resourceSliceCount: 1}}}",
                        403,
                        "can only create ResourceSlice with the same NodeName as the requesting node"));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void aKubeletWritesOnlyWhatIsItsOwn(Write w) {
        Answer answer = api.send(w.method(), w.path(), w.body(), NODE_A);

        assertThat(answer.code()).as(w.name() + ": " + answer).isEqualTo(w.code());
        assertThat(answer.text()).as(w.name()).contains(w.words().replace("\"", "\\\""));
    }

    static Stream<Write> tokens() {
        String path = "/api/v1/namespaces/default/serviceaccounts/runner/token";
        String bound = "{spec: {audiences: [%s], boundObjectRef: {apiVersion: v1, kind: Pod, name: p, uid: %s}}}";
        return Stream.of(
                new Write("of its pod", "POST", path, bound.formatted("vault", podUid), 201, ""),
                new Write(
                        "unbound",
                        "POST",
                        path,
                        "{spec: {audiences: [vault]}}",
                        403,
                        "node requested token not bound to a pod"),
                new Write(
                        "without uid",
                        "POST",
                        path,
                        "{spec: {boundObjectRef: {apiVersion: v1, kind: Pod, name: p}}}",
                        403,
                        "node requested token with a pod binding without a uid"),
                new Write(
                        "of an older pod",
                        "POST",
                        path,
                        bound.formatted("vault", "old"),
                        403,
                        "the UID in the bound object reference (old) does not match the UID in record"),
                new Write(
                        "for a foreign audience",
                        "POST",
                        path,
                        bound.formatted("bank", podUid),
                        403,
                        "audience \"bank\" not found in pod spec volume, system:node:a is not authorized to request"
                                + " tokens for this audience"),
                new Write(
                        "for two audiences",
                        "POST",
                        path,
                        bound.formatted("vault, bank", podUid),
                        403,
                        "node may only request 0 or 1 audiences"),
                new Write(
                        "of an account without pods",
                        "POST",
                        path.replace("runner", "idle"),
                        bound.formatted("vault", podUid),
                        403,
                        "no relationship found between node 'a' and this object"));
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void aKubeletGetsTokensOfItsPods(Write w) {
        Answer answer = api.send(w.method(), w.path(), w.body(), NODE_A);

        assertThat(answer.code()).as(w.name() + ": " + answer).isEqualTo(w.code());
        assertThat(answer.text()).as(w.name()).contains(w.words().replace("\"", "\\\""));
    }

    @Test
    void anAudienceCanBeAllowedByARole() {
        create(
                "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                "{metadata: {name: registry}, rules: [{apiGroups: [''], resources: [registry.example], verbs:"
                        + " [request-serviceaccounts-token-audience]}]}");
        create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            metadata: {name: registry}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: registry}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: system:nodes}]
            """);

        Answer answer = api.post(
                "/api/v1/namespaces/default/serviceaccounts/runner/token",
                "{spec: {audiences: [registry.example], boundObjectRef: {apiVersion: v1, kind: Pod, name: p, uid: %s}}}"
                        .formatted(podUid),
                NODE_A);

        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
    }

    @Test
    void aUserOfTheGroupWithoutANameIsNobody() {
        Answer answer =
                api.get("/api/v1/services", "Impersonate-User", "system:node:", "Impersonate-Group", "system:nodes");

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message()).endsWith(": unknown node for user \"system:node:\"");
    }
}
