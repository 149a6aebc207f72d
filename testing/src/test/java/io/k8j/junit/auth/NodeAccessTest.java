package io.k8j.junit.auth;

import static io.k8j.junit.auth.TwoNodes.NODE_A;
import static io.k8j.junit.auth.TwoNodes.NODE_B;
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

/** What kubelets may read: the Node authorizer over the real API. */
class NodeAccessTest {
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
        nodes.create("/api/v1/namespaces/default/secrets", "{metadata: {name: brief}}");
        nodes.create("/api/v1/namespaces/default/pods", """
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

    @Test
    void aUserOfTheGroupWithoutANameIsNobody() {
        Answer answer =
                api.get("/api/v1/services", "Impersonate-User", "system:node:", "Impersonate-Group", "system:nodes");

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message()).endsWith(": unknown node for user \"system:node:\"");
    }
}
