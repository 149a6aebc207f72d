package io.k8j.junit.auth;

import static io.k8j.junit.auth.TwoNodes.NODE_A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.k8j.junit.auth.RawApi.Answer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What kubelets may write, and whose tokens they get: NodeRestriction over the real API. */
class NodeWritesTest {
    private static TwoNodes nodes;
    private static RawApi api;

    @BeforeAll
    static void start() {
        nodes = new TwoNodes();
        api = nodes.api;
    }

    @AfterAll
    static void stop() {
        nodes.close();
    }

    @BeforeEach
    void seen() {
        await().until(nodes::isSeen);
    }

    record Write(String name, String method, String path, String body, int code, String words) {}

    static Stream<Write> writes() {
        String path = "/api/v1/nodes";
        String pods = "/api/v1/namespaces/default/pods";
        String leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        String mirror =
                "{metadata: {name: %s, annotations: {kubernetes.io/config.mirror: x}, ownerReferences: [%s]}, spec:"
                        + " {nodeName: %s, %scontainers: [{name: c, image: i}]}}";
        String owner = "{apiVersion: v1, kind: Node, name: a, uid: " + nodes.nodeUid + ", controller: true}";
        return Stream.of(
                new Write(
                        "other's node",
                        "PATCH",
                        path + "/b",
                        "{metadata: {labels: {x: z}}}",
                        403,
                        "node \"a\" is not allowed to modify node \"b\""),
                new Write("own label", "PATCH", path + "/a", "{metadata: {labels: {x: z}}}", 200, ""),
                new Write(
                        "reserved label",
                        "PATCH",
                        path + "/a",
                        "{metadata: {labels: {node-restriction.kubernetes.io/x: z}}}",
                        403,
                        "is not allowed to modify labels: node-restriction.kubernetes.io/x"),
                new Write(
                        "kubelet's label",
                        "PATCH",
                        path + "/a",
                        "{metadata: {labels: {kubernetes.io/arch: amd64}}}",
                        200,
                        ""),
                new Write(
                        "taints",
                        "PATCH",
                        path + "/a",
                        "{spec: {taints: [{key: k, effect: NoSchedule}]}}",
                        403,
                        "node \"a\" is not allowed to modify taints"),
                new Write(
                        "node of another name",
                        "POST",
                        path,
                        "{metadata: {name: c}}",
                        403,
                        "node \"a\" is not allowed to modify node \"c\""),
                new Write("delete own node", "DELETE", path + "/a", null, 403, ""),
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
                        mirror.formatted("m4", owner.replace(nodes.nodeUid, "old"), "a", ""),
                        403,
                        "node a UID mismatch: expected old got " + nodes.nodeUid),
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
    @MethodSource({"writes", "tokens"})
    void aKubeletWritesOnlyWhatIsItsOwn(Write w) {
        Answer answer = api.send(w.method(), w.path(), w.body(), NODE_A);

        assertThat(answer.code()).as(w.name() + ": " + answer).isEqualTo(w.code());
        assertThat(answer.text()).as(w.name()).contains(w.words().replace("\"", "\\\""));
    }

    static Stream<Write> tokens() {
        String path = "/api/v1/namespaces/default/serviceaccounts/runner/token";
        String bound = "{spec: {audiences: [%s], boundObjectRef: {apiVersion: v1, kind: Pod, name: p, uid: %s}}}";
        return Stream.of(
                new Write("of its pod", "POST", path, bound.formatted("vault", nodes.podUid), 201, ""),
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
                        bound.formatted("bank", nodes.podUid),
                        403,
                        "audience \"bank\" not found in pod spec volume, system:node:a is not authorized to request"
                                + " tokens for this audience"),
                new Write(
                        "for two audiences",
                        "POST",
                        path,
                        bound.formatted("vault, bank", nodes.podUid),
                        403,
                        "node may only request 0 or 1 audiences"),
                new Write(
                        "of an account without pods",
                        "POST",
                        path.replace("runner", "idle"),
                        bound.formatted("vault", nodes.podUid),
                        403,
                        "no relationship found between node 'a' and this object"));
    }

    @Test
    void anAudienceCanBeAllowedByARole() {
        nodes.create(
                "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                "{metadata: {name: registry}, rules: [{apiGroups: [''], resources: [registry.example], verbs:"
                        + " [request-serviceaccounts-token-audience]}]}");
        nodes.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            metadata: {name: registry}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: registry}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: system:nodes}]
            """);

        Answer answer = api.post(
                "/api/v1/namespaces/default/serviceaccounts/runner/token",
                "{spec: {audiences: [registry.example], boundObjectRef: {apiVersion: v1, kind: Pod, name: p, uid: %s}}}"
                        .formatted(nodes.podUid),
                NODE_A);

        assertThat(answer.code()).as(answer.toString()).isEqualTo(201);
    }
}
