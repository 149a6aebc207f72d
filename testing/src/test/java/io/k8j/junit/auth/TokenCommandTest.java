package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Trees;
import io.k8j.model.yaml.Yaml;
import io.k8j.server.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** {@code k8j token} against a running cluster. */
class TokenCommandTest {
    private static String run(K8jCluster cluster, String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--kubeconfig";
        all[arguments.length + 1] = cluster.kubeconfigFile().toString();
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.run(all)).isZero();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTokenIsMadeShownUsedAndRemoved() {
        try (K8jCluster cluster = K8jCluster.builder()
                        .withNodes(0)
                        .without("controllers", "scheduler")
                        .start();
                RawApi plain = RawApi.anonymous(cluster)) {
            String token = run(cluster, "token", "create", "--description", "for the rack", "--ttl", "2h")
                    .strip();
            String[] bearer = {"Authorization", "Bearer " + token};

            assertThat(token).matches("[a-z0-9]{6}\\.[a-z0-9]{16}");
            assertThat(run(cluster, "token", "list"))
                    .contains(
                            token,
                            "authentication,signing",
                            "for the rack",
                            "system:bootstrappers:k8j:default-node-token");
            assertThat(plain.get("/apis/certificates.k8s.io/v1/certificatesigningrequests", bearer)
                            .code())
                    .isEqualTo(200); // as upstream's role of nodes that join says
            assertThat(plain.get("/api/v1/secrets", bearer).code()).isEqualTo(403);
            String id = token.substring(0, 6);
            String info = plain.get("/api/v1/namespaces/kube-public/configmaps/cluster-info")
                    .at("data", "kubeconfig"); // for those who know nobody yet
            assertThat(Trees.list(Yaml.parse(info.getBytes(StandardCharsets.UTF_8)), "clusters"))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(Trees.string(entry, "cluster", "server")).startsWith("https://");
                        assertThat(Trees.string(entry, "cluster", "certificate-authority-data"))
                                .isNotEmpty();
                    });
            assertThat(run(cluster, "token", "delete", id)).isEqualTo("bootstrap token \"%s\" deleted\n".formatted(id));
            assertThat(plain.get("/version", bearer).code()).isEqualTo(401);
        }
    }
}
