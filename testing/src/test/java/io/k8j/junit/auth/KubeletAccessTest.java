package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.junit.K8j;
import io.k8j.junit.K8jCluster;
import io.k8j.junit.auth.RawApi.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may ask a kubelet's own API for what: rights on the subresources of its node. */
@K8j(nodes = 1)
class KubeletAccessTest {
    @K8j
    private K8jCluster cluster;

    @K8j
    private KubernetesClient client;

    private RawApi kubelet(RawApi who) {
        var node = client.nodes().withName(cluster.nodes().getFirst().name()).get();
        var address = node.getStatus().getAddresses().getFirst().getAddress();
        int port = node.getStatus().getDaemonEndpoints().getKubeletEndpoint().getPort();
        return who.at("https://" + address + ":" + port);
    }

    /** A ServiceAccount that may {@code get} the subresources. */
    private RawApi with(String name, String... subresources) {
        cluster.apply(
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: %s, namespace: default}}".formatted(name));
        client.resource(new ClusterRoleBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("")
                        .withResources(List.of(subresources).stream()
                                .map(subresource -> "nodes/" + subresource)
                                .toList())
                        .withVerbs("get")
                        .endRule()
                        .build())
                .create();
        client.resource(new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", name)
                        .addNewSubject("", "ServiceAccount", name, "default")
                        .build())
                .create();
        String token = client.serviceAccounts()
                .inNamespace("default")
                .withName(name)
                .tokenRequest(new TokenRequest())
                .getStatus()
                .getToken();
        return kubelet(RawApi.bearer(cluster, token));
    }

    @Test
    void nobodyGetsAnythingWithoutSayingWhoTheyAre() {
        try (RawApi nobody = kubelet(RawApi.anonymous(cluster))) {
            for (String path : List.of("/healthz", "/pods", "/metrics", "/configz")) {
                assertThat(nobody.get(path))
                        .extracting(Answer::code, Answer::text)
                        .containsExactly(401, "Unauthorized");
            }
        }
    }

    @Test
    void aFineRightOpensItsPathsOnly() {
        try (RawApi reader = with("reader", "pods", "healthz")) {
            assertThat(reader.get("/pods").code()).isEqualTo(200);
            assertThat(reader.get("/runningpods/").code()).isEqualTo(200);
            assertThat(reader.get("/healthz").text()).isEqualTo("ok");
            assertThat(reader.get("/healthz/syncloop").text()).isEqualTo("ok");
            assertThat(reader.get("/healthz/none").code()).isEqualTo(404);
            // The words of a command stand in a path, too, and may be many.
            assertThat(reader.get("/healthz?word=" + "a".repeat(100_000)).text())
                    .isEqualTo("ok");
            assertThat(reader.get("/healthz?verbose").text())
                    .isEqualTo("[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n");
            assertThat(reader.get("/configz").text())
                    .isEqualTo("Forbidden (user=system:serviceaccount:default:reader, verb=get, resource=nodes,"
                            + " subresource(s)=[configz proxy])\n");
            assertThat(reader.get("/metrics").code()).isEqualTo(403);
            assertThat(reader.get("/podsecrets").code()).isEqualTo(403);
        }
    }

    @Test
    void whoMayProxySeesWhatHasNoOtherRight() {
        try (RawApi proxy = with("proxy", "proxy")) {
            assertThat(proxy.get("/pods").code()).isEqualTo(200);
            assertThat(proxy.get("/metrics").code()).isEqualTo(403);
            assertThat(proxy.get("/stats/summary").code()).isEqualTo(403);
            Answer configz = proxy.get("/configz");
            assertThat(configz.at("kubeletconfig", "kind")).isEqualTo("KubeletConfiguration");
            assertThat(configz.at("kubeletconfig", "evictionHard", "memory.available"))
                    .isEqualTo("100Mi");
            assertThat(configz.at("kubeletconfig", "evictionHard", "nodefs.available"))
                    .isEqualTo("10%");
            assertThat(configz.at("kubeletconfig", "nodeStatusReportFrequency")).isEqualTo("5m0s");
            assertThat(proxy.send("POST", "/run/default/none/c?cmd=ls", null).code())
                    .isEqualTo(403); // create is asked for
        }
    }

    @Test
    void commandsAndCheckpointsNeedAContainer() {
        try (RawApi admin = kubelet(RawApi.admin(cluster))) {
            assertThat(admin.send("POST", "/run/default/none/c?cmd=ls", null).text())
                    .isEqualTo("pod does not exist");
            assertThat(admin.get("/run/default/none/c").code()).isEqualTo(405);
            assertThat(admin.send("POST", "/checkpoint/default/none/c", null).text())
                    .isEqualTo("pod does not exist");
        }
    }
}
